// Convolutions along time on torch, as 2-D ones in channels-last layout: twice as fast on a CPU as its 1-D ones.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <cstdint>
#include <stop_token>
#include <string>

namespace gsv::acoustic {

inline constexpr std::size_t kConvolutions1 = 3;  // pairs in a residual block of the first kind; no config sets it

struct Convolution {
  at::Tensor weight, bias;  // [out, in, 1, k] channels last; transposed: [in, out, 1, k]; bias may be undefined
  std::int64_t stride = 1, padding = 0, dilation = 1, groups = 1;
  bool transposed = false;

  at::Tensor operator()(const at::Tensor& x) const;  // [1, in, 1, T] -> [1, out, 1, T']
  // The same, a long signal in parts, so that it can be stopped within one. Throws ERR_GSV_ABORTED.
  at::Tensor operator()(const at::Tensor& x, const std::stop_token& stop) const;
};

// Of modules with `weight` and `bias`, which keep their weights in this layout: as many frames as come in; `rate` times
// as many.
Convolution same_length(const torch::jit::Module& module, std::int64_t dilation);
Convolution upsampling(const torch::jit::Module& module, std::int64_t rate);
// As same_length, but each output hears its own channel alone: the weight is [channels, 1, k].
Convolution each_channel(const torch::jit::Module& module);

torch::jit::Module child(const torch::jit::Module& list, std::size_t index);
torch::jit::Module child(const torch::jit::Module& module, const std::string& list, std::size_t index);

}  // namespace gsv::acoustic
