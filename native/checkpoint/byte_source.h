// A regular file, read by position. Never mapped: a file that shrinks under us must be an error, not a signal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace gsv::checkpoint {

class ByteSource {
 public:
  // ERR_GSV_FILE unless `path` opens and is a regular file. Does not wait for a FIFO's writer.
  explicit ByteSource(const std::string& path);
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  ~ByteSource();

  std::uint64_t size() const { return size_; }
  const std::string& path() const { return path_; }

  // ERR_GSV_CORRUPT_CHECKPOINT when the range is not within the file, or no longer is.
  void read(std::uint64_t offset, std::span<std::byte> out) const;
  std::string read_string(std::uint64_t offset, std::size_t length) const;

 private:
  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace gsv::checkpoint
