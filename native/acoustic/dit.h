// The transformer of v3 and v4 (models/dit.py), operation by operation, so that it can be stopped within one and
// computes once what its steps share.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "acoustic/linear.h"

namespace gsv::acoustic {

// Shapes are frames before channels: [B, T, C].
class DiT {
 public:
  // Takes over the weights of the estimator, `depth` and `text_depth` blocks of them. The arithmetic is that of the
  // blocks' linear maps, two thirds of the time.
  DiT(const torch::jit::Module& estimator, std::int64_t depth, std::int64_t text_depth, Arithmetic arithmetic);

  // What `velocity` takes of the condition mu [B, T, condition]; the same for every step.
  at::Tensor condition(const at::Tensor& mu, const std::stop_token& stop) const;

  // Scales, shifts and gates of every step of `steps`, kept for the next sentence.
  struct Schedule {
    std::vector<at::Tensor> blocks;  // [steps, 6 * dim], each block's
    at::Tensor last;                 // [steps, 2 * dim]
  };
  std::shared_ptr<const Schedule> schedule(std::int64_t steps) const;

  // x, prompt [B, T, mels], text of `condition` -> at one step that of the frames from `first` on, [B, T - first,
  // mels]. Throws ERR_GSV_ABORTED.
  at::Tensor velocity(const at::Tensor& x, const at::Tensor& prompt, const at::Tensor& text, const Schedule& schedule,
                      std::int64_t step, std::int64_t first, const std::stop_token& stop) const;

  std::int64_t mels() const { return mels_; }
  std::vector<at::Tensor> attention_weights(std::size_t block) const;  // to_q, to_k, to_v, to_out

 private:
  struct ScalarEmbedding {
    Linear first, last;
    std::int64_t waves = 0;
    at::Tensor operator()(const at::Tensor& values) const;  // [n] -> [n, dim]
  };
  struct TextBlock {
    at::Tensor kernel, kernel_bias, norm, norm_bias, gamma, beta;
    Linear widen, narrow;
  };
  struct Block {
    Linear modulation, qkv, out, widen, narrow;
  };

  at::Tensor embed_input(const at::Tensor& x, const at::Tensor& prompt, const at::Tensor& text,
                         const std::stop_token& stop) const;
  at::Tensor attend(const Block& block, const at::Tensor& x, const at::Tensor& angles, std::int64_t first,
                    const std::stop_token& stop) const;

  std::int64_t mels_, dim_, inner_;
  ScalarEmbedding time_, step_;
  std::vector<TextBlock> text_blocks_;
  Linear input_, output_, last_modulation_;
  at::Tensor position_kernel_1_, position_bias_1_, position_kernel_2_, position_bias_2_;
  at::Tensor rotation_;  // [pairs], angle a frame
  std::vector<Block> blocks_;

  mutable std::mutex mutex_;
  mutable std::map<std::int64_t, std::shared_ptr<const Schedule>> schedules_;  // by steps
};

}  // namespace gsv::acoustic
