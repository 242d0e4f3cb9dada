// The generator on torch, for devices that own kernels do not reach: 2-D convolutions in channels-last layout, and it
// can be stopped between two of them.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <stop_token>
#include <vector>

#include "acoustic/convolution.h"

namespace gsv::acoustic {

// One residual block: pairs (first, second) for the first kind, `first` alone for the second.
struct TorchResidualBlock {
  std::vector<Convolution> first, second;
};

class TorchGenerator {
 public:
  // As Generator takes them.
  TorchGenerator(const torch::jit::Module& s2, const torch::jit::Module& dec);

  // z: [1, inter, T]; style: [1, gin, 1] or undefined -> [T * product of upsample rates]. Throws ERR_GSV_ABORTED.
  at::Tensor operator()(const at::Tensor& z, const at::Tensor& style, std::stop_token stop) const;

 private:
  Convolution pre_, post_, condition_;
  std::vector<Convolution> ups_;
  std::vector<std::vector<TorchResidualBlock>> blocks_;  // per upsampling, per kernel size
};

}  // namespace gsv::acoustic
