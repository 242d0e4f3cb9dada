#include "signal/phase_filter.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace gsv::signal {
namespace {

constexpr std::size_t kLanes = 8;  // sums side by side, so that the compiler may use vector registers

// 2 * taps FLOPs.
float sum_of_products(const float* a, const float* b, std::size_t taps) {
  float lanes[kLanes] = {};
  for (std::size_t i = 0; i < taps; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += a[i + lane] * b[i + lane];
  }
  return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
}

}  // namespace

Ratio reduced(int from, int to) {
  const int divisor = std::gcd(from, to);
  return {to / divisor, from / divisor};
}

PhaseFilter::PhaseFilter(Ratio ratio, double reach, const Coefficient& coefficient)
    : ratio_(ratio), before_(static_cast<std::int64_t>(std::ceil(reach))) {
  const auto used = static_cast<std::size_t>(2 * before_ + 2);  // the position lies between two inputs
  taps_ = (used + kLanes - 1) / kLanes * kLanes;
  coefficients_.assign(static_cast<std::size_t>(ratio.up) * taps_, 0.0F);
  for (int phase = 0; phase < ratio.up; ++phase) {
    float* row = &coefficients_[static_cast<std::size_t>(phase) * taps_];
    for (std::size_t i = 0; i < used; ++i) {
      row[i] = static_cast<float>(coefficient(phase, position(phase) - before_ + static_cast<std::int64_t>(i)));
    }
  }
}

std::vector<float> PhaseFilter::apply(std::span<const float> input, std::size_t count) const {
  const std::size_t blocks = count / static_cast<std::size_t>(ratio_.up) + 1;
  const std::size_t reached = blocks * static_cast<std::size_t>(ratio_.down) + taps_;
  std::vector<float> padded(static_cast<std::size_t>(before_) + std::max(input.size(), reached), 0.0F);
  std::copy(input.begin(), input.end(), padded.begin() + before_);

  std::vector<float> output(count);
  for (std::size_t j = 0; j < count; ++j) {
    const auto phase = static_cast<int>(j % static_cast<std::size_t>(ratio_.up));
    const std::size_t block = j / static_cast<std::size_t>(ratio_.up) * static_cast<std::size_t>(ratio_.down);
    const float* taken = &padded[block + static_cast<std::size_t>(position(phase))];
    output[j] = sum_of_products(&coefficients_[static_cast<std::size_t>(phase) * taps_], taken, taps_);
  }
  return output;
}

}  // namespace gsv::signal
