// A convolution along time on the Winograd kernels, between torch's operations: rows in channels-last layout.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <memory>
#include <stop_token>

#include "kernels/thread_pool.h"
#include "kernels/winograd.h"

namespace gsv::acoustic {

class WinogradConvolution {
 public:
  // A module of `weight` and `bias` whose channels fill the kernels' panels, on a CPU. Wider ones are left to torch:
  // transformed weights are twice as large, and what is that wide has few positions.
  static bool fits(const torch::jit::Module& module);

  // Packs a copy of the weights; as many positions as come in.
  WinogradConvolution(const torch::jit::Module& module, std::int64_t dilation, kernels::ThreadPool& pool);

  // x [1, in, 1, T] channels last -> [1, out, 1, T] channels last, `added` (likewise, or undefined) included. Throws
  // ERR_GSV_ABORTED.
  at::Tensor operator()(const at::Tensor& x, const at::Tensor& added, const std::stop_token& stop) const;

 private:
  std::shared_ptr<const kernels::PackedWinograd> packed_;
};

}  // namespace gsv::acoustic
