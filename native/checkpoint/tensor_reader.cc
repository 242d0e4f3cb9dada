#include "checkpoint/tensor_reader.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "checkpoint/corrupt.h"
#include "checkpoint/crc32.h"
#include "checkpoint/float_convert.h"

namespace gsv::checkpoint {
namespace {

constexpr std::size_t kPartBytes = std::size_t{1} << 20;  // stays in the cache between read, checksum and conversion

bool is_contiguous(const Tensor& tensor) {
  std::int64_t expected = 1;
  for (std::size_t d = tensor.shape.size(); d-- > 0;) {
    if (tensor.shape[d] != 1 && tensor.strides[d] != expected) return false;
    expected *= tensor.shape[d];
  }
  return true;
}

// Calls `visit` with the position of each element, in row-major order.
template <class Visit>
void for_each_element(const Tensor& tensor, Visit visit) {
  std::vector<std::int64_t> index(tensor.shape.size(), 0);
  std::int64_t position = 0;
  while (true) {
    visit(static_cast<std::size_t>(position));
    std::size_t d = index.size();
    while (d-- > 0) {
      position += tensor.strides[d];
      if (++index[d] < tensor.shape[d]) break;
      position -= index[d] * tensor.strides[d];
      index[d] = 0;
    }
    if (d == static_cast<std::size_t>(-1)) return;
  }
}

}  // namespace

void TensorReader::read(const Tensor& tensor, std::span<std::byte> out) const {
  if (out.empty()) return;
  if (!is_contiguous(tensor)) return gather(tensor, out);
  read_range(static_cast<std::uint64_t>(tensor.offset) * item_size(tensor.dtype), out);
}

void TensorReader::read_f32(const Tensor& tensor, std::span<float> out) const {
  if (out.empty()) return;
  if (tensor.dtype == DType::kF32) return read(tensor, std::as_writable_bytes(out));
  if (!is_contiguous(tensor)) {
    std::vector<std::byte> bytes(tensor.byte_count());
    gather(tensor, bytes);
    return to_f32(tensor.dtype, bytes.data(), out);
  }
  const std::size_t size = item_size(tensor.dtype);
  stream(static_cast<std::uint64_t>(tensor.offset) * size, tensor.byte_count(), [&](std::span<const std::byte> part) {
    to_f32(tensor.dtype, part.data(), out.first(part.size() / size));
    out = out.subspan(part.size() / size);
  });
}

void TensorReader::read_range(std::uint64_t first, std::span<std::byte> out) const {
  if (!needs_check()) return source_.read(storage_.offset + first, out);
  if (!is_whole(first, out.size())) {
    verify();
    return source_.read(storage_.offset + first, out);
  }
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at < out.size(); at += kPartBytes) {
    const auto part = out.subspan(at, std::min(kPartBytes, out.size() - at));
    source_.read(storage_.offset + at, part);
    sum = crc32(sum, part);
  }
  check_sum(sum);
}

void TensorReader::stream(std::uint64_t first, std::uint64_t length,
                          const std::function<void(std::span<const std::byte>)>& part) const {
  const bool whole = needs_check() && is_whole(first, length);
  if (needs_check() && !whole) verify();
  std::vector<std::byte> buffer(std::min<std::uint64_t>(kPartBytes, length));
  std::uint32_t sum = 0;
  for (std::uint64_t at = 0; at < length; at += buffer.size()) {
    const auto bytes = std::span(buffer).first(std::min<std::uint64_t>(buffer.size(), length - at));
    source_.read(storage_.offset + first + at, bytes);
    if (whole) sum = crc32(sum, bytes);
    part(bytes);
  }
  if (whole) check_sum(sum);
}

void TensorReader::gather(const Tensor& tensor, std::span<std::byte> out) const {
  const std::size_t size = item_size(tensor.dtype);
  std::vector<std::byte> bytes(reach(tensor.shape, tensor.strides) * size);
  read_range(static_cast<std::uint64_t>(tensor.offset) * size, bytes);
  std::byte* next = out.data();
  for_each_element(tensor, [&](std::size_t position) {
    std::memcpy(next, bytes.data() + position * size, size);
    next += size;
  });
}

void TensorReader::verify() const {
  stream(0, storage_.bytes, [](std::span<const std::byte>) {});
}

void TensorReader::check_sum(std::uint32_t sum) const {
  if (sum != *storage_.crc) {
    corrupt("is damaged: the bytes of '" + printable(storage_.name) + "' do not fit their checksum; fetch it again");
  }
  verified_ = true;
}

}  // namespace gsv::checkpoint
