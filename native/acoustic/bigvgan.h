// BigVGAN, the vocoder of v3 (models/bigvgan.py), in channels-last layout: own kernels on a CPU where they fit, else
// torch's 2-D convolutions.
#pragma once

#include <optional>
#include <vector>

#include "acoustic/convolution.h"
#include "acoustic/winograd_convolution.h"
#include "kernels/thread_pool.h"

namespace gsv::acoustic {

// Periodic activation at twice the rate: up by two, snake, down by two, channel by channel. On a CPU in one pass, else
// by torch's operations.
struct AliasFree {
  at::Tensor up, down;               // [taps], the gain of 2 in `up`
  at::Tensor frequency, reciprocal;  // [channels]: x + reciprocal * sin^2(frequency * x)

  at::Tensor operator()(const at::Tensor& x) const;  // [1, C, 1, T], channels last

 private:
  at::Tensor in_one_pass(const at::Tensor& x) const;
  at::Tensor by_parts(const at::Tensor& x) const;
};

// Of a residual block: one of both.
struct BlockConvolution {
  std::optional<WinogradConvolution> own;
  Convolution other;

  // [1, C, 1, T] channels last, `added` included where it is defined. Throws ERR_GSV_ABORTED.
  at::Tensor operator()(const at::Tensor& x, const at::Tensor& added, const std::stop_token& stop) const;
};

class BigVgan {
 public:
  BigVgan(const torch::jit::Module& module, kernels::ThreadPool& pool);

  // mel: [1, mels, T] -> [samples] in -1..1. Throws ERR_GSV_ABORTED.
  at::Tensor operator()(const at::Tensor& mel, const std::stop_token& stop) const;

 private:
  struct Block {
    std::vector<BlockConvolution> first, second;
    std::vector<AliasFree> activations;  // before each of both
  };

  static at::Tensor run(const Block& block, at::Tensor x, const std::stop_token& stop);

  bool ends_in_tanh_;
  Convolution pre_, post_;
  AliasFree last_;
  std::vector<Convolution> ups_;
  std::vector<std::vector<Block>> blocks_;  // per upsampling, per kernel size
};

}  // namespace gsv::acoustic
