#include <random>

#include "unit.h"

namespace gsv::test {
namespace {

constexpr std::string_view kEmptyDict = "\x80\x02}.";

std::string named(const std::string& name) {
  return zip_of({{"archive/data.pkl", std::string(kEmptyDict)}, {name, "x"}});
}

}  // namespace

void zip_tests(Suite& suite) {
  suite.test("a plain archive opens, whatever its root folder", [&] {
    for (const char* root : {"archive/", "1700000000.1234567/", "声音/", ""}) {
      const auto file = open_bytes(suite, zip_of({{std::string(root) + "data.pkl", std::string(kEmptyDict)}}));
      check(file.root().is_dict() && file.tensors().empty(), "an empty dict");
    }
  });

  suite.test("an archive cut at any of 64 places is a typed error", [&] {
    const std::string good = read_file(suite.fixture("s1_v2.ckpt"));
    std::mt19937_64 random(1);
    for (int i = 0; i < 64; ++i) {
      const std::size_t length = random() % good.size();
      try {
        open_bytes(suite, good.substr(0, length));
        check(false, "a file cut at " + std::to_string(length) + " was opened");
      } catch (const Error& error) {
        check(error.code() == code::kCorruptCheckpoint || error.code() == code::kUnsupportedFormat, error.what());
      }
    }
  });

  suite.test("compressed and encrypted entries are refused by name, without inflating", [&] {
    check_throws(code::kUnsupportedFormat, "(deflate)", [&] { checkpoint::File::open(suite.fixture("deflated.pth")); });
    check_refused(suite, zip_of({{"a/data.pkl", std::string(kEmptyDict), 12}}), code::kUnsupportedFormat, "method 12");
    check_refused(suite, zip_of({{"a/data.pkl", std::string(kEmptyDict), 0, 1}}), code::kUnsupportedFormat,
                  "encrypted");
  });

  suite.test("hostile entry names are refused", [&] {
    const std::string names[] = {"../../x",  "a/../x", "/etc/passwd", "a\\b", "c:x",  std::string("a\0b", 3),
                                 "",         "a//b",   "./x",         "a/.",  "a/..", std::string(60'000, 'n'),
                                 "new\nline"};
    for (const std::string& name : names) {
      check_refused(suite, named(name), code::kCorruptCheckpoint, "hostile name");
    }
    check(open_bytes(suite, named("archive/folder/")).root().is_dict(), "a folder's own entry is harmless");
  });

  suite.test("an entry that is there twice is refused", [&] {
    check_refused(suite, zip_of({{"a/data.pkl", std::string(kEmptyDict)}, {"a/x", "1"}, {"a/x", "1"}}),
                  code::kCorruptCheckpoint, "twice");
  });

  suite.test("two data.pkl, or none, are refused", [&] {
    check_refused(suite, zip_of({{"a/data.pkl", std::string(kEmptyDict)}, {"b/data.pkl", std::string(kEmptyDict)}}),
                  code::kCorruptCheckpoint, "two data.pkl");
    check_refused(suite, zip_of({{"a/b", "x"}}), code::kUnsupportedFormat, "without data.pkl");
  });

  suite.test("entries that overlap are refused", [&] {
    ForgedZip zip;
    zip.add({"a/data.pkl", std::string(kEmptyDict)});
    ForgedEntry inner{"a/data/0", "0123456789"};
    ForgedZip nested;
    nested.add(inner);
    zip.add({"a/data/1", nested.body});
    zip.list(inner, static_cast<std::uint32_t>(zip.body.size() - nested.body.size()));
    check_refused(suite, zip.finish(), code::kCorruptCheckpoint, "overlapping");
  });

  suite.test("a directory that points outside the file is refused", [&] {
    ForgedZip zip;
    zip.add({"a/data.pkl", std::string(kEmptyDict)});
    for (std::int64_t shift : {1LL, 40LL, 1LL << 30}) {
      check_throws(code::kCorruptCheckpoint, "", [&] { open_bytes(suite, zip.finish(shift)); });
    }
    zip.list({"a/far", "x"}, 0x7FFFFFFF);
    check_refused(suite, zip.finish(), code::kCorruptCheckpoint, "overlapping");
  });

  suite.test("local and central headers must agree", [&] {
    std::string bytes = zip_of({{"a/data.pkl", std::string(kEmptyDict)}});
    bytes[30] = 'b';
    check_refused(suite, bytes, code::kCorruptCheckpoint, "two names");
  });

  suite.test("damage to the pickle or to the weights is found by its checksum", [&] {
    std::string bytes = read_file(suite.fixture("s1_v2.ckpt"));
    const std::size_t config = bytes.find("embedding_dim");
    bytes[config] = 'E';
    check_refused(suite, bytes, code::kCorruptCheckpoint, "do not fit their checksum");
    bytes[config] = 'e';
    const auto good = open_bytes(suite, bytes);
    const auto* tensor = good.find("model.bert_proj.weight");
    const std::size_t at = bytes.find(raw_bytes(good, *tensor));
    check(at != std::string::npos, "the weights are in the file");
    bytes[at + 3] = static_cast<char>(bytes[at + 3] ^ 4);
    const auto damaged = open_bytes(suite, bytes);
    check_throws(code::kCorruptCheckpoint, "checksum",
                 [&] { raw_bytes(damaged, *damaged.find("model.bert_proj.weight")); });
    check_throws(code::kCorruptCheckpoint, "checksum",
                 [&] { floats(damaged, *damaged.find("model.bert_proj.weight")); });
    check_equal(floats(damaged, *damaged.find("model.ar_text_position.alpha")).size(), std::size_t{1}, "the others");
  });

  suite.test("a TorchScript module and a big-endian file are named", [&] {
    check_refused(suite, zip_of({{"a/data.pkl", std::string(kEmptyDict)}, {"a/constants.pkl", "x"}}),
                  code::kUnsupportedFormat, "TorchScript module");
    check_refused(suite, zip_of({{"a/data.pkl", std::string(kEmptyDict)}, {"a/byteorder", "big"}}),
                  code::kUnsupportedFormat, "big-endian");
  });
}

}  // namespace gsv::test
