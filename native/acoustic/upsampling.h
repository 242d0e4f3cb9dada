// A transposed convolution along time. Its outputs fall into as many phases as its rate; each phase is a plain
// convolution of neighbouring input rows, so one matrix product a phase.
#pragma once

#include <vector>

#include "acoustic/convolution_weights.h"
#include "acoustic/residual_block.h"
#include "kernels/kernels.h"
#include "kernels/pack.h"

namespace gsv::acoustic {

class Upsampling {
 public:
  // Inputs are multiplied by `scale` first.
  Upsampling(const ConvolutionWeights& weights, float scale, const kernels::Kernels& kernels,
             kernels::ThreadPool& pool);

  int channels() const { return out_; }                           // of the output, a multiple of 16
  double operations() const { return 2.0 * taps_ * in_ * out_; }  // an input position
  int length(int inputs) const { return (inputs - 1) * rate_ + taps_ - 2 * padding_; }

  // Floats that run() needs for as many outputs.
  size_t scratch(int outputs) const;

  // y[0] is position range.begin of the upsampled leaky ReLU of x [length][padded inputs].
  void run(const float* x, int length, Range range, float* y, float* scratch) const;

 private:
  Range inputs_of(Range range) const;

  const kernels::Kernels& kernels_;
  int in_, out_, taps_, rate_, padding_;
  std::vector<kernels::PackedLinear> phases_;
  std::vector<int> windows_;  // input rows that a phase reads
};

// to[i] = leaky ReLU of row from + i of x [length][channels]; rows outside are zeros.
void copy_active(const float* x, int length, int channels, float slope, Range rows, float* to);

}  // namespace gsv::acoustic
