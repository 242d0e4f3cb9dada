#include "unit.h"

namespace gsv::test {
namespace {

std::string safetensors_of(const std::string& header, std::size_t data = 0) {
  return bytes_of<std::uint64_t>(header.size()) + header + std::string(data, '\0');
}

void check_header(const Suite& suite, const std::string& header, std::size_t data, std::string_view part,
                  std::source_location at = std::source_location::current()) {
  check_refused(suite, safetensors_of(header, data), code::kCorruptModel, part, at);
}

std::string tensor(const std::string& name, const std::string& shape, const std::string& offsets) {
  return "\"" + name + R"(":{"dtype":"F32","shape":[)" + shape + R"(],"data_offsets":[)" + offsets + "]}";
}

}  // namespace

void safetensors_tests(Suite& suite) {
  suite.test("tensors and metadata read", [&] {
    const auto file = checkpoint::File::open(suite.fixture("hubert.safetensors"));
    check_equal(file.root().find("note").as_string("note"), "\u00e9\n", "an escaped note");
    check_equal(file.root().to_json(), "{\"format\":\"pt\",\"note\":\"\u00e9\\u000a\"}", "metadata as JSON");
    const auto none = open_bytes(suite, safetensors_of("{}"));
    check(none.tensors().empty(), "no tensors");
  });

  suite.test("forged header lengths are refused", [&] {
    for (std::uint64_t length : {std::uint64_t{1} << 63, ~std::uint64_t{0}, std::uint64_t{1} << 40, std::uint64_t{3}}) {
      check_refused(suite, bytes_of(length) + "{}", code::kCorruptModel, "claims a safetensors header");
    }
    check_refused(suite, bytes_of<std::uint64_t>(1) + "{}", code::kCorruptModel, "malformed");
  });

  suite.test("tensors must cover the data once", [&] {
    check_header(suite, "{" + tensor("a", "1", "0,4") + "," + tensor("b", "1", "2,6") + "}", 6, "overlap");
    check_header(suite, "{" + tensor("a", "1", "0,4") + "," + tensor("b", "1", "8,12") + "}", 12, "gap");
    check_header(suite, "{" + tensor("a", "1", "0,4") + "}", 3, "cut short or too long");
    check_header(suite, "{" + tensor("a", "1", "0,4") + "}", 5, "cut short or too long");
    check_header(suite, "{" + tensor("a", "1", "0,4") + "," + tensor("a", "1", "4,8") + "}", 8, "twice");
  });

  suite.test("impossible shapes and offsets are refused", [&] {
    check_header(suite, "{" + tensor("a", "2", "0,4") + "}", 4, "of 8 bytes in a place of 4");
    check_header(suite, "{" + tensor("a", "-1", "0,4") + "}", 4, "impossible shape");
    check_header(suite, "{" + tensor("a", "4611686018427387904,4", "0,4") + "}", 4, "impossible shape");
    check_header(suite, "{" + tensor("a", "1", "-4,0") + "}", 4, "impossible offsets");
    check_header(suite, "{" + tensor("a", "1", "4,0") + "}", 4, "impossible offsets");
    check_header(suite, "{" + tensor("a", "99999999999999999999", "0,4") + "}", 4, "malformed");
    check_header(suite, "{" + tensor("a", "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", "0,4") + "}", 4, "malformed");
    check_header(suite, "{" + tensor("a", "1.0", "0,4") + "}", 4, "malformed");
  });

  suite.test("anything but the format's own JSON is refused", [&] {
    const char* headers[] = {
        "{",          "{\"a\"}",           "{\"a\":1}",    "{\"a\":[[[[[[",        "{\"a\":{\"dtype\":{}}}",
        "{\"a\":{}}", "{\"a\":{\"x\":1}}", "{\"a\\u12\":", "{\"\\ud800\\u0041\":", "{\"a\n\":{}}"};
    for (const char* header : headers) check_header(suite, header, 0, "");
    check_header(suite, std::string(200'000, '{'), 0, "malformed");
    check_refused(suite, safetensors_of(R"({"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", 1),
                  code::kUnsupportedFormat, "'F8_E4M3'");
  });

  suite.test("a hundred thousand entries are refused", [&] {
    std::string header = "{" + tensor("t", "0", "0,0");
    for (int i = 0; i < 100'000; ++i) header += "," + tensor(std::to_string(i), "0", "0,0");
    check_header(suite, header + "}", 0, "more than 50000 tensors");
  });
}

}  // namespace gsv::test
