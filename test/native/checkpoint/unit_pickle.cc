#include <sys/resource.h>

#include <ctime>
#include <filesystem>

#include "unit.h"

namespace gsv::test {
namespace {

// Of the processor, so that a busy machine fails no test.
double cpu_seconds(std::clock_t start) { return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC; }

std::string pickle_of(std::string_view ops) { return std::string("\x80\x02") + std::string(ops) + "."; }

void check_pickle(const Suite& suite, std::string_view ops, std::string_view code, std::string_view part,
                  std::source_location at = std::source_location::current()) {
  const std::clock_t start = std::clock();
  check_refused(suite, torch_zip_of(pickle_of(ops)), code, part, at);
  check(cpu_seconds(start) < 1, "refused at once", at);
}

#ifdef __SANITIZE_ADDRESS__
constexpr long kMaxGrowthMib = 1024;  // the sanitizer keeps what is freed
#else
constexpr long kMaxGrowthMib = 48;
#endif

long peak_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

void check_unsafe(const Suite& suite, const std::string& module, const std::string& name) {
  const std::string argument = "(" + text("touch canary") + "t";
  const std::string part = "`" + module + " " + name + "`";
  check_pickle(suite, "c" + module + "\n" + name + "\n" + argument + "R", code::kUnsafeCheckpoint, part);
  check_pickle(suite, text(module) + text(name) + "\x93" + argument + "R", code::kUnsafeCheckpoint, part);
  check_pickle(suite, "(" + text("touch canary") + "i" + module + "\n" + name + "\n", code::kUnsafeCheckpoint, part);
  check_pickle(suite, "c" + module + "\n" + name + "\n)\x81", code::kUnsafeCheckpoint, part);
  check_pickle(suite, "}c" + module + "\n" + name + "\n" + argument + "R0", code::kUnsafeCheckpoint, part);
  check_refused(suite, pickle_of("c" + module + "\n" + name + "\n" + argument + "R"), code::kUnsafeCheckpoint, part);
}

}  // namespace

void pickle_tests(Suite& suite) {
  suite.test("a forbidden global is refused by name and nothing of it runs", [&] {
    const std::pair<const char*, const char*> names[] = {{"os", "system"},
                                                         {"posix", "system"},
                                                         {"nt", "system"},
                                                         {"builtins", "eval"},
                                                         {"builtins", "exec"},
                                                         {"__builtin__", "getattr"},
                                                         {"subprocess", "Popen"},
                                                         {"runpy", "run_path"},
                                                         {"torch.storage", "_load_from_bytes"},
                                                         {"torch._utils", "_rebuild_qtensor"},
                                                         {"numpy.core.multiarray", "_reconstruct"},
                                                         {"collections", "Counter"}};
    for (const auto& [module, name] : names) check_unsafe(suite, module, name);
    for (const char* name :
         {"hostile_os_system.pth", "hostile_eval.pth", "hostile_subprocess.pth", "hostile_bare.pth"}) {
      check_throws(code::kUnsafeCheckpoint, "nothing of it was run",
                   [&] { checkpoint::File::open(suite.fixture(name)); });
    }
    check(!std::filesystem::exists("canary"), "no canary file was made");
  });

  suite.test("a forbidden name cannot smuggle control characters or a megabyte into the message", [&] {
    check_pickle(suite, text("o\x1b[2Js\n") + text(std::string(1'000'000, 'x')) + "\x93", code::kUnsafeCheckpoint,
                 "`o\\x1b[2Js\\x0a xxxx");
  });

  suite.test("allowed globals have one meaning and cannot be called otherwise", [&] {
    check_pickle(suite, "ctorch\nFloatStorage\n)R", code::kCorruptCheckpoint, "calls `FloatStorage`");
    check_pickle(suite, "cutils\nHParams\n)R", code::kCorruptCheckpoint, "calls `HParams`");
    check_pickle(suite, "ccollections\nOrderedDict\n)\x81", code::kCorruptCheckpoint, "makes an object of");
    check_pickle(suite, "cutils\nHParams\n(K\x01t\x81", code::kCorruptCheckpoint, "makes an object of");
    check_pickle(suite,
                 "ctorch._utils\n_rebuild_parameter\n(K\x01t"
                 "R",
                 code::kCorruptCheckpoint, "no tensor");
    check_pickle(suite, "ctorch._utils\n_rebuild_tensor_v2\n)R", code::kCorruptCheckpoint, "too few parts");
    check_pickle(suite, "cbuiltins\ndict\n)R", code::kCorruptCheckpoint, "calls `dict`");
    check_pickle(suite, "}}R", code::kCorruptCheckpoint, "without a tuple");
    check_pickle(suite, "K\x01)R", code::kCorruptCheckpoint, "no function");
  });

  suite.test("forged lengths are refused before memory is taken, in under 100 ms", [&] {
    const long before = peak_kib();
    const std::string huge = bytes_of(std::uint64_t{1} << 62), large = bytes_of<std::uint32_t>(0x7FFFFFFF);
    const std::clock_t start = std::clock();
    check_pickle(suite, "\x8e" + huge, code::kCorruptCheckpoint, "claims more bytes");
    check_pickle(suite, "\x8d" + huge, code::kCorruptCheckpoint, "claims more bytes");
    check_pickle(suite, "X" + large, code::kCorruptCheckpoint, "claims more bytes");
    check_pickle(suite, "B" + large, code::kCorruptCheckpoint, "claims more bytes");
    check_pickle(suite, "\x8b" + large, code::kCorruptCheckpoint, "number of 2147483647 bytes");
    check_pickle(suite, "\x8b" + bytes_of<std::int32_t>(-1), code::kCorruptCheckpoint, "number of 4294967295 bytes");
    check_pickle(suite, "\x95" + huge, code::kCorruptCheckpoint, "frame");
    check(cpu_seconds(start) < 0.7, "seven took 100 ms each");
    check(peak_kib() - before < 16 * 1024, "less than 16 MiB taken");
  });

  suite.test("nests without end are refused", [&] {
    check_pickle(suite, ")" + repeat("\x85", 1'000'000), code::kCorruptCheckpoint, "64 deep");
    check_pickle(suite, repeat("(", 1'000'000) + repeat("t", 1'000'000), code::kCorruptCheckpoint, "marks");
    check_pickle(suite, "]" + repeat("]q\1a", 10) + "h\1h\1a", code::kCorruptCheckpoint, "contains itself");
    check_pickle(suite, "]q\1" + repeat("]q\2ah\2", 100'000) + "h\1", code::kCorruptCheckpoint, "64 deep");
    check_pickle(suite, "}q\1" + text("a") + "h\1s", code::kCorruptCheckpoint, "contains itself");
    check_pickle(suite,
                 "cutils\nHParams\n)\x81q\1}q\2b(h\2" + text("me") +
                     "h\1s"
                     "0h\1",
                 code::kCorruptCheckpoint, "");
    check_pickle(suite, "cutils\nHParams\n)\x81" + repeat("}" + text("a") + "K\1sb", 3), code::kCorruptCheckpoint,
                 "twice");
  });

  suite.test("memo bombs, piles and shared nodes stay within their budget", [&] {
    const long before = peak_kib();
    check_pickle(suite, "(" + repeat("N", 600'000) + "t", code::kCorruptCheckpoint, "values");
    check_pickle(suite, "(" + repeat("Nq\1h\1h\1h\1h\1", 150'000) + "t", code::kCorruptCheckpoint, "piles up");
    check_pickle(suite, "N" + repeat("\x94", 300'000), code::kCorruptCheckpoint, "remembers too many");
    check_pickle(suite, "]q\1" + repeat("(" + repeat("h\1", 1000) + "l0", 1), code::kCorruptCheckpoint, "opcode");
    // Each list holds the one before 10 times: 10^20 items to write, 600 bytes to hold.
    std::string laughs = "(]q" + std::string(1, '\0');
    for (char level = 1; level <= 20; ++level) {
      laughs += std::string("](") + repeat(std::string("h") + static_cast<char>(level - 1), 10) + "eq" + level;
    }
    const auto file = open_bytes(suite, torch_zip_of(pickle_of("}" + text("config") + laughs + "ts")), "laughs.pth");
    check_throws(code::kCorruptCheckpoint, "1 MiB of JSON", [&] { describe_json(file, identify(file)); });
    const long growth = (peak_kib() - before) / 1024;
    check(growth < kMaxGrowthMib, "grew by " + std::to_string(growth) + " MiB");
  });

  suite.test("broken pickles are refused", [&] {
    check_pickle(suite, "t", code::kCorruptCheckpoint, "without the mark");
    check_pickle(suite, "K\1\x86", code::kCorruptCheckpoint, "more values than it has");
    check_pickle(suite, "(a", code::kCorruptCheckpoint, "more values than it has");
    check_pickle(suite, "", code::kCorruptCheckpoint, "more values than it has");
    check_pickle(suite, "h\7", code::kCorruptCheckpoint, "recalls");
    check_pickle(suite, "\x97", code::kCorruptCheckpoint, "opcode 151");
    check_pickle(suite, "\xff", code::kCorruptCheckpoint, "opcode 255");
    check_pickle(suite, "}N(K\1u", code::kCorruptCheckpoint, "no dict");
    check_pickle(suite, "}(K\1u", code::kCorruptCheckpoint, "without a key");
    check_pickle(suite, "K\1}b", code::kCorruptCheckpoint, "attributes to a plain value");
    check_pickle(suite, "cos", code::kCorruptCheckpoint, "does not end");
    check_pickle(suite, "}" + text(std::string(600, 'k')) + "Ns", code::kCorruptCheckpoint, "a key of 600 bytes");
    check_refused(suite, torch_zip_of("\x80\x02}"), code::kCorruptCheckpoint, "cut short");
    check_refused(suite, torch_zip_of("\x80\x06}."), code::kUnsupportedFormat, "protocol 6");
  });
}

}  // namespace gsv::test
