#pragma once

#include <ATen/ATen.h>

#include <cstdint>

namespace gsv::acoustic {

// Standard normal values, a pure function of (seed, sentence, index).
at::Tensor normal_noise(c10::IntArrayRef shape, std::uint64_t seed, std::uint32_t sentence);

}  // namespace gsv::acoustic
