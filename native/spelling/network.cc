#include "spelling/network.h"

#include <string>

#include "error.h"
#include "kernels/pack.h"
#include "spelling/gates.h"

namespace gsv {
namespace {

constexpr int kHidden = kSpellingHidden;
constexpr int kGates = 3 * kHidden;

void require_size(std::span<const float> values, std::size_t needed, const char* name) {
  if (values.size() == needed) return;
  throw Error(code::kWrongType, std::string(name) + " of the spelling network has " + std::to_string(values.size()) +
                                    " values, " + std::to_string(needed) + " needed");
}

// A linear layer over some rows beside each other.
class Linear {
 public:
  Linear(std::span<const float> weight, std::span<const float> bias, int inputs, const kernels::Kernels& kernels)
      : matmul_(kernels.matmul_f32), packed_(pack(weight, bias, inputs, kernels)) {}

  // y is [rows][outputs]
  void apply(const float* x, int rows, float* y) const {
    kernels::Matmul m = packed_.matmul();
    m.x = x;
    m.x_stride = packed_.k();
    m.rows = rows;
    m.y = y;
    m.y_stride = packed_.n();
    matmul_(m, 0, packed_.panels());
  }

  int outputs() const { return packed_.n(); }
  std::size_t bytes() const { return packed_.bytes(); }

 private:
  static kernels::PackedLinear pack(std::span<const float> weight, std::span<const float> bias, int inputs,
                                    const kernels::Kernels& kernels) {
    kernels::ThreadPool caller(1);
    return {weight, bias, static_cast<int>(bias.size()), inputs, kernels::Format::kFloat, kernels, caller};
  }

  kernels::MatmulFn matmul_;
  kernels::PackedLinear packed_;
};

class Unit {
 public:
  Unit(const SpellingUnit& weights, const kernels::Kernels& kernels)
      : symbols_(static_cast<int>(weights.embedding.size() / kHidden)),
        inputs_(weights.embedding.size() / kHidden * kGates),
        hidden_(weights.weight_hidden, weights.bias_hidden, kHidden, kernels),
        gates_(spelling::choose_gates()) {
    // There are few symbols, so what each adds to the gates is worked out once.
    const Linear in(weights.weight_in, weights.bias_in, kHidden, kernels);
    in.apply(weights.embedding.data(), symbols_, inputs_.data());
  }

  void step(std::int32_t symbol, float* hidden) const {
    if (symbol < 0 || symbol >= symbols_) {
      throw Error(code::kOutOfRange, "symbol " + std::to_string(symbol) + " of the spelling network is outside 0 to " +
                                         std::to_string(symbols_ - 1));
    }
    alignas(64) float state[kGates];
    hidden_.apply(hidden, 1, state);
    gates_(inputs_.data() + std::size_t{kGates} * static_cast<std::size_t>(symbol), state, hidden, kHidden);
  }

  std::size_t bytes() const { return inputs_.bytes() + hidden_.bytes(); }

 private:
  int symbols_;
  kernels::Buffer<float> inputs_;  // [symbols][kGates]
  Linear hidden_;
  spelling::GatesFn gates_;
};

void check(const SpellingUnit& unit, const char* name) {
  const std::string of = name;
  const std::size_t rows = unit.embedding.size() / kHidden;
  if (rows == 0) throw Error(code::kWrongType, of + ".embedding of the spelling network is empty");
  require_size(unit.embedding, rows * kHidden, (of + ".embedding").c_str());
  require_size(unit.weight_in, std::size_t{kGates} * kHidden, (of + ".weightIn").c_str());
  require_size(unit.weight_hidden, std::size_t{kGates} * kHidden, (of + ".weightHidden").c_str());
  require_size(unit.bias_in, kGates, (of + ".biasIn").c_str());
  require_size(unit.bias_hidden, kGates, (of + ".biasHidden").c_str());
}

const SpellingWeights& checked(const SpellingWeights& weights) {
  check(weights.encoder, "encoder");
  check(weights.decoder, "decoder");
  const std::size_t phones = weights.decoder.embedding.size() / kHidden;
  require_size(weights.output_weight, phones * kHidden, "outputWeight");
  require_size(weights.output_bias, phones, "outputBias");
  return weights;
}

}  // namespace

struct SpellingNetwork::State {
  State(const SpellingWeights& weights, const kernels::Kernels& kernels)
      : encoder(weights.encoder, kernels),
        decoder(weights.decoder, kernels),
        output(weights.output_weight, weights.output_bias, kHidden, kernels) {}

  Unit encoder;
  Unit decoder;
  Linear output;
};

SpellingNetwork::SpellingNetwork(const SpellingWeights& weights)
    : state_(std::make_unique<const State>(checked(weights), kernels::detect())) {}
SpellingNetwork::~SpellingNetwork() = default;

std::vector<std::int32_t> SpellingNetwork::predict(std::span<const std::int32_t> letters,
                                                   const SpellingLimits& limits) const {
  alignas(64) float hidden[kHidden] = {};
  for (const std::int32_t letter : letters) state_->encoder.step(letter, hidden);
  std::vector<float> scores(static_cast<std::size_t>(state_->output.outputs()));
  std::vector<std::int32_t> phones;
  for (std::int32_t symbol = limits.start; static_cast<int>(phones.size()) < limits.most;) {
    state_->decoder.step(symbol, hidden);
    state_->output.apply(hidden, 1, scores.data());
    // Of equal scores the first wins.
    symbol = 0;
    for (std::size_t i = 1; i < scores.size(); ++i) {
      if (scores[i] > scores[static_cast<std::size_t>(symbol)]) symbol = static_cast<std::int32_t>(i);
    }
    if (symbol == limits.end) break;
    phones.push_back(symbol);
  }
  return phones;
}

std::int64_t SpellingNetwork::bytes() const {
  return static_cast<std::int64_t>(state_->encoder.bytes() + state_->decoder.bytes() + state_->output.bytes());
}

}  // namespace gsv
