#include "unit.h"

namespace gsv::test {
namespace {

void check_tensor(const Suite& suite, const std::string& pickle, std::string_view part,
                  std::source_location at = std::source_location::current()) {
  check_refused(suite, torch_zip_of(pickle), code::kCorruptCheckpoint, part, at);
}

}  // namespace

void tensor_tests(Suite& suite) {
  constexpr std::int64_t kHuge = std::int64_t{1} << 62;

  suite.test("a forged but right tensor reads", [&] {
    const auto file = open_bytes(suite, torch_zip_of(tensor_pickle({4, 4}, {1, 4})));
    check_equal(file.tensors().size(), std::size_t{1}, "tensors");
    check_equal(raw_bytes(file, file.tensors()[0]), std::string(64, '\1'), "bytes");
  });

  suite.test("a tensor that leaves its storage, or whose arithmetic would overflow, is refused", [&] {
    check_tensor(suite, tensor_pickle({17}, {1}), "reaches beyond");
    check_tensor(suite, tensor_pickle({4, 5}, {4, 1}), "reaches beyond");
    check_tensor(suite, tensor_pickle({1}, {1}, 16), "reaches beyond");
    check_tensor(suite, tensor_pickle({2}, {16}), "reaches beyond");
    check_tensor(suite, tensor_pickle({2}, {kHuge}), "reaches beyond");
    check_tensor(suite, tensor_pickle({3, 3}, {kHuge, kHuge}), "overflow");
    check_tensor(suite, tensor_pickle({kHuge, kHuge}, {0, 0}), "2^63");
    check_tensor(suite, tensor_pickle({0, kHuge, kHuge}, {0, 0, 0}), "2^63");
    check_tensor(suite, tensor_pickle({2}, {-1}), "negative stride");
    check_tensor(suite, tensor_pickle({-1}, {1}), "negative size");
    check_tensor(suite, tensor_pickle({1}, {1}, -1), "negative offset");
    check_tensor(suite, tensor_pickle({2, 2}, {1}), "differ in length");
    check_tensor(suite, tensor_pickle(std::vector<std::int64_t>(20, 1), std::vector<std::int64_t>(20, 1)),
                 "16 dimensions");
  });

  suite.test("an expanded tensor cannot claim more memory than four times the file", [&] {
    check_tensor(suite, tensor_pickle({1'000'000}, {0}), "4 times as large");
    check_tensor(suite, tensor_pickle({kHuge}, {0}), "4 times as large");
    check_equal(open_bytes(suite, torch_zip_of(tensor_pickle({3, 16}, {0, 1}))).tensors()[0].byte_count(),
                std::size_t{192}, "a little expansion");
  });

  suite.test("tensors strewn over the file cannot make it be read without end", [&] {
    constexpr std::int64_t kElements = 50'000;
    std::string pickle = tensor_pickle({2}, {kElements - 1}, 0, kElements);
    const std::string call = pickle.substr(3 + text("t").size(), pickle.size() - 5 - text("t").size());
    pickle = "\x80\x02}" + text("0") + call + "q\1s";
    for (int i = 1; i < 80; ++i) pickle += text(std::to_string(i)) + "h\1s";
    check_refused(suite, torch_zip_of(pickle + ".", std::string(4 * kElements, '\1')), code::kCorruptCheckpoint,
                  "64 times");
  });

  suite.test("a storage that is shorter than it says, missing, or of two descriptions is refused", [&] {
    check_refused(suite, torch_zip_of(tensor_pickle({16}, {1}), std::string(63, '\1')), code::kCorruptCheckpoint,
                  "shorter than its tensors");
    check_refused(suite, zip_of({{"archive/data.pkl", tensor_pickle({16}, {1})}}), code::kCorruptCheckpoint, "lacks");
    check_tensor(suite, tensor_pickle({1}, {1}, 0, kHuge), "more than the file can hold");
    check_tensor(suite, tensor_pickle({1}, {1}, 0, -1), "more than the file can hold");
    const std::string two = "\x80\x02(" + storage_of("FloatStorage", 16) + storage_of("HalfStorage", 16) + "t.";
    check_tensor(suite, two, "in two ways");
  });

  suite.test("equal names: the last counts, as in Python", [&] {
    std::string pickle = tensor_pickle({16}, {1});
    pickle.pop_back();
    const std::string again = tensor_pickle({8}, {1});
    const auto file = open_bytes(suite, torch_zip_of(pickle + again.substr(3)));
    check_equal(file.tensors().size(), std::size_t{1}, "tensors");
    check_equal(file.find("t")->shape[0], 8, "shape");
  });

  suite.test("an old-format file that is cut, or lists other storages, is refused", [&] {
    const std::string good = read_file(suite.fixture("layouts_legacy.pth"));
    for (std::size_t length : {std::size_t{16}, std::size_t{40}, good.size() / 2, good.size() - 1}) {
      check_refused(suite, good.substr(0, length), code::kCorruptCheckpoint, "");
    }
    const std::string hostile = good.substr(0, good.find("collections\nOrderedDict") - 1) + "cos\nsystem\n";
    check_refused(suite, hostile, code::kUnsafeCheckpoint, "`os system`");
  });
}

}  // namespace gsv::test
