#pragma once

#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "error.h"

namespace gsv::engine {

// Of the networks that gave values which are not finite; `networks` are their names in LoadVoiceRequest, apart by
// spaces.
inline Error not_finite(const std::string& networks) {
  return {code::kNonFiniteAudio, "the networks gave values that are not finite; the weights are damaged", networks};
}

// Throws ERR_GSV_NON_FINITE_AUDIO.
inline void require_finite(const at::Tensor& values, const std::string& networks) {
  if (!at::isfinite(values).all().item<bool>()) throw not_finite(networks);
}

// The samples of a wave on the CPU. Throws ERR_GSV_NON_FINITE_AUDIO.
inline std::vector<float> finite(const at::Tensor& wave, const std::string& networks = "s2 speaker vocoder") {
  require_finite(wave, networks);
  const at::Tensor flat = wave.contiguous();
  const float* data = flat.const_data_ptr<float>();
  return {data, data + flat.numel()};
}

}  // namespace gsv::engine
