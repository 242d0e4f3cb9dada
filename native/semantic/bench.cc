// Times s1 at its real size with random weights and prints one line of JSON. Used by the benchmark beside its peers.
//   gsv-bench-semantic [precision=fp16] [threads=2] [batch=1] [phones=100] [prompt=150] [steps=125] [layers=24]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <string>

#include "kernels/thread_pool.h"
#include "semantic/generate.h"

namespace {

using Clock = std::chrono::steady_clock;
using namespace gsv;
using namespace gsv::semantic;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

S1Config config_of(int layers) {
  S1Config config;
  config.layers = layers;
  config.heads = 16;
  config.width = 512;
  config.ffn = 2048;
  config.vocab = 1025;
  config.phones = 732;
  config.eos = 1024;
  return config;
}

size_t count_of(const S1Config& c, std::string_view name) {
  const auto has = [&](std::string_view part) { return name.find(part) != std::string_view::npos; };
  const size_t width = c.width;
  if (has("alpha")) return 1;
  if (has("in_proj_weight")) return 3 * width * width;
  if (has("in_proj_bias")) return 3 * width;
  if (has("out_proj.weight")) return width * width;
  if (has("linear1.weight") || has("linear2.weight")) return width * c.ffn;
  if (has("linear1.bias")) return c.ffn;
  if (has("bert_proj.weight")) return width * c.bert_width;
  if (has("text_embedding")) return width * c.phones;
  if (has("audio_embedding") || has("predict")) return width * c.vocab;
  return width;
}

// Uniform in +-0.1: large enough that no value is a subnormal, small enough that nothing overflows in half.
S1Weights random_weights(int layers) {
  const S1Config config = config_of(layers);
  return {config, [config](std::string_view name) {
            std::vector<float> values(count_of(config, name));
            uint32_t state = 1;
            for (float& value : values) {
              state = state * 1664525u + 1013904223u;
              value = static_cast<float>(state >> 8) * (0.2f / 16777216.0f) - 0.1f;
            }
            return values;
          }};
}

Precision precision_of(const std::string& name) {
  return name == "fp32" ? Precision::kFp32 : name == "int8" ? Precision::kInt8 : Precision::kFp16;
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::string> options{{"precision", "fp16"}, {"threads", "2"},  {"batch", "1"},
                                             {"phones", "100"},     {"prompt", "150"}, {"steps", "125"},
                                             {"layers", "24"}};
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const size_t equals = argument.find('=');
    if (equals == std::string::npos || options.count(argument.substr(0, equals)) == 0) {
      std::fprintf(stderr, "not an option: %s\n", argv[i]);
      return 2;
    }
    options[argument.substr(0, equals)] = argument.substr(equals + 1);
  }
  const auto number = [&](const char* name) { return std::atoi(options[name].c_str()); };
  const int batch = number("batch");
  const auto pool = std::make_shared<kernels::ThreadPool>(number("threads"));

  auto start = Clock::now();
  const auto decoder = make_cpu_decoder(random_weights(number("layers")), precision_of(options["precision"]), pool);
  const double load = milliseconds_since(start);

  const std::vector<int32_t> phones(number("phones"), 7);
  const std::vector<int32_t> prompt(number("prompt"), 11);
  Request request;
  request.prompt = {phones, nullptr, prompt};
  request.max_steps = number("steps") + 1;
  Generator generator(*decoder, batch);
  std::vector<double> prefills;
  for (int i = 0; i < batch; ++i) {
    request.random.sentence = i;
    start = Clock::now();
    generator.add(request, {});
    prefills.push_back(milliseconds_since(start));
  }
  std::vector<double> steps;
  const std::clock_t cpu_start = std::clock();
  while (generator.active_rows() == batch) {
    start = Clock::now();
    generator.step();
    steps.push_back(milliseconds_since(start));
  }
  const double cpu = 1000.0 * static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
  if (steps.empty()) steps.push_back(0.0);
  double total = 0.0;
  for (const double step : steps) total += step;
  std::printf(
      "{\"precision\":\"%s\",\"threads\":%d,\"batch\":%d,\"load_ms\":%.1f,\"prefill_ms\":%.2f,\"step_ms\":%.3f,"
      "\"step_min_ms\":%.3f,\"step_cpu_ms\":%.3f,\"tokens_per_second\":%.1f,\"steps\":%zu}\n",
      options["precision"].c_str(), number("threads"), batch, load, median(prefills), median(steps),
      *std::min_element(steps.begin(), steps.end()), cpu / static_cast<double>(steps.size()),
      1000.0 * batch * static_cast<double>(steps.size()) / total, steps.size());
  return 0;
}
