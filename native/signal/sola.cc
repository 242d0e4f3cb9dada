#include <algorithm>
#include <cmath>
#include <numbers>

#include "signal/signal.h"

namespace gsv::signal {
namespace {

constexpr double kFloor = 1e-8;  // added to the energy: silence then matches at once

// Where `right` goes on best from the last samples of `left`, within `search` samples.
std::size_t best_lag(std::span<const float> tail, std::span<const float> right, std::size_t search) {
  const std::size_t overlap = tail.size();
  double best = 0;
  std::size_t lag = 0;
  for (std::size_t i = 0; i <= search && i + overlap <= right.size(); ++i) {
    double product = 0, energy = kFloor;
    for (std::size_t j = 0; j < overlap; ++j) {
      product += double{right[i + j]} * tail[j];
      energy += double{right[i + j]} * right[i + j];
    }
    const double match = product / std::sqrt(energy);
    if (i > 0 && match <= best) continue;
    best = match;
    lag = i;
  }
  return lag;
}

}  // namespace

std::vector<float> join(std::span<const float> tail, std::span<const float> next, std::size_t search) {
  const std::span<const float> shared = tail.last(std::min(tail.size(), next.size()));
  const std::size_t lag = best_lag(shared, next, search);
  std::vector<float> out(next.begin() + static_cast<std::ptrdiff_t>(lag), next.end());
  for (std::size_t j = 0; j < shared.size(); ++j) {
    const double turn = std::numbers::pi * static_cast<double>(j) / static_cast<double>(shared.size());
    const double fade_in = 0.5 - 0.5 * std::cos(turn);
    out[j] = static_cast<float>(fade_in * out[j] + (1 - fade_in) * shared[j]);
  }
  return out;
}

std::vector<float> join_overlapping(std::span<const std::vector<float>> fragments, std::size_t overlap,
                                    std::size_t search) {
  std::vector<float> out = fragments.empty() ? std::vector<float>{} : fragments[0];
  for (const std::vector<float>& next : fragments.subspan(fragments.empty() ? 0 : 1)) {
    const std::size_t shared = std::min({overlap, out.size(), next.size()});
    const std::vector<float> joined = join(std::span(out).last(shared), next, search);
    out.resize(out.size() - shared);
    out.insert(out.end(), joined.begin(), joined.end());
  }
  return out;
}

}  // namespace gsv::signal
