// Keys and values of one sentence, in the panels that attention's two products read. Room is taken some seconds of
// speech at a time, so that a short sentence does not hold the memory of the longest.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

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
  static constexpr int kGrowth = 256;  // positions

  KvCache() = default;
  KvCache(const KvShape& shape, int positions)
      : shape_(shape),
        capacity_(kernels::padded(positions)),
        key_count_(int64_t{capacity_} * shape.head_dim),
        value_count_(int64_t{capacity_} * kernels::padded(shape.head_dim)),
        storage_(static_cast<size_t>(shape.layers) * shape.heads * (key_count_ + value_count_) * element_size(),
                 kernels::Pages::kLarge) {}

  int capacity() const { return capacity_; }
  int length() const { return length_; }
  void set_length(int length) { length_ = length; }

  // Makes room for at least one more position.
  void grow() {
    KvCache larger(shape_, capacity_ + kGrowth);
    larger.length_ = length_;
    for (int layer = 0; layer < shape_.layers; ++layer) {
      for (int head = 0; head < shape_.heads; ++head) copy_head(slot(layer, head), larger.slot(layer, head));
    }
    *this = std::move(larger);
  }

  kernels::KvSlot slot(int layer, int head) {
    const int64_t unit = int64_t{layer} * shape_.heads + head;
    std::byte* keys = storage_.data() + unit * (key_count_ + value_count_) * element_size();
    return {keys, keys + key_count_ * element_size(), int64_t{capacity_} * kernels::kPanel};
  }

 private:
  int64_t element_size() const { return shape_.half ? 2 : 4; }

  void copy_head(const kernels::KvSlot& from, const kernels::KvSlot& to) const {
    std::memcpy(to.keys, from.keys, key_count_ * element_size());
    for (int panel = 0; panel < kernels::padded(shape_.head_dim) / kernels::kPanel; ++panel) {
      std::memcpy(static_cast<std::byte*>(to.values) + panel * to.value_stride * element_size(),
                  static_cast<const std::byte*>(from.values) + panel * from.value_stride * element_size(),
                  from.value_stride * element_size());
    }
  }

  KvShape shape_;
  int capacity_ = 0;
  int length_ = 0;
  int64_t key_count_ = 0;    // elements of a head's keys: [capacity / 16][head_dim][16]
  int64_t value_count_ = 0;  // elements of a head's values: [padded head_dim / 16][capacity][16]
  kernels::Buffer<std::byte> storage_;
};

}  // namespace gsv::semantic
