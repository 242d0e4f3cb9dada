// Opens LibTorch by absolute path, then the engine library, which finds it by name.
#pragma once

#include <memory>
#include <string>

#include "engine/api.h"

namespace gsv::loader {

// `libtorch` is the folder that holds lib/libtorch_cpu; `engine` the path of the engine library.
// Throws ERR_GSV_NATIVE_LIBRARY with the path and the system's own words. Opening twice is cheap.
OpenEngine open(const std::string& libtorch, const std::string& engine);

}  // namespace gsv::loader
