#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "signal/phase_filter.h"
#include "signal/signal.h"

namespace gsv::signal {
namespace {

constexpr double kZeroCrossings = 6;
constexpr double kRolloff = 0.99;

// t in zero crossings.
double windowed_sinc(double t) {
  if (t == 0) return 1;
  if (std::abs(t) >= kZeroCrossings) return 0;
  const double window = std::cos(t * std::numbers::pi / kZeroCrossings / 2);
  return std::sin(t * std::numbers::pi) / (t * std::numbers::pi) * window * window;
}

// torchaudio rounds the length to single precision before it rounds up; a length that is no integer may so lose a
// sample.
std::size_t output_length(std::size_t samples, Ratio ratio) {
  const double exact = static_cast<double>(samples) * ratio.up / ratio.down;
  const auto rounded_up = static_cast<std::size_t>(std::ceil(static_cast<float>(exact)));
  const std::size_t whole_blocks =
      (samples / static_cast<std::size_t>(ratio.down) + 1) * static_cast<std::size_t>(ratio.up);
  return std::min(rounded_up, whole_blocks);
}

}  // namespace

std::vector<float> resample_sinc_hann(std::span<const float> samples, int from, int to) {
  check_rate(from);
  check_rate(to);
  if (from == to) return {samples.begin(), samples.end()};
  const Ratio ratio = reduced(from, to);
  const double crossings = std::min(ratio.up, ratio.down) * kRolloff;  // in a block
  const auto coefficient = [&](int phase, std::int64_t index) {
    // torchaudio has the output's place in single precision and the input's in double.
    const double output = static_cast<float>(phase) / static_cast<float>(ratio.up);
    const double input = static_cast<double>(index) / ratio.down;
    return windowed_sinc((input - output) * crossings) * crossings / ratio.down;
  };
  const PhaseFilter filter(ratio, kZeroCrossings * ratio.down / crossings, coefficient);
  return filter.apply(samples, output_length(samples.size(), ratio));
}

}  // namespace gsv::signal
