#pragma once

#include <span>

namespace gsv::acoustic {

// A convolution along time as a checkpoint has it; the values belong to the caller.
struct ConvolutionWeights {
  std::span<const float> weight;  // [out, in, taps]; of an upsampling one [in, out, taps]
  std::span<const float> bias;    // [out] or empty
  int out = 0;
  int in = 0;
  int taps = 0;
  int dilation = 1;
  int rate = 1;  // of an upsampling one: output positions an input position
};

}  // namespace gsv::acoustic
