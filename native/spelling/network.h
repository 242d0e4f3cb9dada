// Guesses the phones of English words that no dictionary has: letters through one recurrent unit, phones out of
// another, the likeliest at each step. The same network as lib/text/en/plain-spelling.ts; a test holds them together.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace gsv {

// A gated recurrent unit, row-major. The three gates are reset, update and candidate.
struct SpellingUnit {
  std::span<const float> inputs;         // [symbols, 3 * kSpellingHidden]: what each symbol adds to the gates
  std::span<const float> weight_hidden;  // [3 * kSpellingHidden, kSpellingHidden]
  std::span<const float> bias_hidden;    // [3 * kSpellingHidden]
};

struct SpellingWeights {
  SpellingUnit encoder;                  // symbols are letters
  SpellingUnit decoder;                  // symbols are phones
  std::span<const float> output_weight;  // [phones, kSpellingHidden]
  std::span<const float> output_bias;    // [phones]
};

inline constexpr int kSpellingHidden = 256;

// Where a pronunciation begins, ends, and is cut off.
struct SpellingLimits {
  std::int32_t start = 0;
  std::int32_t end = 0;
  int most = 0;
};

class SpellingNetwork {
 public:
  // Copies the weights, ordered for the processor's kernels. Throws ERR_GSV_WRONG_TYPE when a size does not fit.
  explicit SpellingNetwork(const SpellingWeights& weights);
  ~SpellingNetwork();

  // Phones of a word by number, without the end mark. Throws ERR_GSV_OUT_OF_RANGE for a letter or mark that is no
  // symbol. Safe from several threads at once.
  std::vector<std::int32_t> predict(std::span<const std::int32_t> letters, const SpellingLimits& limits) const;

  std::int64_t bytes() const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace gsv
