// Stages that are timed where they run, for `gpt-sovits bench` and the benchmark beside upstream.
#include <chrono>

#include "engine/probe_stages.h"
#include "kernels/buffer.h"
#include "kernels/kernels.h"
#include "kernels/thread_pool.h"
#include "semantic/generate.h"

namespace gsv::engine {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kRounds = 4'000'000;
constexpr int64_t kReadFloats = int64_t{48} << 20;  // 192 MiB: more than caches hold
constexpr int kReads = 4;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

TensorData number(double value) { return data_of(at::tensor({static_cast<float>(value)})); }

}  // namespace

TensorMap token_speed(const LoadedVoice& voice, const Inputs& in, std::stop_token stop) {
  const std::vector<std::int32_t> phones = in.ints("phones"), prompt = in.ints("prompt");
  const int rows = static_cast<int>(in.number("rows"));
  semantic::Request request;
  request.prompt = {phones, nullptr, prompt};
  request.max_steps = static_cast<int>(in.number("steps")) + 1;
  semantic::Generator generator(*voice.decoder, rows);
  double prefill = 0;
  for (int row = 0; row < rows; ++row) {
    request.random.sentence = static_cast<std::uint64_t>(row);
    const auto start = Clock::now();
    generator.add(request, stop);
    prefill += seconds_since(start) / rows;
  }
  int tokens = 0;
  const auto start = Clock::now();
  while (generator.active_rows() > 0) {
    tokens += generator.active_rows();
    generator.step();
  }
  return {{"prefill_seconds", number(prefill)},
          {"decode_seconds", number(seconds_since(start))},
          {"tokens", number(tokens)},
          {"weight_bytes", number(static_cast<double>(voice.decoder->weight_bytes()))}};
}

TensorMap machine(const LoadedVoice& voice, const Inputs&, std::stop_token) {
  const kernels::Kernels& body = kernels::detect();
  kernels::ThreadPool pool(voice.threads);
  std::vector<double> operations(voice.threads);
  auto start = Clock::now();
  pool.run_long(voice.threads, [&](int chunk, int) { operations[chunk] = body.multiply_add(kRounds); });
  const double compute = operations[0] * voice.threads / seconds_since(start);

  kernels::Buffer<float> memory(kReadFloats, kernels::Pages::kLarge);
  for (int64_t i = 0; i < kReadFloats; i += 1024) memory[i] = 1.0F;  // maps the pages
  const int64_t share = kReadFloats / voice.threads / 64 * 64;
  std::vector<float> sums(voice.threads);
  double best = 0;
  for (int i = 0; i < kReads; ++i) {
    start = Clock::now();
    pool.run_long(voice.threads,
                  [&](int chunk, int) { sums[chunk] = body.read(memory.data() + chunk * share, share); });
    best = std::max(best, static_cast<double>(share * voice.threads) * sizeof(float) / seconds_since(start));
  }
  return {{"operations_per_second", number(compute)}, {"bytes_per_second", number(best)}};
}

}  // namespace gsv::engine
