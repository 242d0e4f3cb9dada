#include <algorithm>
#include <cmath>
#include <cstddef>

#include "signal/phase_filter.h"
#include "signal/signal.h"
#include "signal/soxr_stages.h"

namespace gsv::signal {
namespace {

// Every stage starts at time 0: what a filter would say before it is lost to the next one, as in soxr. After the end it
// goes on for as long as the filters reach.
std::vector<float> run(const Stage& stage, std::span<const float> input) {
  const Ratio ratio = stage.ratio;
  const auto coefficient = [&](int phase, std::int64_t index) {
    const double distance = static_cast<double>(phase) * ratio.down / ratio.up - static_cast<double>(index);
    return stage.filter.at(distance);
  };
  const PhaseFilter filter(ratio, stage.filter.half_width, coefficient);
  const double tail = stage.filter.half_width;
  const double end = (static_cast<double>(input.size()) + tail) * ratio.up / ratio.down;
  return filter.apply(input, static_cast<std::size_t>(end) + 1);
}

}  // namespace

std::vector<float> resample_soxr_hq(std::span<const float> samples, int from, int to) {
  check_rate(from);
  check_rate(to);
  std::vector<float> audio(samples.begin(), samples.end());
  if (from == to || samples.empty()) return audio;
  for (const Stage& stage : soxr_stages(from, to)) audio = run(stage, audio);

  // soxr rounds the length, librosa rounds it up and fills with silence.
  const double exact = static_cast<double>(samples.size()) * to / from;
  audio.resize(std::min(audio.size(), static_cast<std::size_t>(std::floor(exact + 0.5))));
  audio.resize(
      static_cast<std::size_t>(std::ceil(static_cast<double>(samples.size()) * (static_cast<double>(to) / from))));
  return audio;
}

}  // namespace gsv::signal
