// The tiny network of test/fixtures/semantic as decoders and requests.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "flat_file.h"
#include "kernels/thread_pool.h"
#include "semantic/generate.h"

namespace gsv::test {

using namespace gsv::semantic;

inline constexpr int kSteps = 24;  // early_stop_num of the fixture

inline S1Weights weights_of(const FlatFile& file) {
  const std::vector<int32_t>& c = file.at("config").ints;
  S1Weights weights;
  weights.config = {c[0], c[1], c[2], c[3], c[4], c[5], c[6]};
  weights.tensor = [&file](std::string_view name) { return file.find(name)->second.floats; };
  return weights;
}

inline std::unique_ptr<Decoder> decoder_of(const FlatFile& file, Precision precision, int threads) {
  return make_cpu_decoder(weights_of(file), precision, std::make_shared<kernels::ThreadPool>(threads));
}

struct Case {
  const char* name;
  bool has_bert, has_prompt;
  float penalty;
};
inline constexpr Case kCases[] = {{"greedy", true, true, 1.35f},
                                  {"no_penalty", true, true, 1.0f},
                                  {"no_bert", false, true, 1.35f},
                                  {"no_prompt", true, false, 1.35f}};

inline Request request_of(const FlatFile& file, const Case& c) {
  Request request;
  request.prompt.phones = file.at("phones").ints;
  if (c.has_bert) request.prompt.bert = file.at("bert").floats.data();
  if (c.has_prompt) request.prompt.semantic = file.at("prompt").ints;
  request.sampling = {1, 1.0f, 1.0f, c.penalty};
  request.early_stop = kSteps;
  return request;
}

// Prefill and the steps that upstream took, with upstream's tokens.
inline std::vector<float> forced_logits(const Decoder& decoder, const FlatFile& file, const Case& c, int steps) {
  const Request request = request_of(file, c);
  const std::vector<int32_t>& tokens = file.at(std::string(c.name) + ".tokens").ints;
  const auto batch = decoder.open(1);
  batch->prefill(0, request.prompt, steps, {});
  std::vector<float> all;
  for (int i = 0; i < steps; ++i) {
    if (i > 0) {
      const RowToken token{0, tokens[i - 1]};
      batch->step({&token, 1});
    }
    std::span<const float> row = batch->logits(0);
    all.insert(all.end(), row.begin(), row.end());
    if (i < 11) all.back() = 0.0f;  // upstream drops the EOS column there; the fixture has zeros
  }
  return all;
}

}  // namespace gsv::test
