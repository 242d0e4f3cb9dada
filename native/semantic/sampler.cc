#include "semantic/sampler.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "kernels/philox.h"

namespace gsv::semantic {
namespace {

constexpr float kRemoved = -std::numeric_limits<float>::infinity();

// Exp(1) for one token of one step. Half a unit is added so that the uniform is neither 0 nor 1.
float exponential(const RandomStream& stream, int step, int32_t token) {
  const auto words =
      kernels::philox({static_cast<uint32_t>(token) / 4, static_cast<uint32_t>(step),
                       static_cast<uint32_t>(stream.sentence), static_cast<uint32_t>(stream.sentence >> 32)},
                      stream.seed);
  const double uniform = (words[static_cast<uint32_t>(token) % 4] + 0.5) * 0x1p-32;
  return static_cast<float>(-std::log(uniform));
}

// True when a goes before b in a descending sort. NaN goes first, as in torch, and keeps the order strict.
bool before(float a, float b) { return a > b || (std::isnan(a) && !std::isnan(b)); }

}  // namespace

Sampler::Sampler(int vocab, const Sampling& sampling, RandomStream stream)
    : sampling_(sampling), stream_(stream), seen_(vocab), probabilities_(vocab), sorted_(vocab), order_(vocab) {}

void Sampler::remember(int32_t token) { seen_[token] = 1; }

int32_t Sampler::sample(std::span<float> logits, int step) {
  penalise(logits);
  compute_probabilities(logits);
  if (sampling_.temperature == 0.0f) return likeliest();
  int32_t best = 0;
  float best_score = -1.0f;
  for (size_t i = 0; i < size_; ++i) {
    if (!(probabilities_[i] > 0.0f)) continue;
    const float score = probabilities_[i] / exponential(stream_, step, static_cast<int32_t>(i));
    if (score > best_score) {
      best_score = score;
      best = static_cast<int32_t>(i);
    }
  }
  return best;
}

int32_t Sampler::sample_with_noise(std::span<float> logits, std::span<const float> noise) {
  penalise(logits);
  compute_probabilities(logits);
  int32_t best = 0;
  for (size_t i = 1; i < size_; ++i) {
    if (probabilities_[i] / noise[i] > probabilities_[best] / noise[best]) best = static_cast<int32_t>(i);
  }
  return best;
}

void Sampler::penalise(std::span<float> logits) const {
  const float penalty = sampling_.repetition_penalty;
  if (penalty == 1.0f) return;
  for (size_t i = 0; i < logits.size(); ++i) {
    if (seen_[i]) logits[i] = logits[i] < 0.0f ? logits[i] * penalty : logits[i] / penalty;
  }
}

void Sampler::compute_probabilities(std::span<const float> logits) {
  size_ = logits.size();
  std::copy(logits.begin(), logits.end(), probabilities_.begin());
  if (sampling_.top_p < 1.0f) keep_top_p();
  const float temperature = std::max(sampling_.temperature, 1e-5f);
  for (size_t i = 0; i < size_; ++i) probabilities_[i] /= temperature;
  if (sampling_.top_k > 0 && static_cast<size_t>(sampling_.top_k) < size_) keep_top_k();
  softmax();
}

// Removes the tokens of a descending sort from the one whose cumulative probability exceeds top_p on; the first stays.
void Sampler::keep_top_p() {
  const auto order = std::span(order_).first(size_);
  std::iota(order.begin(), order.end(), 0);
  // Equal logits keep the order that std::sort leaves them in, as in torch: which of them fall under top_p is then
  // upstream's choice too (with libstdc++, which torch's Linux wheels are built on).
  std::sort(order.begin(), order.end(),
            [this](int32_t a, int32_t b) { return before(probabilities_[a], probabilities_[b]); });
  const float top = probabilities_[order[0]];
  double total = 0.0;
  for (size_t i = 0; i < size_; ++i) {
    sorted_[i] = std::exp(probabilities_[order[i]] - top);
    total += sorted_[i];
  }
  // torch rounds each probability to float32, adds them in double and rounds each sum to float32.
  const float sum = static_cast<float>(total);
  double cumulative = 0.0;
  for (size_t i = 0; i < size_; ++i) {
    cumulative += sorted_[i] / sum;
    if (i > 0 && static_cast<float>(cumulative) > sampling_.top_p) probabilities_[order[i]] = kRemoved;
  }
}

void Sampler::keep_top_k() {
  std::copy_n(probabilities_.begin(), size_, sorted_.begin());
  const auto pivot = sorted_.begin() + (sampling_.top_k - 1);
  std::nth_element(sorted_.begin(), pivot, sorted_.begin() + static_cast<ptrdiff_t>(size_), before);
  for (size_t i = 0; i < size_; ++i) {
    if (probabilities_[i] < *pivot) probabilities_[i] = kRemoved;
  }
}

void Sampler::softmax() {
  const float top = *std::max_element(probabilities_.begin(), probabilities_.begin() + static_cast<ptrdiff_t>(size_));
  double total = 0.0;
  for (size_t i = 0; i < size_; ++i) {
    if (probabilities_[i] != kRemoved) {
      probabilities_[i] = std::exp(probabilities_[i] - top);
      total += probabilities_[i];
    } else {
      probabilities_[i] = 0.0f;
    }
  }
  const float sum = static_cast<float>(total);
  for (size_t i = 0; i < size_; ++i) probabilities_[i] /= sum;
}

int32_t Sampler::likeliest() const {
  const auto end = probabilities_.begin() + static_cast<ptrdiff_t>(size_);
  return static_cast<int32_t>(std::max_element(probabilities_.begin(), end) - probabilities_.begin());
}

}  // namespace gsv::semantic
