#include "semantic/generate.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "error.h"

namespace gsv::semantic {
namespace {

constexpr int kStepsWithoutEos = 11;  // upstream: at least 10 tokens (0.4 s) before the end may come

}  // namespace

struct Generator::Row {
  Row(const Request& request, int vocab, std::stop_token stop_token, OnToken callback)
      : sampler(vocab, request.sampling, request.random),
        stop(std::move(stop_token)),
        on_token(std::move(callback)),
        early_stop(request.early_stop),
        max_steps(request.max_steps) {}

  Sampler sampler;
  std::stop_token stop;
  OnToken on_token;
  int early_stop;
  int max_steps;
  int steps = 0;  // predictions sampled so far
  Result result;
};

std::span<const int32_t> spoken_tokens(const Result& result) {
  const std::span<const int32_t> all = result.tokens;
  const auto steps = static_cast<size_t>(result.steps);
  return result.had_prompt && steps > 0 && steps < all.size() ? all.last(steps) : all;
}

Generator::Generator(const Decoder& decoder, int rows) : decoder_(decoder), batch_(decoder.open(rows)), rows_(rows) {
  tokens_.reserve(rows);
}

Generator::~Generator() = default;

int Generator::free_rows() const { return static_cast<int>(std::count(rows_.begin(), rows_.end(), nullptr)); }
int Generator::active_rows() const { return static_cast<int>(rows_.size()) - free_rows(); }

int Generator::add(const Request& request, std::stop_token stop, OnToken on_token) {
  const auto free = std::find(rows_.begin(), rows_.end(), nullptr);
  if (free == rows_.end()) throw Error(code::kInternal, "every row of the generator is taken");
  const int index = static_cast<int>(free - rows_.begin());
  auto row = std::make_unique<Row>(request, decoder_.config().vocab, std::move(stop), std::move(on_token));
  row->result.id = next_id_++;
  row->result.had_prompt = !request.prompt.semantic.empty();
  row->result.tokens.reserve(request.max_steps);
  const int id = row->result.id;
  const bool ready = batch_->prefill(index, request.prompt, request.max_steps, row->stop);
  rows_[index] = std::move(row);
  if (!ready) {
    finish(index, Ended::kCancelled);
    return id;
  }
  for (const int32_t token : request.prompt.semantic) rows_[index]->sampler.remember(token);
  accept(index);
  return id;
}

std::vector<Result> Generator::step() {
  tokens_.clear();
  for (int i = 0; i < static_cast<int>(rows_.size()); ++i) {
    if (!rows_[i]) continue;
    if (rows_[i]->stop.stop_requested()) {
      finish(i, Ended::kCancelled);
    } else {
      tokens_.push_back({i, rows_[i]->result.tokens.back()});
    }
  }
  if (!tokens_.empty()) batch_->step(tokens_);
  for (const RowToken& token : tokens_) accept(token.row);
  return std::exchange(finished_, {});
}

void Generator::drop(int id) {
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (!rows_[i] || rows_[i]->result.id != id) continue;
    rows_[i].reset();
    batch_->release(static_cast<int>(i));
  }
}

// Samples from the row's prediction and ends the row where upstream would.
void Generator::accept(int index) {
  Row& row = *rows_[index];
  const int eos = decoder_.config().eos;
  std::span<float> logits = batch_->logits(index);
  if (!std::all_of(logits.begin(), logits.end(), [](float logit) { return std::isfinite(logit); })) {
    finish(index, Ended::kNotFinite);
    return;
  }
  if (row.steps < kStepsWithoutEos) logits = logits.first(eos);  // EOS is the last column
  const int32_t token = row.sampler.sample(logits, row.steps);
  // The sampler left the repetition penalty in the logits; upstream looks for EOS in those.
  const auto likeliest = std::max_element(logits.begin(), logits.end()) - logits.begin();
  row.result.steps = row.steps++;
  if (token == eos || likeliest == eos) {
    finish(index, Ended::kEos);
    return;
  }
  row.sampler.remember(token);
  row.result.tokens.push_back(token);
  const int count = static_cast<int>(row.result.tokens.size());
  if (row.on_token) row.on_token(token, count - 1);
  if (row.early_stop != -1 && count > row.early_stop) {
    finish(index, Ended::kEarlyStop);
  } else if (row.steps >= row.max_steps) {
    finish(index, Ended::kCap);
  }
}

void Generator::finish(int index, Ended ended) {
  rows_[index]->result.ended = ended;
  finished_.push_back(std::move(rows_[index]->result));
  rows_[index].reset();
  batch_->release(index);
}

Result generate(const Decoder& decoder, const Request& request, std::stop_token stop, OnToken on_token) {
  Generator generator(decoder, 1);
  generator.add(request, std::move(stop), std::move(on_token));
  for (;;) {
    std::vector<Result> ended = generator.step();
    if (!ended.empty()) return std::move(ended.front());
  }
}

std::vector<Result> generate_all(const Decoder& decoder, std::span<const Request> requests, int rows,
                                 std::stop_token stop) {
  Generator generator(decoder, std::min(rows, static_cast<int>(requests.size())));
  std::vector<Result> results(requests.size());
  size_t next = 0;
  size_t ended = 0;
  while (ended < requests.size()) {
    while (next < requests.size() && generator.free_rows() > 0) generator.add(requests[next++], stop);
    for (Result& result : generator.step()) {
      results[result.id] = std::move(result);
      ++ended;
    }
  }
  return results;
}

}  // namespace gsv::semantic
