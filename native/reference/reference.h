// Reference recordings -> what networks take of them.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <span>

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

// Seconds of the first recording. Throws ERR_GSV_REFERENCE_AUDIO: one that is silent or not finite, or the first one's
// length with the limits.
double check(std::span<const Recording> recordings);

// A mono recording at 16 kHz, as HuBERT hears it: resampled, then with upstream's trailing silence: [n].
at::Tensor padded_16k(const Recording& recording, const Format& format);

// Spectrogram of a mono recording at any rate: [1, bins, T].
at::Tensor spectrogram(const Recording& recording, const Format& format);

// What the speaker network hears of it: [1, frames, 80].
at::Tensor speaker_fbank(const Recording& recording, const Format& format);

}  // namespace gsv::reference
