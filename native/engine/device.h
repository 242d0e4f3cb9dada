// Where the networks run: the one switch between the CPU and CUDA.
#pragma once

#include <c10/core/Device.h>

#include <string>

namespace gsv::engine {

// "cpu", "cuda" or "cuda:1". Throws ERR_GSV_NATIVE_LIBRARY when this build or this machine has no CUDA.
c10::Device device_of(const std::string& name);

}  // namespace gsv::engine
