#include "engine/chunker.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gsv::engine {
namespace {

constexpr std::size_t kSilentToken = 486;
constexpr std::size_t kQuietMargin = 2;  // upstream waits this much longer before it looks for a quiet place
constexpr std::size_t kQuietRange = 12;  // exact: half a second, in which there mostly is a gap between words
constexpr double kGrowth = 1.5;

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

}  // namespace

std::vector<float> quietness(std::span<const float> embedding, int vocab) {
  if (static_cast<std::size_t>(vocab) <= kSilentToken) return {};
  const std::size_t width = embedding.size() / static_cast<std::size_t>(vocab);
  const std::span<const float> silent = embedding.subspan(kSilentToken * width, width);
  std::vector<float> out(static_cast<std::size_t>(vocab));
  for (std::size_t token = 0; token < out.size(); ++token) {
    const std::span<const float> row = embedding.subspan(token * width, width);
    out[token] = static_cast<float>(dot(row, silent) / std::sqrt(std::max(dot(row, row) * dot(silent, silent), 1e-16)));
  }
  return out;
}

Chunker::Chunker(const Chunking& plan, std::span<const float> quietness)
    : plan_(plan),
      quietness_(quietness),
      lookahead_(plan.exact ? static_cast<std::size_t>(plan.lookahead_tokens) : 0),
      wanted_(static_cast<std::size_t>(plan.first_tokens)) {}

std::optional<std::size_t> Chunker::cut() const {
  if (plan_.cut == Chunking::Cut::kFixed || (plan_.exact && quietness_.empty())) {
    return waiting_.size() >= wanted_ ? std::optional(wanted_) : std::nullopt;
  }
  return plan_.exact ? quietest_of_few() : quietest_of_all();
}

// How quiet it is where so many tokens end: two quiet tokens in a row are the best place.
float Chunker::quiet_at(std::size_t length) const {
  const auto of = [this](std::size_t i) {
    const float quiet = i < waiting_.size() ? quietness_[static_cast<std::size_t>(waiting_[i])] : 0;
    return quiet < 0 ? -1 : quiet;
  };
  return of(length - 1) + of(length);
}

std::optional<std::size_t> Chunker::quietest_of_few() const {
  if (waiting_.size() <= wanted_ + kQuietRange) return std::nullopt;
  std::size_t best = wanted_;
  for (std::size_t length = wanted_ + 1; length <= wanted_ + kQuietRange; ++length) {
    if (quiet_at(length) > quiet_at(best)) best = length;
  }
  return best;
}

// As upstream: none while it is the quietest before the wanted length.
std::optional<std::size_t> Chunker::quietest_of_all() const {
  if (quietness_.empty() || waiting_.size() < wanted_ + kQuietMargin) return std::nullopt;
  std::size_t best = 1;
  for (std::size_t length = 2; length <= waiting_.size(); ++length) {
    if (quiet_at(length) > quiet_at(best)) best = length;
  }
  return quiet_at(best) >= 0 && best >= wanted_ ? std::optional(best) : std::nullopt;
}

std::span<const std::int32_t> Chunker::add(std::int32_t token) {
  waiting_.push_back(token);
  if (!end_) end_ = cut();
  if (!end_ || waiting_.size() < *end_ + lookahead_) return {};
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(*end_);
  // Upstream hands out what is behind the cut as well, and again with the next chunk.
  chunk_.assign(waiting_.begin(), plan_.exact ? end : waiting_.end());
  waiting_.erase(waiting_.begin(), end);
  end_.reset();
  const auto grown = static_cast<std::size_t>(static_cast<double>(wanted_) * kGrowth);
  wanted_ = std::max(wanted_, std::min(grown, static_cast<std::size_t>(plan_.most_tokens)));
  return chunk_;
}

std::span<const std::int32_t> Chunker::ahead() const {
  return plan_.exact ? std::span<const std::int32_t>(waiting_) : std::span<const std::int32_t>{};
}

std::span<const std::int32_t> Chunker::rest() {
  chunk_ = std::exchange(waiting_, {});
  return chunk_;
}

}  // namespace gsv::engine
