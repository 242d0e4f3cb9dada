#include <cmath>
#include <cstddef>
#include <numbers>
#include <string>

#include "error.h"
#include "signal/fft.h"
#include "signal/signal.h"

namespace gsv::signal {
namespace {

constexpr double kFloor = 1e-8;  // added to the power

// Periodic: the next sample would be the first again. Rounded as torch's.
std::vector<float> hann_window(std::size_t size) {
  std::vector<float> window(size);
  for (std::size_t i = 0; i < size; ++i) {
    const double turn = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(size);
    window[i] = static_cast<float>(0.5 - 0.5 * std::cos(turn));
  }
  return window;
}

// Reflection without repeating the edge; index may be up to size - 1 outside.
float reflected(std::span<const float> audio, std::ptrdiff_t index) {
  const auto size = static_cast<std::ptrdiff_t>(audio.size());
  if (index < 0) index = -index;
  if (index >= size) index = 2 * (size - 1) - index;
  return audio[static_cast<std::size_t>(index)];
}

}  // namespace

Spectrogram linear_spectrogram(std::span<const float> audio, const SpectrogramShape& shape) {
  RealFft fft(static_cast<std::size_t>(shape.fft_size));
  const std::ptrdiff_t pad = (shape.fft_size - shape.hop) / 2;
  const auto size = static_cast<std::ptrdiff_t>(audio.size());
  if (size <= pad || size + 2 * pad < shape.fft_size) {
    throw Error(code::kReferenceAudio, "the reference has " + std::to_string(size) + " samples; a spectrum needs " +
                                           std::to_string(pad + 1) + " at least");
  }
  Spectrogram result;
  result.bins = static_cast<int>(fft.bins());
  result.frames = static_cast<int>((size + 2 * pad - shape.fft_size) / shape.hop + 1);
  result.values.resize(fft.bins() * static_cast<std::size_t>(result.frames));

  const std::vector<float> window = hann_window(fft.size());
  std::vector<double> frame(fft.size());
  std::vector<std::complex<double>> spectrum(fft.bins());
  for (int t = 0; t < result.frames; ++t) {
    const std::ptrdiff_t start = std::ptrdiff_t{t} * shape.hop - pad;
    for (std::size_t i = 0; i < frame.size(); ++i) {
      frame[i] = reflected(audio, start + static_cast<std::ptrdiff_t>(i)) * window[i];
    }
    fft.transform(frame, spectrum);
    for (std::size_t bin = 0; bin < spectrum.size(); ++bin) {
      const std::size_t place = bin * static_cast<std::size_t>(result.frames) + static_cast<std::size_t>(t);
      result.values[place] = static_cast<float>(std::sqrt(std::norm(spectrum[bin]) + kFloor));
    }
  }
  return result;
}

}  // namespace gsv::signal
