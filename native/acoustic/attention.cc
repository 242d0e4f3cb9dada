#include "acoustic/attention.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/buffer.h"
#include "kernels/kernels.h"

namespace gsv::acoustic {
namespace {

constexpr int kRows = 48;  // queries that are worked on together: their shares stay in the second cache

// Keys and values of one head in the kernels' layout.
struct Head {
  kernels::Buffer<float> keys, values;
};

class Attention {
 public:
  Attention(const float* qkv, float* out, std::int64_t frames, std::int64_t first, std::int64_t heads,
            std::int64_t width)
      : kernels_(kernels::detect()),
        qkv_(qkv),
        out_(out),
        frames_(static_cast<int>(frames)),
        first_(static_cast<int>(first)),
        padded_(kernels::padded(frames_)),
        width_(static_cast<int>(width)),
        inner_(heads * width),
        packed_(static_cast<std::size_t>(heads)) {}

  int blocks() const { return (frames_ - first_ + kRows - 1) / kRows; }

  void pack(std::int64_t head) {
    Head& to = packed_[static_cast<std::size_t>(head)];
    const auto size = static_cast<std::size_t>(padded_) * static_cast<std::size_t>(width_);
    to.keys = kernels::Buffer<float>(size);
    to.values = kernels::Buffer<float>(size);
    const kernels::KvSlot slot{to.keys.data(), to.values.data(), std::int64_t{padded_} * kernels::kPanel};
    for (int t = 0; t < frames_; ++t) {
      const float* key = qkv_ + t * 3 * inner_ + inner_ + head * width_;
      kernels_.store_kv_f32(slot, key, key + inner_, width_, t);
    }
  }

  // Floats that run() needs to itself.
  std::size_t scratch() const { return static_cast<std::size_t>(kRows) * static_cast<std::size_t>(padded_); }

  void run(std::int64_t head, int block, float* shares) const {
    const Head& from = packed_[static_cast<std::size_t>(head)];
    const int row = block * kRows, first = first_ + row, rows = std::min(kRows, frames_ - first);
    kernels::Matmul m;
    m.weights = from.keys.data();
    m.panel_stride = std::int64_t{width_} * kernels::kPanel;
    m.n = frames_;
    m.k = width_;
    m.x = qkv_ + first * 3 * inner_ + head * width_;
    m.x_stride = 3 * inner_;
    m.rows = rows;
    m.y = shares;
    m.y_stride = padded_;
    kernels_.matmul_f32(m, 0, padded_ / kernels::kPanel);
    const float scale = 1 / std::sqrt(static_cast<float>(width_));
    for (int i = 0; i < rows; ++i) kernels_.softmax(shares + std::int64_t{i} * padded_, frames_, frames_, scale);
    kernels::Matmul mix;
    mix.weights = from.values.data();
    mix.panel_stride = std::int64_t{padded_} * kernels::kPanel;
    mix.n = width_;
    mix.k = frames_;
    mix.x = shares;
    mix.x_stride = padded_;
    mix.rows = rows;
    mix.y = out_ + row * inner_ + head * width_;
    mix.y_stride = inner_;
    kernels_.matmul_f32(mix, 0, width_ / kernels::kPanel);
  }

 private:
  const kernels::Kernels& kernels_;
  const float* qkv_;
  float* out_;
  int frames_, first_, padded_, width_;
  std::int64_t inner_;
  std::vector<Head> packed_;
};

}  // namespace

at::Tensor attend_on_cpu(const at::Tensor& qkv, std::int64_t heads, std::int64_t first) {
  const std::int64_t batch = qkv.size(0), frames = qkv.size(1), inner = qkv.size(2) / 3;
  at::Tensor out = at::empty({batch, frames - first, inner}, qkv.options());
  for (std::int64_t b = 0; b < batch; ++b) {
    Attention attention(qkv[b].const_data_ptr<float>(), out[b].mutable_data_ptr<float>(), frames, first, heads,
                        inner / heads);
    at::parallel_for(0, heads, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t head = begin; head < end; ++head) attention.pack(head);
    });
    at::parallel_for(0, heads * attention.blocks(), 1, [&](std::int64_t begin, std::int64_t end) {
      kernels::Buffer<float> shares(attention.scratch());
      for (std::int64_t i = begin; i < end; ++i) {
        attention.run(i / attention.blocks(), static_cast<int>(i % attention.blocks()), shares.data());
      }
    });
  }
  return out;
}

}  // namespace gsv::acoustic
