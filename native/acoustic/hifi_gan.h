// HiFi-GAN on own kernels: frames -> waveform. Every stage upsamples and passes the mean of some residual blocks on, in
// tiles of time that one thread takes through the whole stage. No torch here.
#pragma once

#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "acoustic/convolution_weights.h"
#include "acoustic/residual_block.h"
#include "acoustic/upsampling.h"
#include "kernels/thread_pool.h"

namespace gsv::acoustic {

struct HifiGanWeights {
  struct Block {
    std::vector<ConvolutionWeights> first, second;  // as ResidualBlock takes them
  };
  ConvolutionWeights pre, post;  // of odd lengths
  std::vector<ConvolutionWeights> ups;
  std::vector<std::vector<Block>> blocks;  // of each upsampling; at least one, of equal numbers
};

class HifiGan {
 public:
  // Packs the weights; they may be freed afterwards. Throws ERR_GSV_UNSUPPORTED_CONFIG.
  HifiGan(const HifiGanWeights& weights, std::shared_ptr<kernels::ThreadPool> pool);

  // frames: [count][inputs of `pre`]; condition: added to each output of `pre`, or empty -> samples in -1..1.
  // Throws ERR_GSV_ABORTED; the stop token is read between the convolutions of a tile (some milliseconds).
  std::vector<float> operator()(std::span<const float> frames, int count, std::span<const float> condition,
                                std::stop_token stop) const;

  // Multiplications and additions of the stages' products for as many frames, edges of tiles not counted.
  double operations(int frames) const;

 private:
  struct Stage {
    Upsampling up;
    std::vector<ResidualBlock> blocks;
    int reach() const;
    size_t scratch() const;
  };
  // A signal: rows of positions, channels padded to 16.
  struct Rows {
    kernels::Buffer<float> data;
    int length = 0;
  };

  Rows first_rows(std::span<const float> frames, int count, std::span<const float> condition) const;
  Rows run_stage(const Stage& stage, const Rows& x, const std::stop_token& stop) const;
  std::vector<float> samples(const Rows& x, const std::stop_token& stop) const;

  std::shared_ptr<kernels::ThreadPool> pool_;
  const kernels::Kernels& kernels_;
  int inputs_, pre_taps_, post_inputs_, post_taps_;
  kernels::PackedLinear pre_, post_;
  std::vector<Stage> stages_;
};

}  // namespace gsv::acoustic
