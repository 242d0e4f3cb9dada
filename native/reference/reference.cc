#include "reference/reference.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "error.h"
#include "signal/signal.h"

namespace gsv::reference {
namespace {

constexpr int kHubertRate = 16000;
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
  float peak = 0;
  for (const float sample : recording.samples) {
    if (!std::isfinite(sample)) throw Error(code::kReferenceAudio, "the reference holds samples that are not finite");
    peak = std::max(peak, std::abs(sample));
  }
  if (peak < kSilence) throw Error(code::kReferenceAudio, "the reference is silent");
}

// The limits are read on the resampled signal, as upstream does.
void check_length(std::size_t samples_16k) {
  const double seconds = static_cast<double>(samples_16k) / kHubertRate;
  if (seconds >= kShortest && seconds <= kLongest) return;
  throw Error(code::kReferenceAudio,
              "the reference is " + in_seconds(seconds) +
                  " long; it needs 3 to 10 s (refTrim: 'auto' picks the best part of a longer one)");
}

void check_stop(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Error(code::kAborted, "the call was cancelled");
}

// The device that a network's weights are on.
c10::Device device_of(const torch::jit::Module& network) { return (*network.parameters().begin()).device(); }

at::Tensor as_tensor(const std::vector<float>& samples) {
  return at::from_blob(const_cast<float*>(samples.data()), {static_cast<std::int64_t>(samples.size())}, at::kFloat)
      .clone();
}

std::vector<float> pad(std::vector<float> wav16k, int sample_rate) {
  wav16k.resize(wav16k.size() + static_cast<std::size_t>(sample_rate * kTrailingSilence), 0.0F);
  return wav16k;
}

}  // namespace

at::Tensor padded_16k(const Recording& recording, const Format& format) {
  return as_tensor(
      pad(signal::resample_soxr_hq(recording.samples, recording.sample_rate, kHubertRate), format.sample_rate));
}

at::Tensor semantic_tokens(torch::jit::Module& hubert, acoustic::Acoustic& acoustic, const at::Tensor& wav16k) {
  const at::Tensor features =
      hubert.forward({wav16k.unsqueeze(0).to(device_of(hubert))}).toTensor();  // [1, T50, hidden]
  return acoustic.semantic_codes(features.transpose(1, 2));
}

at::Tensor spectrogram(const Recording& recording, const Format& format) {
  std::vector<float> audio = signal::resample_sinc_hann(recording.samples, recording.sample_rate, format.sample_rate);
  signal::normalize_peak(audio);
  const signal::Spectrogram spectrum = signal::linear_spectrogram(audio, format.spectrogram);
  return as_tensor(spectrum.values).reshape({1, spectrum.bins, spectrum.frames});
}

std::shared_ptr<const Prepared> prepare(torch::jit::Module& hubert, acoustic::Acoustic& acoustic, const Format& format,
                                        const std::vector<Recording>& recordings, std::stop_token stop) {
  auto prepared = std::make_shared<Prepared>();
  for (const Recording& recording : recordings) check_samples(recording);
  const Recording& first = recordings.at(0);
  std::vector<float> wav16k = signal::resample_soxr_hq(first.samples, first.sample_rate, kHubertRate);
  check_length(wav16k.size());
  prepared->seconds = static_cast<double>(wav16k.size()) / kHubertRate;

  std::vector<at::Tensor> styles;
  for (const Recording& recording : recordings) {
    check_stop(stop);
    styles.push_back(acoustic.style(spectrogram(recording, format)));
  }
  prepared->style = acoustic::Acoustic::mean_style(styles);
  check_stop(stop);
  const at::Tensor tokens = semantic_tokens(hubert, acoustic, as_tensor(pad(std::move(wav16k), format.sample_rate)))
                                .to(at::kInt)
                                .contiguous();
  const auto* data = tokens.const_data_ptr<std::int32_t>();
  prepared->semantic_tokens.assign(data, data + tokens.numel());
  return prepared;
}

}  // namespace gsv::reference
