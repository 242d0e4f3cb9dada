#include <algorithm>
#include <cmath>
#include <cstddef>

#include "signal/signal.h"

namespace gsv::signal {
namespace {

constexpr double kFloor = 1e-5;

// Slaney's scale: linear up to 1000 Hz, which is mel 15, and logarithmic above, 27 mels for a factor of 6.4.
constexpr double kHertzPerMel = 200.0 / 3, kBreakHertz = 1000, kBreakMel = 15;
const double kLogStep = std::log(6.4) / 27;

double to_mel(double hertz) {
  if (hertz < kBreakHertz) return hertz / kHertzPerMel;
  return kBreakMel + std::log(hertz / kBreakHertz) / kLogStep;
}

double to_hertz(double mel) {
  if (mel < kBreakMel) return mel * kHertzPerMel;
  return kBreakHertz * std::exp(kLogStep * (mel - kBreakMel));
}

// One triangle over the bins from `first` on.
struct Band {
  std::size_t first = 0;
  std::vector<float> weights;
};

std::vector<Band> bands(int sample_rate, int mels, std::size_t bins) {
  const double top = to_mel(sample_rate / 2.0);
  const auto edge = [&](int i) { return to_hertz(top * i / (mels + 1)); };
  const double bin_hertz = sample_rate / 2.0 / static_cast<double>(bins - 1);
  std::vector<Band> result(static_cast<std::size_t>(mels));
  for (int m = 0; m < mels; ++m) {
    const double low = edge(m), middle = edge(m + 1), high = edge(m + 2);
    Band& band = result[static_cast<std::size_t>(m)];
    for (std::size_t bin = 0; bin < bins; ++bin) {
      const double hertz = bin_hertz * static_cast<double>(bin);
      const double weight = std::min((hertz - low) / (middle - low), (high - hertz) / (high - middle));
      if (weight <= 0) continue;
      if (band.weights.empty()) band.first = bin;
      band.weights.push_back(static_cast<float>(weight * 2 / (high - low)));
    }
  }
  return result;
}

}  // namespace

Spectrogram log_mel_spectrogram(std::span<const float> audio, int sample_rate, int mels,
                                const SpectrogramShape& shape) {
  const Spectrogram linear = linear_spectrogram(audio, shape);
  const auto frames = static_cast<std::size_t>(linear.frames);
  Spectrogram result{mels, linear.frames, std::vector<float>(static_cast<std::size_t>(mels) * frames)};
  std::vector<double> sums(frames);
  float* out = result.values.data();
  for (const Band& band : bands(sample_rate, mels, static_cast<std::size_t>(linear.bins))) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for (std::size_t i = 0; i < band.weights.size(); ++i) {
      const float* row = linear.values.data() + (band.first + i) * frames;
      for (std::size_t t = 0; t < frames; ++t) sums[t] += static_cast<double>(band.weights[i]) * row[t];
    }
    for (const double sum : sums) *out++ = static_cast<float>(std::log(std::max(sum, kFloor)));
  }
  return result;
}

}  // namespace gsv::signal
