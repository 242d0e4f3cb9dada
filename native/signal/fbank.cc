#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <string>

#include "error.h"
#include "signal/fft.h"
#include "signal/signal.h"

namespace gsv::signal {
namespace {

constexpr int kRate = 16000;
constexpr std::size_t kWindow = 400;  // 25 ms
constexpr std::size_t kShift = 160;   // 10 ms
constexpr std::size_t kFftSize = 512;
constexpr std::size_t kUsedBins = kFftSize / 2;  // the Nyquist bin belongs to no band
constexpr float kPreEmphasis = 0.97F;
constexpr double kLowest = 20;  // Hz; the highest is the Nyquist frequency

struct Band {
  std::size_t first = 0;  // bin of weights[0]
  std::vector<float> weights;
};

// A Hann window with both ends zero, to a power that keeps more of its flanks.
std::array<float, kWindow> povey_window() {
  std::array<float, kWindow> window;
  for (std::size_t i = 0; i < kWindow; ++i) {
    const double turn = 2 * std::numbers::pi * static_cast<double>(i) / (kWindow - 1);
    window[i] = static_cast<float>(std::pow(0.5 - 0.5 * std::cos(turn), 0.85));
  }
  return window;
}

double mel(double hertz) { return 1127 * std::log(1 + hertz / 700); }

// Triangles of equal width on the mel scale. Kept in single precision, as the trained network met them.
std::vector<Band> mel_bands() {
  const double lowest = mel(kLowest);
  const double width = (mel(kRate / 2.0) - lowest) / (kFbankBins + 1);
  std::vector<Band> bands(kFbankBins);
  for (int band = 0; band < kFbankBins; ++band) {
    const auto left = static_cast<float>(lowest + band * width);
    const auto center = static_cast<float>(lowest + (band + 1) * width);
    const auto right = static_cast<float>(lowest + (band + 2) * width);
    for (std::size_t bin = 0; bin < kUsedBins; ++bin) {
      const auto here = static_cast<float>(mel(static_cast<double>(bin) * kRate / kFftSize));
      const float rising = (here - left) / (center - left);
      const float falling = (right - here) / (right - center);
      const float weight = std::min(rising, falling);
      if (weight <= 0) continue;
      Band& made = bands[static_cast<std::size_t>(band)];
      if (made.weights.empty()) made.first = bin;
      made.weights.push_back(weight);
    }
  }
  return bands;
}

// Without its mean, pre-emphasised, windowed and padded with zeros. In single precision as upstream: where there is
// next to no energy, its rounding is what the logarithm shows.
void prepare_frame(std::span<const float> samples, std::span<const float> window, std::span<double> frame) {
  double sum = 0;
  for (const float sample : samples) sum += sample;
  const auto mean = static_cast<float>(sum / static_cast<double>(samples.size()));
  float previous = samples[0] - mean;  // the first sample is its own predecessor
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const float sample = samples[i] - mean;
    frame[i] = (sample - kPreEmphasis * previous) * window[i];
    previous = sample;
  }
}

}  // namespace

Fbank kaldi_fbank80(std::span<const float> wav16k) {
  if (wav16k.size() < kWindow) {
    throw Error(code::kReferenceAudio, "the reference has " + std::to_string(wav16k.size()) +
                                           " samples at 16 kHz; a speaker's features need " + std::to_string(kWindow));
  }
  const std::array<float, kWindow> window = povey_window();
  const std::vector<Band> bands = mel_bands();
  RealFft fft(kFftSize);
  std::vector<double> frame(kFftSize, 0.0);
  std::vector<std::complex<double>> spectrum(fft.bins());
  std::array<double, kUsedBins> power;

  Fbank result;
  result.frames = static_cast<int>((wav16k.size() - kWindow) / kShift + 1);
  result.values.reserve(static_cast<std::size_t>(result.frames) * kFbankBins);
  for (int t = 0; t < result.frames; ++t) {
    prepare_frame(wav16k.subspan(static_cast<std::size_t>(t) * kShift, kWindow), window, frame);
    fft.transform(frame, spectrum);
    for (std::size_t bin = 0; bin < kUsedBins; ++bin) power[bin] = std::norm(spectrum[bin]);
    for (const Band& band : bands) {
      double energy = 0;
      for (std::size_t i = 0; i < band.weights.size(); ++i) energy += power[band.first + i] * band.weights[i];
      const auto heard = std::max(static_cast<float>(energy), std::numeric_limits<float>::epsilon());
      result.values.push_back(std::log(heard));
    }
  }
  return result;
}

}  // namespace gsv::signal
