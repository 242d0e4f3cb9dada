#pragma once

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "error.h"

namespace gsv::engine {

// The samples of a wave on the CPU. Throws ERR_GSV_NON_FINITE_AUDIO.
inline std::vector<float> finite(const at::Tensor& wave) {
  const at::Tensor flat = wave.contiguous();
  const float* data = flat.const_data_ptr<float>();
  std::vector<float> samples(data, data + flat.numel());
  if (!std::all_of(samples.begin(), samples.end(), [](float sample) { return std::isfinite(sample); })) {
    throw Error(code::kNonFiniteAudio, "the networks gave values that are not finite; the weights are damaged");
  }
  return samples;
}

}  // namespace gsv::engine
