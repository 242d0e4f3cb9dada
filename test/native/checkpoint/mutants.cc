// checkpoint-mutants FIXTURES SCRATCH COUNT SEED: damages real checkpoints in COUNT ways and opens, identifies,
// describes and reads each. Prints one JSON line. Fails when one ends in anything but a typed error or a right load,
// takes 2 s, loads a forbidden global, grows the process or makes the canary file.
#include "mutants.h"

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "suite.h"

namespace gsv::test {
namespace {

constexpr double kMaxSeconds = 2;
constexpr long kMaxGrowthKib = 32 * 1024;
constexpr std::string_view kLoaded = "loaded";

// What a damaged file may answer.
constexpr std::string_view kAllowed[] = {kLoaded, code::kCorruptCheckpoint, code::kCorruptModel,
                                         code::kUnsafeCheckpoint, code::kUnsupportedFormat};

void read_all(const std::string& path) {
  const checkpoint::File file = checkpoint::File::open(path);
  const checkpoint::Identity identity = checkpoint::identify(file);
  if (checkpoint::describe_json(file, identity).empty()) throw std::runtime_error("no description");
  std::vector<std::byte> bytes;
  std::vector<float> numbers;
  for (const checkpoint::Tensor& tensor : file.tensors()) {
    bytes.resize(tensor.byte_count());
    file.read(tensor, bytes);
    if (!checkpoint::is_floating(tensor.dtype)) continue;
    numbers.resize(static_cast<std::size_t>(tensor.element_count()));
    file.read_f32(tensor, numbers);
  }
}

std::string outcome(const std::string& path) {
  try {
    read_all(path);
    return std::string(kLoaded);
  } catch (const Error& error) {
    return error.code();
  } catch (const std::exception& error) {
    return std::string("untyped: ") + error.what();
  }
}

long peak_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

struct Tally {
  std::map<std::string, int> outcomes;
  double slowest = 0;
  int failures = 0;

  void add(const Mutant& mutant, const std::string& result, double seconds) {
    ++outcomes[result];
    slowest = std::max(slowest, seconds);
    const bool allowed = std::find(std::begin(kAllowed), std::end(kAllowed), result) != std::end(kAllowed);
    const bool safe = !mutant.forbidden || result == code::kUnsafeCheckpoint;
    if (allowed && safe && seconds < kMaxSeconds) return;
    ++failures;
    std::fprintf(stderr, "%s: %s after %.3f s\n", mutant.how.c_str(), result.c_str(), seconds);
  }
};

int run(const std::string& fixtures, const std::string& scratch, int count, std::uint64_t seed) {
  MutantMaker maker(fixtures, seed);
  const std::string path = scratch + "/mutant";
  for (const std::string& seed_file : maker.seeds()) outcome(seed_file);  // so that growth is the mutants' alone
  const long before = peak_kib();
  Tally tally;
  for (int i = 0; i < count; ++i) {
    const Mutant mutant = maker.make();
    write_file(path, mutant.bytes);
    const auto start = std::chrono::steady_clock::now();
    const std::string result = outcome(path);
    tally.add(mutant, result, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  const long growth = peak_kib() - before;
  const bool canary = std::filesystem::exists("canary");
  std::printf("{\"mutants\":%d,\"seed\":%llu,\"failures\":%d,\"slowestMs\":%.1f,\"growthMiB\":%.1f,\"canary\":%s",
              count, static_cast<unsigned long long>(seed), tally.failures, tally.slowest * 1e3,
              static_cast<double>(growth) / 1024, canary ? "true" : "false");
  for (const auto& [result, times] : tally.outcomes) std::printf(",\"%s\":%d", result.c_str(), times);
  std::printf("}\n");
#ifdef __SANITIZE_ADDRESS__
  const bool flat = true;  // the sanitizer keeps what is freed
#else
  const bool flat = growth < kMaxGrowthKib;
#endif
  return tally.failures == 0 && flat && !canary ? 0 : 1;
}

}  // namespace
}  // namespace gsv::test

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  return gsv::test::run(argv[1], argv[2], std::atoi(argv[3]), std::strtoull(argv[4], nullptr, 10));
}
