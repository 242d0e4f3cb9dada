// The s1 room against a tiny network which upstream's own code has run, and the token loop against scripted logits.
//   semantic-tests FIXTURE_DIR
#include <algorithm>
#include <array>

#include "expect.h"
#include "kernels/philox.h"
#include "tiny_s1.h"

namespace {

using namespace gsv;
using namespace gsv::test;

void add_network_tests(Suite& suite, const FlatFile& file) {
  for (const Case& c : kCases) {
    suite.add(std::string("predicts what upstream predicts: ") + c.name, [&suite, &file, c] {
      const auto& wanted = file.at(std::string(c.name) + ".logits");
      const int steps = static_cast<int>(wanted.shape[0]);
      constexpr double kTolerances[] = {2e-6, 2e-3, 3e-2};
      for (const Precision precision : {Precision::kFp32, Precision::kFp16, Precision::kInt8}) {
        const auto decoder = decoder_of(file, precision, 2);
        suite.close(forced_logits(*decoder, file, c, steps), wanted.floats, kTolerances[static_cast<int>(precision)],
                    "precision " + std::to_string(static_cast<int>(precision)));
      }
    });
    suite.add(std::string("speaks the tokens that upstream speaks: ") + c.name, [&suite, &file, c] {
      const auto decoder = decoder_of(file, Precision::kFp32, 2);
      const Result result = generate(*decoder, request_of(file, c), {});
      suite.equal(result.tokens, file.at(std::string(c.name) + ".tokens").ints, "tokens");
      suite.equal(result.steps, kSteps, "steps");
      suite.is_true(result.truncated(), "an early stop is a truncation");
      // Upstream's [-idx:] loses the first token on an early stop, but not without a prompt, where idx is 0.
      suite.equal(spoken_tokens(result).size(), size_t{kSteps} + (c.has_prompt ? 0 : 1), "spoken tokens");
    });
  }
  suite.add("predicts after many steps what a prompt of the same tokens predicts", [&suite, &file] {
    const auto decoder = decoder_of(file, Precision::kFp32, 2);
    Request request = request_of(file, kCases[0]);
    request.early_stop = 600;  // longer than the room a cache starts with, twice
    std::vector<int32_t> all(request.prompt.semantic.begin(), request.prompt.semantic.end());
    const auto batch = decoder->open(1);
    batch->prefill(0, request.prompt, 1000, {});
    for (const int32_t token : generate(*decoder, request, {}).tokens) {
      const RowToken next{0, token};
      batch->step({&next, 1});
      all.push_back(token);
    }
    suite.is_true(all.size() > 600, "600 tokens");
    request.prompt.semantic = all;
    const auto whole = decoder->open(1);
    whole->prefill(0, request.prompt, 1, {});
    suite.close(batch->logits(0), whole->logits(0), 2e-6, "logits");
  });
  suite.add("gives the same bits on any number of threads", [&suite, &file] {
    for (const Precision precision : {Precision::kFp32, Precision::kFp16, Precision::kInt8}) {
      const auto one = forced_logits(*decoder_of(file, precision, 1), file, kCases[0], 12);
      for (const int threads : {2, 3, 5}) {
        suite.is_true(forced_logits(*decoder_of(file, precision, threads), file, kCases[0], 12) == one,
                      std::to_string(threads) + " threads");
      }
    }
  });
}

std::vector<Request> sentences(const FlatFile& file) {
  std::vector<Request> requests;
  for (int i = 0; i < 7; ++i) {
    Request request = request_of(file, kCases[i % 4]);
    if (request.prompt.bert == nullptr) request.prompt.phones = request.prompt.phones.first(5 + i);
    request.sampling = {15, 0.95f, 1.0f, 1.35f};
    request.random = {99, static_cast<uint64_t>(i)};
    request.early_stop = 10 + 3 * i;
    requests.push_back(request);
  }
  return requests;
}

void add_batch_tests(Suite& suite, const FlatFile& file) {
  suite.add("speaks a sentence alike alone, in a batch and in a row that another left", [&suite, &file] {
    for (const Precision precision : {Precision::kFp32, Precision::kFp16, Precision::kInt8}) {
      const auto decoder = decoder_of(file, precision, 2);
      const std::vector<Request> requests = sentences(file);
      for (const int rows : {2, 3, 7}) {
        const std::vector<Result> results = generate_all(*decoder, requests, rows, {});
        for (size_t i = 0; i < requests.size(); ++i) {
          suite.equal(results[i].tokens, generate(*decoder, requests[i], {}).tokens, "sentence " + std::to_string(i));
        }
      }
    }
  });
  suite.add("draws other tokens for another seed and another sentence", [&suite, &file] {
    const auto decoder = decoder_of(file, Precision::kFp32, 2);
    Request request = sentences(file)[0];
    const auto first = generate(*decoder, request, {}).tokens;
    request.random.sentence = 1;
    suite.is_true(generate(*decoder, request, {}).tokens != first, "another sentence");
    request.random = {100, 0};
    suite.is_true(generate(*decoder, request, {}).tokens != first, "another seed");
    request.sampling.temperature = 0.0f;
    const auto likeliest = generate(*decoder, request, {}).tokens;
    request.random = {7, 7};
    suite.equal(generate(*decoder, request, {}).tokens, likeliest, "temperature 0 with another seed");
  });
  suite.add("a cancelled sentence ends within a step and leaves its neighbour alone", [&suite, &file] {
    const auto decoder = decoder_of(file, Precision::kFp32, 2);
    const std::vector<Request> requests = sentences(file);
    Generator generator(*decoder, 2);
    std::stop_source stop;
    int seen = 0;
    const int cancelled = generator.add(requests[6], stop.get_token(), [&](int32_t, int index) {
      seen = index + 1;
      if (index == 4) stop.request_stop();
    });
    generator.add(requests[5], {});
    std::vector<Result> results;
    while (generator.active_rows() > 0) {
      for (Result& result : generator.step()) results.push_back(std::move(result));
    }
    suite.equal(results.size(), size_t{2}, "results");
    suite.equal(results[0].id, cancelled, "the cancelled one ends first");
    suite.is_true(results[0].ended == Ended::kCancelled, "it says so");
    suite.equal(seen, 5, "tokens seen");
    suite.equal(results[1].tokens, generate(*decoder, requests[5], {}).tokens, "the neighbour's tokens");
    const int dropped = generator.add(requests[6], {});
    const int kept = generator.add(requests[5], {});
    generator.step();
    generator.drop(dropped);
    results.clear();
    while (generator.active_rows() > 0) {
      for (Result& result : generator.step()) results.push_back(std::move(result));
    }
    suite.equal(results.size(), size_t{1}, "results beside a dropped one");
    suite.equal(results[0].id, kept, "the one that was kept");
    suite.equal(results[0].tokens, generate(*decoder, requests[5], {}).tokens, "its tokens");
    std::stop_source before;
    before.request_stop();
    const Result none = generate(*decoder, requests[0], before.get_token());
    suite.is_true(none.ended == Ended::kCancelled && none.tokens.empty(), "stopped before the prompt ran");
  });
  suite.add("refuses what the tables cannot hold", [&suite, &file] {
    const auto decoder = decoder_of(file, Precision::kFp32, 1);
    const std::vector<int32_t> phones{0, 37};
    const std::vector<int32_t> tokens{1025};
    const auto run = [&](std::span<const int32_t> text, std::span<const int32_t> audio) {
      Request request;
      request.prompt = {text, nullptr, audio};
      generate(*decoder, request, {});
    };
    suite.throws(code::kOutOfRange, [&] { run(phones, {}); }, "phone 37 of 37");
    suite.throws(code::kOutOfRange, [&] { run(std::span(phones).first(1), tokens); }, "token 1025 of 1025");
    suite.throws(code::kOutOfRange, [&] { run({}, {}); }, "no phones");
    S1Weights odd = weights_of(file);
    odd.config.heads = 3;
    const auto make = [](const S1Weights& weights) {
      make_cpu_decoder(weights, Precision::kFp32, std::make_shared<kernels::ThreadPool>(1));
    };
    suite.throws(code::kUnsupportedConfig, [&] { make(odd); }, "44 channels on 3 heads");
    S1Weights large = weights_of(file);
    large.config.ffn = 180;
    suite.throws(code::kModelMismatch, [&] { make(large); }, "linear1 of another size");
  });
}

// Answers the logits it was given, whatever the tokens.
class ScriptedDecoder : public Decoder {
 public:
  explicit ScriptedDecoder(std::function<std::array<float, 4>(int step)> script) : script_(std::move(script)) {
    config_.vocab = 4;
    config_.eos = 3;
  }
  const S1Config& config() const override { return config_; }
  size_t position_bytes() const override { return 0; }
  std::unique_ptr<Batch> open(int) const override { return std::make_unique<Script>(*this); }

