#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <span>

#include "checkpoint/contents.h"

namespace gsv::checkpoint {

// Reads of one storage. `verified` belongs to the storage: the first read of it that finds its CRC-32 right sets it.
class TensorReader {
 public:
  TensorReader(const ByteSource& source, const Storage& storage, std::atomic<bool>& verified)
      : source_(source), storage_(storage), verified_(verified) {}

  void read(const Tensor& tensor, std::span<std::byte> out) const;
  void read_f32(const Tensor& tensor, std::span<float> out) const;

 private:
  void read_range(std::uint64_t first, std::span<std::byte> out) const;
  // Hands [first, first + length) of the storage on in parts of at most a MiB.
  void stream(std::uint64_t first, std::uint64_t length,
              const std::function<void(std::span<const std::byte>)>& part) const;
  void gather(const Tensor& tensor, std::span<std::byte> out) const;
  void verify() const;
  void check_sum(std::uint32_t sum) const;
  bool needs_check() const { return storage_.crc && !verified_; }
  bool is_whole(std::uint64_t first, std::uint64_t length) const { return first == 0 && length == storage_.bytes; }

  const ByteSource& source_;
  const Storage& storage_;
  std::atomic<bool>& verified_;
};

}  // namespace gsv::checkpoint
