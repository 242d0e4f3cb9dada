// Reference recordings -> what the token loop and the decoder take of them, computed once a reference.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <stop_token>
#include <vector>

#include "acoustic/acoustic.h"
#include "engine/api.h"
#include "signal/signal.h"

namespace gsv::reference {

inline constexpr double kShortest = 3.0;  // seconds at 16 kHz, upstream's limits
inline constexpr double kLongest = 10.0;

// What the voice's config says of its recordings.
struct Format {
  int sample_rate = 32000;  // Hz
  signal::SpectrogramShape spectrogram;
};

struct Prepared final : Reference {
  std::vector<std::int32_t> semantic_tokens;  // 25 a second
  at::Tensor style;                           // [1, gin, 1]
  double seconds = 0;
};

// Semantic tokens of what padded_16k gave: [T25] int64.
at::Tensor semantic_tokens(torch::jit::Module& hubert, acoustic::Acoustic& acoustic, const at::Tensor& wav16k);

// A mono recording at 16 kHz, as HuBERT hears it: resampled, then with upstream's trailing silence: [n].
at::Tensor padded_16k(const Recording& recording, const Format& format);

// Spectrogram of a mono recording at any rate: [1, bins, T].
at::Tensor spectrogram(const Recording& recording, const Format& format);

// Throws ERR_GSV_REFERENCE_AUDIO with the measured length and the limits.
std::shared_ptr<const Prepared> prepare(torch::jit::Module& hubert, acoustic::Acoustic& acoustic, const Format& format,
                                        const std::vector<Recording>& recordings, std::stop_token stop);

}  // namespace gsv::reference
