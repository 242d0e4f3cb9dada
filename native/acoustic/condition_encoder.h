// From the text encoder's latent to the condition of flow matching (models/s2_v3.py), layer by layer, so that it can be
// stopped in between.
#pragma once

#include <vector>

#include "acoustic/convolution.h"

namespace gsv::acoustic {

class ConditionEncoder {
 public:
  explicit ConditionEncoder(const torch::jit::Module& s2);

  // latent: [1, hidden, T]; style: [1, gin, 1]. `scale` frames for each of the latent's, those after `frames` zero.
  // -> what each step gives, [1, C, T']: the bridge's output, and that of three layers, the last one the result.
  // Throws ERR_GSV_ABORTED.
  std::vector<at::Tensor> operator()(const at::Tensor& latent, const at::Tensor& style, double scale,
                                     std::int64_t frames, const std::stop_token& stop) const;

 private:
  at::Tensor wavenet(const at::Tensor& x, const at::Tensor& mask, const at::Tensor& style,
                     const std::stop_token& stop) const;

  Convolution bridge_, pre_, style_, post_;
  std::vector<Convolution> inner_, outer_;  // of each layer
};

}  // namespace gsv::acoustic