 private:
  class Script : public Batch {
   public:
    explicit Script(const ScriptedDecoder& decoder) : decoder_(decoder) {}
    int rows() const override { return 1; }
    bool prefill(int, const Prompt&, int, std::stop_token) override {
      logits_ = decoder_.script_(step_ = 0);
      return true;
    }
    void step(std::span<const RowToken>) override { logits_ = decoder_.script_(++step_); }
    std::span<float> logits(int) override { return logits_; }
    void release(int) override {}

   private:
    const ScriptedDecoder& decoder_;
    std::array<float, 4> logits_{};
    int step_ = 0;
  };

  S1Config config_;
  std::function<std::array<float, 4>(int)> script_;
};

void add_stop_tests(Suite& suite) {
  const std::vector<int32_t> phones{0};
  const auto run = [phones](const ScriptedDecoder& decoder, Sampling sampling, int early_stop, int max_steps) {
    Request request;
    request.prompt.phones = phones;
    request.sampling = sampling;
    request.early_stop = early_stop;
    request.max_steps = max_steps;
    return generate(decoder, request, {});
  };
  constexpr Sampling kGreedy{1, 1.0f, 1.0f, 1.0f};
  suite.add("withholds EOS from steps 0 to 10 and ends at step 11", [&suite, run, kGreedy] {
    const ScriptedDecoder always([](int) { return std::array<float, 4>{0.0f, 1.0f, 0.0f, 9.0f}; });
    const Result result = run(always, kGreedy, -1, 1500);
    suite.equal(result.steps, 11, "step");
    suite.equal(result.tokens, std::vector<int32_t>(11, 1), "tokens");
    suite.is_true(result.ended == Ended::kEos && !result.truncated(), "an end, not a truncation");
  });
  suite.add("looks for EOS in the penalised logits before top-k and top-p", [&suite, run] {
    // Token 1 leads until it has been said: 1.2 / 1.35 is then less than EOS, which ends at the first step allowed,
    // though the sample cannot be EOS without the penalty.
    const ScriptedDecoder said([](int) { return std::array<float, 4>{-50.0f, 1.2f, -50.0f, 1.0f}; });
    suite.equal(run(said, {1, 1.0f, 1.0f, 1.35f}, -1, 40).steps, 11, "with the penalty");
    suite.equal(run(said, {1, 1.0f, 1.0f, 1.0f}, -1, 40).tokens.size(), size_t{40}, "without");
  });
  suite.add("penalises negative logits by multiplying, once however often a token was said", [&suite, run] {
    const ScriptedDecoder negative([](int) { return std::array<float, 4>{-1.0f, -1.2f, -1.3f, -9.0f}; });
    // -1 becomes -1.35 after its first use, then -1.2 leads and becomes -1.62, then -1.3 becomes -1.755: then 0 leads.
    suite.equal(run(negative, {1, 1.0f, 1.0f, 1.35f}, -1, 5).tokens, std::vector<int32_t>{0, 1, 2, 0, 0}, "tokens");
  });
  suite.add("stops early after one token more than early_stop and caps the steps", [&suite, run, kGreedy] {
    const ScriptedDecoder endless([](int) { return std::array<float, 4>{0.0f, 0.0f, 5.0f, -9.0f}; });
    const Result early = run(endless, kGreedy, 6, 1500);
    suite.equal(early.tokens.size(), size_t{7}, "tokens of an early stop");
    suite.equal(early.steps, 6, "its step");
    suite.is_true(early.ended == Ended::kEarlyStop, "its reason");
    const Result cap = run(endless, kGreedy, -1, 1500);
    suite.equal(cap.tokens.size(), size_t{1500}, "tokens of the cap");
    suite.equal(cap.steps, 1499, "its step");
    suite.is_true(cap.ended == Ended::kCap && cap.truncated(), "its reason");
    suite.equal(run(endless, kGreedy, 0, 1500).tokens.size(), size_t{1}, "an early stop at the first token");
  });
  suite.add("ends at logits that are not numbers", [&suite, run] {
    const ScriptedDecoder broken([](int) { return std::array<float, 4>{NAN, NAN, INFINITY, NAN}; });
    for (const Sampling sampling : {Sampling{2, 0.5f, 1.0f, 1.35f}, Sampling{0, 1.0f, 0.0f, 1.0f}}) {
      const Result result = run(broken, sampling, -1, 20);
      suite.is_true(result.ended == Ended::kNotFinite && result.tokens.empty(), "it says so");
    }
  });
}

void compare(Suite& suite, const FlatFile& file, const std::string& prefix) {
  const auto& cases = file.at(prefix + "cases");
  const auto& logits = file.at(prefix + "logits");
  const auto& previous = file.at(prefix + "previous");
  const std::span<const float> noise = file.at(prefix + "noise").floats;
  const size_t width = logits.shape[1];
  const size_t said = previous.shape[1];
  std::vector<float> probabilities;
  std::vector<int32_t> samples;
  for (int64_t i = 0; i < cases.shape[0]; ++i) {
    const float* c = &cases.floats[4 * i];
    Sampler sampler(static_cast<int>(width), {static_cast<int>(c[0]), c[1], c[2], c[3]}, {});
    for (size_t j = 0; j < said; ++j) sampler.remember(previous.ints[i * said + j]);
    std::vector<float> row(&logits.floats[i * width], &logits.floats[i * width] + width);
    samples.push_back(sampler.sample_with_noise(row, noise.subspan(i * width, width)));
    probabilities.insert(probabilities.end(), sampler.probabilities().begin(), sampler.probabilities().end());
  }
  suite.close(probabilities, file.at(prefix + "probabilities").floats, 1e-6, "probabilities");
  suite.equal(samples, file.at(prefix + "sample").ints, "samples");
}

void add_sampler_tests(Suite& suite, const FlatFile& file) {
  suite.add("samples as upstream in every combination of options",
            [&suite, &file] { compare(suite, file, "sampler."); });
#ifdef __GLIBCXX__
  suite.add("breaks ties at top-p as torch on the same standard library",
            [&suite, &file] { compare(suite, file, "tied."); });
#endif
  suite.add("draws tokens as often as their probabilities say", [&suite] {
    Sampler sampler(4, {0, 1.0f, 1.0f, 1.0f}, {5, 6});
    std::array<float, 4> counts{};
    constexpr int kDraws = 40000;
    for (int step = 0; step < kDraws; ++step) {
      std::array<float, 4> logits{std::log(0.1f), std::log(0.2f), std::log(0.3f), std::log(0.4f)};
      counts[sampler.sample(logits, step)] += 1.0f / kDraws;
    }
    suite.close(counts, std::array{0.1f, 0.2f, 0.3f, 0.4f}, 0.02, "shares");  // 2.5 % of 0.4 is 4 standard deviations
  });
  suite.add("Philox gives the published words", [&suite] {
    // Known answers of the Random123 distribution for philox4x32 with 10 rounds.
    suite.is_true(
        kernels::philox({0, 0, 0, 0}, 0) == std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        "zeros");
    constexpr uint32_t kOnes = 0xffffffff;
    suite.is_true(kernels::philox({kOnes, kOnes, kOnes, kOnes}, ~uint64_t{0}) ==
                      std::array<uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
                  "ones");
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: semantic-tests FIXTURE_DIR\n");
    return 2;
  }
  const FlatFile file = test::read_flat_file(std::string(argv[1]) + "/s1.flat");
  Suite suite;
  add_network_tests(suite, file);
  add_batch_tests(suite, file);
  add_stop_tests(suite);
  add_sampler_tests(suite, file);
  return suite.run();
}
