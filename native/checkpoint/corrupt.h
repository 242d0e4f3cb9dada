// How the readers of this room say no.
#pragma once

#include <string>
#include <string_view>

#include "error.h"

namespace gsv::checkpoint {

[[noreturn]] inline void corrupt(const std::string& message) { throw Error(code::kCorruptCheckpoint, message); }
[[noreturn]] inline void corrupt_model(const std::string& message) { throw Error(code::kCorruptModel, message); }
[[noreturn]] inline void unsupported(const std::string& message) { throw Error(code::kUnsupportedFormat, message); }

// A hostile name made fit for a message or a terminal: at most 80 bytes, control and non-ASCII bytes as \xNN.
std::string printable(std::string_view text);

}  // namespace gsv::checkpoint
