// The HiFi-GAN type generator at the end of s2 (v1 to v2ProPlus) and the vocoder of v4: own kernels on a CPU, torch
// elsewhere.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <memory>
#include <stop_token>

#include "acoustic/generator_torch.h"
#include "acoustic/hifi_gan.h"
#include "kernels/thread_pool.h"

namespace gsv::acoustic {

class Generator {
 public:
  // `dec` has conv_pre, ups, resblocks, conv_post and, when it takes a style, cond; the sizes are attributes of `owner`
  // (upsample_rates, resblock_dilation_sizes, resblock_1). On a CPU the weights are packed.
  Generator(const torch::jit::Module& owner, const torch::jit::Module& dec, std::shared_ptr<kernels::ThreadPool> pool);

  // Frees the large weights of a CPU's `dec`, of which Generators have their copies; it cannot run afterwards.
  static void drop_packed(const torch::jit::Module& dec);

  // z: [1, inter, T]; style: [1, gin, 1], undefined where `dec` has no cond -> [T * product of upsample rates] in
  // -1..1. Throws ERR_GSV_ABORTED.
  at::Tensor operator()(const at::Tensor& z, const at::Tensor& style, std::stop_token stop) const;

  // Of the own kernels for as many frames (see HifiGan); 0 where torch runs it.
  double operations(int frames) const { return own_ ? own_->operations(frames) : 0; }

 private:
  at::Tensor condition_weight_, condition_bias_;  // [out, gin], [out]; undefined: there is no style
  std::unique_ptr<const HifiGan> own_;            // one of the two
  std::unique_ptr<const TorchGenerator> torch_;
};

}  // namespace gsv::acoustic
