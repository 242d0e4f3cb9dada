#pragma once

#include <ATen/ATen.h>

#include <cstdint>

namespace gsv::acoustic {

// Standard normal values, a pure function of (seed, sentence, chunk, index); a sentence decoded whole is chunk 0.
at::Tensor normal_noise(c10::IntArrayRef shape, std::uint64_t seed, std::uint32_t sentence, std::uint32_t chunk = 0);

// [1, channels, frames] of a sentence from its frame `first` on, its chunk 0 in the order of frames: a frame's values
// are the same, however many are drawn beside it.
at::Tensor frame_noise(std::int64_t channels, std::int64_t first, std::int64_t frames, std::uint64_t seed,
                       std::uint32_t sentence);

}  // namespace gsv::acoustic
