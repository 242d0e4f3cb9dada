// What both decoders check before they look into their tables.
#pragma once

#include "semantic/decoder.h"

namespace gsv::semantic {

// Throw kOutOfRange naming the index and the table's size, or a prompt without phones.
void check_indices(std::span<const int32_t> indices, int limit, const char* what);
void check_prompt(const Prompt& prompt, const S1Config& config);

// For a step of a row that was not prefilled or has no position left.
[[noreturn]] void throw_no_room(int64_t length);

}  // namespace gsv::semantic
