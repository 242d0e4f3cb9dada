#include <cstdio>
#include <fstream>
#include <sstream>

#include "unit.h"

namespace gsv::test {
namespace {

std::string shape_text(const checkpoint::Tensor& tensor) {
  std::string out;
  for (std::int64_t size : tensor.shape) out += (out.empty() ? "" : ",") + std::to_string(size);
  return out.empty() ? "-" : out;
}

std::string hex(std::uint32_t value) {
  char out[9];
  std::snprintf(out, sizeof out, "%08x", value);
  return out;
}

void check_file(const checkpoint::File& file, const std::string& name, std::istringstream& line) {
  std::string kind, version;
  std::size_t tensors = 0;
  line >> kind >> version >> tensors;
  const checkpoint::Identity identity = checkpoint::identify(file);
  check_equal(identity.kind, kind, name + "'s kind");
  check_equal(identity.version, version == "-" ? "" : version, name + "'s version");
  check_equal(file.tensors().size(), tensors, name + "'s number of tensors");
  check(!checkpoint::describe_json(file, identity).empty(), name + " is described");
}

void check_tensor(const checkpoint::File& file, const std::string& name, std::istringstream& line) {
  std::string dtype, shape, crc;
  line >> dtype >> shape >> crc;
  const checkpoint::Tensor* tensor = file.find(name);
  check(tensor != nullptr, name + " is there");
  check_equal(checkpoint::dtype_name(tensor->dtype), dtype, name + "'s type");
  check_equal(shape_text(*tensor), shape, name + "'s shape");
  check_equal(hex(crc_of(raw_bytes(file, *tensor))), crc, name + "'s bytes");
}

void check_expected(const Suite& suite) {
  std::ifstream expected(suite.fixture("expected.txt"));
  std::optional<checkpoint::File> file;
  int checked = 0;
  for (std::string line; std::getline(expected, line); ++checked) {
    std::istringstream words(line);
    std::string what, name;
    words >> what >> name;
    if (what == "file") {
      file = checkpoint::File::open(suite.fixture(name));
      check_file(*file, name, words);
    } else {
      check_tensor(*file, name, words);
    }
  }
  check(checked > 60, "expected.txt was read");
}

}  // namespace

void fixture_tests(Suite& suite) {
  suite.test("files that torch wrote are known for what they are, with every number where torch has it",
             [&] { check_expected(suite); });

  suite.test("a config of nested HParams reads like a dict", [&] {
    const auto file = checkpoint::File::open(suite.fixture("s2_v2.pth"));
    const checkpoint::Identity identity = checkpoint::identify(file);
    check_equal(identity.config.find_path("model.version").as_string("version"), "v2", "version");
    check_equal(identity.config.find_path("data.sampling_rate").as_int("rate"), 32000, "rate");
    check_equal(identity.config.find_path("model.upsample_rates").as_ints("rates"),
                std::vector<std::int64_t>{10, 8, 2, 2, 2}, "rates");
    check_equal(identity.config.find_path("train.eps").as_double("eps"), 1e-9, "eps");
    check_equal(identity.info, "8epoch_96iteration", "info");
    check(!identity.config.find_path("model.version.deeper"), "a path into a string is missing");
  });

  suite.test("the config outlives the file, and reads as JSON", [&] {
    checkpoint::Value config;
    {
      config = checkpoint::identify(checkpoint::File::open(suite.fixture("s1_v1.ckpt"))).config;
    }
    check_equal(config.find("data").to_json(), R"({"max_sec":54,"num_workers":4})", "data");
    check_equal(config.find("inference").to_json(), R"({"top_k":15,"none":null})", "inference");
    check_equal(config.find_path("train.seed").to_json(), "9223372036854775808", "a seed of 64 bits, nearest double");
  });

  suite.test("a config field of the wrong type is named", [&] {
    const auto config = checkpoint::identify(checkpoint::File::open(suite.fixture("s2_v2.pth"))).config;
    check_throws(code::kUnsupportedConfig, "config field model.version is a string; a whole number is needed",
                 [&] { config.find_path("model.version").as_int("model.version"); });
    check_throws(code::kUnsupportedConfig, "model.nothing is missing",
                 [&] { config.find_path("model.nothing").as_int("model.nothing"); });
  });

  suite.test("half becomes float, other types are refused by name", [&] {
    const auto file = checkpoint::File::open(suite.fixture("layouts.pth"));
    check_equal(floats(file, *file.find("row")), std::vector<float>{55, 56, 57, 58, 59}, "row");
    check_equal(floats(file, *file.find("expanded")), floats(file, *file.find("expanded")), "expanded");
    check_throws(code::kModelMismatch, "int64 holds int64 numbers", [&] { floats(file, *file.find("int64")); });
    const auto half = floats(file, *file.find("half_transposed"));
    check(half.size() == 18 && half[0] != half[1], "half_transposed has numbers");
  });
}

}  // namespace gsv::test
