// The token loop of s1, and the only one: whole, streamed and batched speech differ in who calls step() and how many
// sentences were added.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "semantic/decoder.h"
#include "semantic/sampler.h"

namespace gsv::semantic {

struct Request {
  Prompt prompt;  // read while the request is added, not later
  Sampling sampling;
  RandomStream random;
  int early_stop = -1;  // upstream's early_stop_num: ends when more new tokens than this exist; -1 is none
  int max_steps = 1500;
};

// kNotFinite: the network's weights are damaged.
enum class Ended { kEos, kEarlyStop, kCap, kCancelled, kNotFinite };

struct Result {
  int id = 0;                   // what Generator::add answered
  std::vector<int32_t> tokens;  // new tokens; EOS is not one of them
  int steps = 0;                // index of the step that ended the loop, upstream's idx (which is 0 without a prompt)
  Ended ended = Ended::kEos;
  bool had_prompt = false;
  bool truncated() const { return ended == Ended::kEarlyStop || ended == Ended::kCap; }
};

// What upstream's single path hands to the vocoder: the last idx tokens, which without an EOS loses the first one.
std::span<const int32_t> spoken_tokens(const Result& result);

// Called for each new token with its index among the new ones, on the thread that calls step().
using OnToken = std::function<void(int32_t token, int index)>;

// Up to `rows` sentences in lockstep. A row that ends is free at once, so a caller can add the next sentence between
// two steps; no sentence's tokens depend on its neighbours.
class Generator {
 public:
  Generator(const Decoder& decoder, int rows);
  ~Generator();

  int free_rows() const;
  int active_rows() const;

  // Runs the prompt and samples the first token. The answer names the sentence in its Result.
  // stop ends this sentence alone, within one step. Throws what Batch::prefill throws, or when no row is free.
  int add(const Request& request, std::stop_token stop, OnToken on_token = {});

  // Ends a sentence at once, without a Result. One that ended already is ignored.
  void drop(int id);

  // One step for every active row. Returns the sentences that ended since the last call.
  std::vector<Result> step();

 private:
  struct Row;
  void accept(int index);
  void finish(int index, Ended ended);

  const Decoder& decoder_;
  std::unique_ptr<Batch> batch_;
  std::vector<std::unique_ptr<Row>> rows_;  // null: free
  std::vector<RowToken> tokens_;
  std::vector<Result> finished_;
  int next_id_ = 0;
};

// One sentence from prompt to end. A cancelled one is returned as such, not thrown.
Result generate(const Decoder& decoder, const Request& request, std::stop_token stop, OnToken on_token = {});

// Every sentence, at most `rows` at a time, in the order of the requests.
std::vector<Result> generate_all(const Decoder& decoder, std::span<const Request> requests, int rows,
                                 std::stop_token stop);

}  // namespace gsv::semantic
