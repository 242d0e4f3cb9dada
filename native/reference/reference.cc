#include "reference/reference.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "error.h"
#include "signal/signal.h"

namespace gsv::reference {
namespace {

constexpr int kHubertRate = 16000;
constexpr int kSpeakerRate = 16000;
// 0.3 s at the voice's rate, laid out at 16 kHz: 0.6 s at 32 kHz. Upstream counts so, and the voices were trained with
// it.
constexpr double kTrailingSilence = 0.3;
// Below this peak a recording holds nothing but noise of the converter.
constexpr float kSilence = 1e-4F;

std::string in_seconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f s", seconds);
  return text;
}

void check_samples(const Recording& recording) {
  signal::check_rate(recording.sample_rate);
  float peak = 0;
  for (const float sample : recording.samples) {
    if (!std::isfinite(sample)) throw Error(code::kReferenceAudio, "the reference holds samples that are not finite");
    peak = std::max(peak, std::abs(sample));
  }
  if (peak < kSilence) throw Error(code::kReferenceAudio, "the reference is silent");
}

void check_length(double seconds) {
  if (seconds >= kShortest && seconds <= kLongest) return;
  throw Error(code::kReferenceAudio,
              "the reference is " + in_seconds(seconds) +
                  " long; it needs 3 to 10 s (refTrim: 'auto' picks the best part of a longer one)");
}

at::Tensor as_tensor(const std::vector<float>& samples) {
  return at::from_blob(const_cast<float*>(samples.data()), {static_cast<std::int64_t>(samples.size())}, at::kFloat)
      .clone();
}

// As the voice was trained with it.
std::vector<float> at_voice_rate(const Recording& recording, const Format& format) {
  std::vector<float> audio = signal::resample_sinc_hann(recording.samples, recording.sample_rate, format.sample_rate);
  signal::normalize_peak(audio);
  return audio;
}

}  // namespace

double check(std::span<const Recording> recordings) {
  for (const Recording& recording : recordings) check_samples(recording);
  // The limits are read on the resampled signal, as upstream does: ceil(n * to / from) samples.
  const auto samples = static_cast<std::int64_t>(recordings[0].samples.size());
  const std::int64_t rate = recordings[0].sample_rate;
  const double seconds = static_cast<double>((samples * kHubertRate + rate - 1) / rate) / kHubertRate;
  check_length(seconds);
  return seconds;
}

at::Tensor padded_16k(const Recording& recording, const Format& format) {
  std::vector<float> wav16k = signal::resample_soxr_hq(recording.samples, recording.sample_rate, kHubertRate);
  wav16k.resize(wav16k.size() + static_cast<std::size_t>(format.sample_rate * kTrailingSilence), 0.0F);
  return as_tensor(wav16k);
}

at::Tensor spectrogram(const Recording& recording, const Format& format) {
  const signal::Spectrogram spectrum = signal::linear_spectrogram(at_voice_rate(recording, format), format.spectrogram);
  return as_tensor(spectrum.values).reshape({1, spectrum.bins, spectrum.frames});
}

at::Tensor speaker_fbank(const Recording& recording, const Format& format) {
  const std::vector<float> audio = at_voice_rate(recording, format);
  const signal::Fbank fbank =
      signal::kaldi_fbank80(signal::resample_sinc_hann(audio, format.sample_rate, kSpeakerRate));
  return as_tensor(fbank.values).reshape({1, fbank.frames, signal::kFbankBins});
}

}  // namespace gsv::reference
