// Chooses a token from logits in upstream's order of operations: repetition penalty (written into the logits), top-p,
// temperature, top-k, softmax, argmax(p / Exp(1)). No allocation after construction.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gsv::semantic {

struct Sampling {
  int top_k = 15;                    // 0 keeps all; ties with the k-th value stay
  float top_p = 1.0f;                // 1 keeps all
  float temperature = 1.0f;          // 0 takes the likeliest token whatever the seed
  float repetition_penalty = 1.35f;  // 1 is none
};

// Which random numbers a sentence draws: a pure function of these, the step and the token.
struct RandomStream {
  uint64_t seed = 0;
  uint64_t sentence = 0;
};

class Sampler {
 public:
  Sampler(int vocab, const Sampling& sampling, RandomStream stream);

  // Later tokens are penalised when they equal this one; the prompt's tokens count too.
  void remember(int32_t token);

  // The token of this step. Writes the penalty into logits. logits may be shorter than vocab (EOS withheld).
  int32_t sample(std::span<float> logits, int step);

  // The same with the caller's Exp(1) draws, one a logit.
  int32_t sample_with_noise(std::span<float> logits, std::span<const float> noise);

  // The distribution of the latest call, [logits.size()].
  std::span<const float> probabilities() const { return {probabilities_.data(), size_}; }

 private:
  void penalise(std::span<float> logits) const;
  void compute_probabilities(std::span<const float> logits);
  void keep_top_p();
  void keep_top_k();
  void softmax();
  int32_t likeliest() const;

  Sampling sampling_;
  RandomStream stream_;
  size_t size_ = 0;
  std::vector<uint8_t> seen_;         // [vocab]
  std::vector<float> probabilities_;  // [vocab], logits until softmax()
  std::vector<float> sorted_;         // [vocab]
  std::vector<int32_t> order_;        // [vocab]
};

}  // namespace gsv::semantic
