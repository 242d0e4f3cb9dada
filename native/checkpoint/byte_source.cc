#include "checkpoint/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "checkpoint/corrupt.h"

namespace gsv::checkpoint {
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& reason) {
  throw Error(code::kFile, path + " " + reason);
}

const char* file_type(mode_t mode) {
  if (S_ISDIR(mode)) return "is a folder, not a file";
  if (S_ISFIFO(mode)) return "is a pipe, not a regular file";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "is a device, not a regular file";
  return "is not a regular file";
}

}  // namespace

ByteSource::ByteSource(const std::string& path) : path_(path) {
  if (path.find('\0') != std::string::npos) refuse(printable(path), "cannot be opened: the path holds a NUL");
  // O_NONBLOCK: opening a FIFO would otherwise wait for a writer.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor_ < 0) refuse(path, "cannot be opened: " + std::generic_category().message(errno));
  struct stat status{};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    refuse(path, file_type(status.st_mode));
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

ByteSource::~ByteSource() { ::close(descriptor_); }

void ByteSource::read(std::uint64_t offset, std::span<std::byte> out) const {
  if (offset > size_ || out.size() > size_ - offset) corrupt("is cut short: a part of it lies beyond its end");
  constexpr std::size_t kMaxPart = std::size_t{1} << 30;  // Linux reads at most 2 GiB at once
  while (!out.empty()) {
    const ssize_t got = ::pread(descriptor_, out.data(), std::min(out.size(), kMaxPart), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(path_, "cannot be read: " + std::generic_category().message(errno));
    if (got == 0) corrupt("became shorter while it was read");
    out = out.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
}

std::string ByteSource::read_string(std::uint64_t offset, std::size_t length) const {
  if (offset > size_ || length > size_ - offset) corrupt("is cut short: a part of it lies beyond its end");
  std::string out(length, '\0');
  read(offset, std::as_writable_bytes(std::span(out)));
  return out;
}

}  // namespace gsv::checkpoint
