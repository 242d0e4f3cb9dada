#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "unit.h"

namespace gsv::test {
namespace {

void check_not_opened(const std::string& path, std::string_view part,
                      std::source_location at = std::source_location::current()) {
  const auto start = std::chrono::steady_clock::now();
  check_throws(code::kFile, part, [&] { checkpoint::File::open(path); }, at);
  check(std::chrono::steady_clock::now() - start < std::chrono::seconds(1), "refused at once", at);
}

}  // namespace

void file_tests(Suite& suite) {
  namespace fs = std::filesystem;

  suite.test("what is no regular file is refused at once", [&] {
    const std::string fifo = suite.scratch("fifo"), link = suite.scratch("dangling");
    fs::remove(fifo);
    fs::remove(link);
    check(::mkfifo(fifo.c_str(), 0600) == 0, "a FIFO is made");
    fs::create_symlink(suite.scratch("nowhere"), link);
    check_not_opened(fifo, "is a pipe");
    check_not_opened(link, "cannot be opened");
    check_not_opened(suite.scratch(""), "is a folder");
    check_not_opened("/dev/zero", "is a device");
    check_not_opened(suite.scratch("absent"), "cannot be opened");
    check_not_opened(std::string("a\0b", 3), "NUL");
  });

  suite.test("an empty file and a file of zeros are told so", [&] {
    check_refused(suite, "", code::kCorruptCheckpoint, "is empty (0 bytes)");
    check_refused(suite, std::string(5000, '\0'), code::kCorruptCheckpoint, "holds zeros");
  });

  suite.test("other formats are named with the way out", [&] {
    std::string tar(1024, 'x');
    tar.replace(257, 5, "ustar");
    check_refused(suite, tar, code::kUnsupportedFormat, "is a tar archive");
    check_refused(suite, "\x1f\x8b\x08 and so on", code::kUnsupportedFormat, "gzipped; unpack it");
    check_refused(suite, "version https://git-lfs.github.com/spec/v1\n", code::kUnsupportedFormat, "git lfs pull");
    check_refused(suite, "<!DOCTYPE html><html>", code::kUnsupportedFormat, "web page");
    check_refused(suite, "hello, this is text", code::kUnsupportedFormat, "starts with 'hello, t'");
    check_refused(suite, "\x80\x04]\x94.", code::kUnsupportedFormat, "a pickle that torch.save did not write");
  });

  suite.test("the heads 00 to 06 load, 07 and a damaged one are named", [&] {
    const std::string good = read_file(suite.fixture("s2_v2.pth"));
    for (char digit = '0'; digit <= '6'; ++digit) {
      const auto file = open_bytes(suite, std::string{'0', digit} + good.substr(2));
      check_equal(*file.head(), std::string{'0', digit}, "head");
      check_equal(file.tensors().size(), std::size_t{6}, "tensors");
    }
    check_refused(suite, "07" + good.substr(2), code::kUnsupportedFormat, "has the head '07'");
    check_refused(suite, "\x01\xff" + good.substr(2), code::kUnsupportedFormat, "has the head '\\x01\\xff'");
  });

  suite.test("a file that shrinks after it was opened is an error, not a crash", [&] {
    const std::string bytes = read_file(suite.fixture("s1_v2.ckpt"));
    const auto file = open_bytes(suite, bytes);
    fs::resize_file(suite.scratch("forged.pth"), 1000);
    check_throws(code::kCorruptCheckpoint, "became shorter", [&] { floats(file, file.tensors().back()); });
  });

  suite.test("paths with spaces and other scripts work", [&] {
    const std::string bytes = read_file(suite.fixture("s1_v2.ckpt"));
    check_equal(open_bytes(suite, bytes, "a voice 声音 🎤.ckpt").tensors().size(), std::size_t{7}, "tensors");
  });

  suite.test("a read into a buffer of another size is refused", [&] {
    const auto file = checkpoint::File::open(suite.fixture("s1_v2.ckpt"));
    std::vector<float> small(3);
    check_throws(code::kInternal, "of another size", [&] { file.read_f32(file.tensors().front(), small); });
  });
}

}  // namespace gsv::test
