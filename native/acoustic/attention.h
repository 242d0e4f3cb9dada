// Attention of every frame to every frame on own kernels: torch's on a CPU calls its BLAS, which is slower.
#pragma once

#include <ATen/ATen.h>

namespace gsv::acoustic {

// qkv: [B, T, 3 * heads * width], float and contiguous on the CPU: queries, keys, values, each head after head. width
// is a multiple of 16 -> what the frames from `first` on hear, [B, T - first, heads * width].
at::Tensor attend_on_cpu(const at::Tensor& qkv, std::int64_t heads, std::int64_t first = 0);

}  // namespace gsv::acoustic
