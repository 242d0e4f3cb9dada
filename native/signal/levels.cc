#include <algorithm>
#include <cmath>
#include <cstddef>

#include "signal/signal.h"

namespace gsv::signal {
namespace {

float peak_of(std::span<const float> samples) {
  float peak = 0;
  for (const float sample : samples) peak = std::max(peak, std::abs(sample));
  return peak;
}

void divide(std::span<float> samples, float divisor) {
  for (float& sample : samples) sample /= divisor;
}

}  // namespace

void normalize_peak(std::span<float> samples) {
  const float peak = peak_of(samples);
  if (peak > 1) divide(samples, std::min(2.0F, peak));
}

void limit_peak(std::span<float> samples) {
  const float peak = peak_of(samples);
  if (peak > 1) divide(samples, peak);
}

}  // namespace gsv::signal
