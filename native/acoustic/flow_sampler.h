// Flow matching: Euler steps from noise to a mel spectrogram along what the transformer says.
#pragma once

#include "acoustic/dit.h"

namespace gsv::acoustic {

struct FlowInput {
  at::Tensor mu;      // [B, T, condition]
  at::Tensor prompt;  // [1 or B, L, mels], normalised; the spectrogram goes on from it
  at::Tensor noise;   // [B, T, mels]; that of the prompt's frames is not used
  std::int64_t steps = 0;
  double guidance = 0;  // how far to go away from what is said without prompt and condition; upstream's is 0
};

// -> [B, T - L, mels]. Throws ERR_GSV_ABORTED.
at::Tensor sample_flow(const DiT& net, const FlowInput& input, const std::stop_token& stop);

}  // namespace gsv::acoustic
