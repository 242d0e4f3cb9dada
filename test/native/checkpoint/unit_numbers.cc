#include <bit>
#include <cmath>
#include <cstring>

#include "checkpoint/float_convert.h"
#include "checkpoint/json_writer.h"
#include "checkpoint/md5.h"
#include "unit.h"

namespace gsv::test {

void number_tests(Suite& suite) {
  suite.test("every half has one float, the same with and without F16C", [] {
    std::vector<std::uint16_t> halves(65'536);
    for (std::size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<std::uint16_t>(i);
    const auto* in = reinterpret_cast<const std::byte*>(halves.data());
    std::vector<float> fast(halves.size()), plain(halves.size());
    checkpoint::to_f32(checkpoint::DType::kF16, in, fast);
    checkpoint::f16_to_f32_portable(in, plain);
    check(std::memcmp(fast.data(), plain.data(), fast.size() * sizeof(float)) == 0, "the two bodies agree bit for bit");
    check(plain[0x3C00] == 1 && plain[0xC000] == -2 && plain[0x7BFF] == 65504, "1, -2 and the largest half");
    check(plain[1] == std::ldexp(1.0F, -24) && std::isinf(plain[0x7C00]) && std::isnan(plain[0x7E00]), "the odd ones");
    check(std::signbit(plain[0x8000]) && plain[0x8000] == 0, "-0");
  });

  suite.test("bfloat16 and float64 become floats", [] {
    const std::uint16_t brain[] = {0x3F80, 0xC040};
    const double wide[] = {0.1, -1e300};
    std::vector<float> out(2);
    checkpoint::to_f32(checkpoint::DType::kBF16, reinterpret_cast<const std::byte*>(brain), out);
    check_equal(out, std::vector<float>{1, -3}, "bfloat16");
    checkpoint::to_f32(checkpoint::DType::kF64, reinterpret_cast<const std::byte*>(wide), out);
    check(out[0] == 0.1F && out[1] == -INFINITY, "float64");
  });

  suite.test("CRC-32 and MD5 have their published values", [] {
    check_equal(crc_of("123456789"), 0xCBF43926U, "CRC-32");
    check_equal(crc_of(""), 0U, "CRC-32 of nothing");
    const std::string long_text = repeat("0123456789abcdef!", 1000);
    std::uint32_t sum = 0;
    for (char letter : long_text) sum = checkpoint::crc32(sum, std::as_bytes(std::span(&letter, 1)));
    check_equal(sum, crc_of(long_text), "CRC-32 byte by byte");
    check_equal(checkpoint::md5_hex(""), "d41d8cd98f00b204e9800998ecf8427e", "MD5 of nothing");
    check_equal(checkpoint::md5_hex("message digest"), "f96b697d7cb7938d525a2f31aaf161d0", "MD5");
    check_equal(checkpoint::md5_hex(repeat("1234567890", 8)), "57edf4a22be3c955ac49da2e2107b67a", "MD5 of two blocks");
  });

  suite.test("JSON text is escaped and always valid UTF-8", [] {
    std::string out;
    checkpoint::append_json(out, std::string_view("a\"\\\n\0\x7f", 6));
    checkpoint::append_json(out, "声\xff\xc0\xaf\xed\xa0\x80\xf0\x9f\x8e\xa4\xe5");
    const std::string bad = "\xEF\xBF\xBD";
    check_equal(out, "\"a\\\"\\\\\\u000a\\u0000\\u007f\"\"声" + repeat(bad, 6) + "\xf0\x9f\x8e\xa4" + bad + "\"",
                "text");
    out.clear();
    for (double number : {0.1, 1e-9, 1e300, std::nan(""), double{INFINITY}}) {
      checkpoint::append_json(out, number);
      out += ' ';
    }
    check_equal(out, "0.1 1e-09 1e+300 null null ", "numbers");
  });
}

}  // namespace gsv::test
