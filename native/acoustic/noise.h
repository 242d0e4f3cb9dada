#pragma once

#include <ATen/ATen.h>

#include <cstdint>

namespace gsv::acoustic {

// Standard normal values, a pure function of (seed, sentence, chunk, index); a sentence decoded whole is chunk 0.
at::Tensor normal_noise(c10::IntArrayRef shape, std::uint64_t seed, std::uint32_t sentence, std::uint32_t chunk = 0);

}  // namespace gsv::acoustic
