// Keys and values of one sentence, in the panels that attention's two products read. The longest length is reserved at
// once and costs memory only as it is written.
#pragma once

#include <cstddef>

#include "kernels/buffer.h"
#include "kernels/kernels.h"

namespace gsv::semantic {

struct KvShape {
  int layers = 0;
  int heads = 0;
  int head_dim = 0;
  bool half = false;  // else float32
};

class KvCache {
 public:
  KvCache() = default;
  KvCache(const KvShape& shape, int positions)
      : shape_(shape),
        capacity_(kernels::padded(positions)),
        key_count_(int64_t{capacity_} * shape.head_dim),
        value_count_(int64_t{capacity_} * kernels::padded(shape.head_dim)),
        storage_(static_cast<size_t>(shape.layers) * shape.heads * (key_count_ + value_count_) * element_size()) {}

  int capacity() const { return capacity_; }
  int length() const { return length_; }
  void set_length(int length) { length_ = length; }
  size_t reserved_bytes() const { return storage_.bytes(); }

  kernels::KvSlot slot(int layer, int head) {
    const int64_t unit = int64_t{layer} * shape_.heads + head;
    std::byte* keys = storage_.data() + unit * (key_count_ + value_count_) * element_size();
    return {keys, keys + key_count_ * element_size(), int64_t{capacity_} * kernels::kPanel};
  }

 private:
  int64_t element_size() const { return shape_.half ? 2 : 4; }

  KvShape shape_;
  int capacity_ = 0;
  int length_ = 0;
  int64_t key_count_ = 0;    // elements of a head's keys: [capacity / 16][head_dim][16]
  int64_t value_count_ = 0;  // elements of a head's values: [padded head_dim / 16][capacity][16]
  kernels::Buffer<std::byte> storage_;
};

}  // namespace gsv::semantic
