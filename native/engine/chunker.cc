#include "engine/chunker.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gsv::engine {
namespace {

constexpr std::size_t kSilentToken = 486;
constexpr std::size_t kQuietMargin = 2;  // upstream waits this much longer before it looks for a quiet place
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

// Two quiet tokens in a row are the best place.
std::optional<std::size_t> Chunker::cut() const {
  if (plan_.cut == Chunking::Cut::kFixed) {
    return waiting_.size() >= wanted_ ? std::optional(wanted_) : std::nullopt;
  }
  if (quietness_.empty() || waiting_.size() < wanted_ + kQuietMargin) return std::nullopt;
  std::vector<float> score(waiting_.size());
  for (std::size_t i = 0; i < score.size(); ++i) {
    const float quiet = quietness_[static_cast<std::size_t>(waiting_[i])];
    score[i] = quiet < 0 ? -1 : quiet;
  }
  for (std::size_t i = 0; i + 1 < score.size(); ++i) score[i] += score[i + 1];  // reads the next one before it grows
  const auto best = std::max_element(score.begin(), score.end());
  const auto length = static_cast<std::size_t>(best - score.begin()) + 1;
  return *best >= 0 && length >= wanted_ ? std::optional(length) : std::nullopt;
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
