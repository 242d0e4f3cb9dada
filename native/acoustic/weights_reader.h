// Reads convolutions and linear maps of TorchScript modules for networks on own kernels.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "acoustic/convolution_weights.h"

namespace gsv::acoustic {

// What it gives out lives as long as the reader does.
class WeightsReader {
 public:
  // Of modules with `weight` [out, in, taps] or [out, in], and `bias`.
  ConvolutionWeights same_length(const torch::jit::Module& module, std::int64_t dilation = 1);
  // Of a transposed one, [in, out, taps].
  ConvolutionWeights upsampling(const torch::jit::Module& module, std::int64_t rate);
  // Several of the same inputs, their outputs side by side.
  ConvolutionWeights side_by_side(const std::vector<torch::jit::Module>& modules);

  std::span<const float> values(const at::Tensor& tensor);

 private:
  ConvolutionWeights sized(const at::Tensor& weight, const c10::IValue& bias);

  std::deque<at::Tensor> kept_;
};

// Frees the weights of a module and of all in it; it cannot run afterwards.
void drop_weights(const torch::jit::Module& module);

}  // namespace gsv::acoustic
