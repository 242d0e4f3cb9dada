#include "spelling/network.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "error.h"
#include "kernels/pack.h"
#include "spelling/gates.h"

namespace gsv {
namespace {

constexpr int kHidden = kSpellingHidden;
constexpr int kGates = 3 * kHidden;
// A likeliest phone in half precision that is ahead by more is the likeliest in single precision too: in 60,000 made-up
// words the lead changed by 0.016 at most. About one word in eleven is worked out again.
constexpr float kSureMargin = 0.05f;

void require_size(std::span<const float> values, std::size_t needed, const char* name) {
  if (values.size() == needed) return;
  throw Error(code::kWrongType, std::string(name) + " of the spelling network has " + std::to_string(values.size()) +
                                    " values, " + std::to_string(needed) + " needed");
}

// A linear layer of one row.
class Linear {
 public:
  Linear(std::span<const float> weight, std::span<const float> bias, kernels::Format format,
         const kernels::Kernels& kernels)
      : packed_(pack(weight, bias, format, kernels)), matmul_(packed_.body(kernels)) {}

  // x is [kHidden], y [outputs]
  void apply(const float* x, float* y) const {
    kernels::Matmul m = packed_.matmul();
    m.x = x;
    m.x_stride = kHidden;
    m.rows = 1;
    m.y = y;
    m.y_stride = packed_.n();
    matmul_(m, 0, packed_.panels());
  }

  int outputs() const { return packed_.n(); }
  std::size_t bytes() const { return packed_.bytes(); }

 private:
  static kernels::PackedLinear pack(std::span<const float> weight, std::span<const float> bias, kernels::Format format,
                                    const kernels::Kernels& kernels) {
    kernels::ThreadPool caller(1);
    return {weight, bias, static_cast<int>(bias.size()), kHidden, format, kernels, caller};
  }

  kernels::PackedLinear packed_;
  kernels::MatmulFn matmul_;
};

// What each symbol adds to the gates of a unit.
class Inputs {
 public:
  explicit Inputs(std::span<const float> rows) : symbols_(static_cast<int>(rows.size() / kGates)), rows_(rows.size()) {
    std::copy(rows.begin(), rows.end(), rows_.data());
  }

  const float* of(std::int32_t symbol) const {
    if (symbol < 0 || symbol >= symbols_) {
      throw Error(code::kOutOfRange, "symbol " + std::to_string(symbol) + " of the spelling network is outside 0 to " +
                                         std::to_string(symbols_ - 1));
    }
    return rows_.data() + std::size_t{kGates} * static_cast<std::size_t>(symbol);
  }

  std::size_t bytes() const { return rows_.bytes(); }

 private:
  int symbols_;
  kernels::Buffer<float> rows_;  // [symbols][kGates]
};

void check(const SpellingUnit& unit, const char* name) {
  const std::string of = name;
  const std::size_t symbols = unit.inputs.size() / kGates;
  if (symbols == 0) throw Error(code::kWrongType, of + ".inputs of the spelling network is empty");
  require_size(unit.inputs, symbols * kGates, (of + ".inputs").c_str());
  require_size(unit.weight_hidden, std::size_t{kGates} * kHidden, (of + ".weightHidden").c_str());
  require_size(unit.bias_hidden, kGates, (of + ".biasHidden").c_str());
}

const SpellingWeights& checked(const SpellingWeights& weights) {
  check(weights.encoder, "encoder");
  check(weights.decoder, "decoder");
  const std::size_t phones = weights.decoder.inputs.size() / kGates;
  require_size(weights.output_weight, phones * kHidden, "outputWeight");
  require_size(weights.output_bias, phones, "outputBias");
  return weights;
}

// The matrices in one format. They are read whole at every step, so that half of the bytes take half of the time.
struct Layers {
  Layers(const SpellingWeights& weights, kernels::Format format, const kernels::Kernels& kernels)
      : encoder(weights.encoder.weight_hidden, weights.encoder.bias_hidden, format, kernels),
        decoder(weights.decoder.weight_hidden, weights.decoder.bias_hidden, format, kernels),
        output(weights.output_weight, weights.output_bias, format, kernels) {}

  Linear encoder;
  Linear decoder;
  Linear output;

  std::size_t bytes() const { return encoder.bytes() + decoder.bytes() + output.bytes(); }
};

struct Guess {
  std::vector<std::int32_t> phones;
  // By how much the likeliest phone was ahead of the next where it was least.
  float margin = std::numeric_limits<float>::infinity();
};

// Of equal scores the first wins.
std::int32_t likeliest(std::span<const float> scores, float& margin) {
  std::size_t best = 0;
  float second = -std::numeric_limits<float>::infinity();
  for (std::size_t i = 1; i < scores.size(); ++i) {
    if (scores[i] > scores[best]) {
      second = scores[best];
      best = i;
    } else {
      second = std::max(second, scores[i]);
    }
  }
  margin = std::min(margin, scores[best] - second);
  return static_cast<std::int32_t>(best);
}

}  // namespace

struct SpellingNetwork::State {
  State(const SpellingWeights& weights, const kernels::Kernels& kernels)
      : letters(weights.encoder.inputs),
        phones(weights.decoder.inputs),
        whole(weights, kernels::Format::kFloat, kernels),
        gates(spelling::choose_gates()) {
    // Where halves are widened one by one they are slower.
    if (std::string_view(kernels.name) != "portable") half.emplace(weights, kernels::Format::kHalf, kernels);
  }

  Inputs letters;
  Inputs phones;
  Layers whole;
  std::optional<Layers> half;
  spelling::GatesFn gates;

  Guess predict(const Layers& layers, std::span<const std::int32_t> word, const SpellingLimits& limits) const {
    alignas(64) float hidden[kHidden] = {};
    alignas(64) float state[kGates];
    const auto step = [&](const Linear& linear, const float* input) {
      linear.apply(hidden, state);
      gates(input, state, hidden, kHidden);
    };
    for (const std::int32_t letter : word) step(layers.encoder, letters.of(letter));
    std::vector<float> scores(static_cast<std::size_t>(layers.output.outputs()));
    Guess guess;
    for (std::int32_t symbol = limits.start; static_cast<int>(guess.phones.size()) < limits.most;) {
      step(layers.decoder, phones.of(symbol));
      layers.output.apply(hidden, scores.data());
      symbol = likeliest(scores, guess.margin);
      if (symbol == limits.end) break;
      guess.phones.push_back(symbol);
    }
    return guess;
  }
};

SpellingNetwork::SpellingNetwork(const SpellingWeights& weights)
    : state_(std::make_unique<const State>(checked(weights), kernels::detect())) {}
SpellingNetwork::~SpellingNetwork() = default;

std::vector<std::int32_t> SpellingNetwork::predict(std::span<const std::int32_t> letters,
                                                   const SpellingLimits& limits) const {
  if (state_->half) {
    Guess guess = state_->predict(*state_->half, letters, limits);
    if (guess.margin > kSureMargin) return std::move(guess.phones);
  }
  return state_->predict(state_->whole, letters, limits).phones;
}

std::int64_t SpellingNetwork::bytes() const {
  const std::size_t half = state_->half ? state_->half->bytes() : 0;
  return static_cast<std::int64_t>(state_->letters.bytes() + state_->phones.bytes() + state_->whole.bytes() + half);
}

}  // namespace gsv
