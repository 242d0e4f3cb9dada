// Reference recordings -> what the token loop and the decoder take of them, computed once a reference.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <stop_token>
#include <vector>

#include "acoustic/acoustic.h"
#include "engine/api.h"

namespace gsv::reference {

inline constexpr double kShortest = 3.0;  // seconds at 16 kHz, upstream's limits
inline constexpr double kLongest = 10.0;

struct Prepared final : Reference {
  std::vector<std::int32_t> semantic_tokens;  // 25 a second
  at::Tensor style;                           // [1, gin, 1]
  double seconds = 0;
};

// Semantic tokens of a recording at 16 kHz which already has its trailing silence: [T25] int64.
at::Tensor semantic_tokens(torch::jit::Module& hubert, acoustic::Acoustic& acoustic, const at::Tensor& wav16k);

// Spectrogram of a mono recording at any rate: [1, bins, T].
at::Tensor spectrogram(const Recording& recording, int sample_rate);

// Throws ERR_GSV_REFERENCE_AUDIO with the measured length and the limits.
std::shared_ptr<const Prepared> prepare(torch::jit::Module& hubert, acoustic::Acoustic& acoustic, int sample_rate,
                                        const std::vector<Recording>& recordings, std::stop_token stop);

}  // namespace gsv::reference
