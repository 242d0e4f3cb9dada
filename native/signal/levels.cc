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

std::vector<float> join_fragments(std::span<const std::vector<float>> fragments, int sample_rate,
                                  double pause_seconds) {
  const auto pause = static_cast<std::size_t>(sample_rate * std::max(0.0, pause_seconds));
  std::vector<float> joined;
  for (const std::vector<float>& fragment : fragments) {
    const std::size_t start = joined.size();
    joined.insert(joined.end(), fragment.begin(), fragment.end());
    limit_peak(std::span(joined).subspan(start));
    joined.resize(joined.size() + pause, 0.0F);
  }
  return joined;
}

std::vector<std::int16_t> to_pcm16(std::span<const float> samples) {
  std::vector<std::int16_t> pcm;
  pcm.reserve(samples.size());
  for (const float sample : samples) {
    const float clamped = std::clamp(sample * 32768.0F, -32768.0F, 32767.0F);
    pcm.push_back(static_cast<std::int16_t>(clamped == clamped ? clamped : 0.0F));  // NaN is silence
  }
  return pcm;
}

}  // namespace gsv::signal
