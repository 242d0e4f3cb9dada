#include "acoustic/heads.h"

#include <algorithm>
#include <cmath>

namespace gsv::acoustic {
namespace {

using kernels::Buffer;
using kernels::kPanel;
using kernels::padded;

constexpr int kQueryBlock = 48;  // rows of one product: a multiple of every body's tile

}  // namespace

struct Heads::Stored {
  Stored(int heads, int head_dim, int positions, int distances)
      : length(positions),
        capacity(padded(positions + distances)),
        key_count(int64_t{capacity} * head_dim),
        value_count(int64_t{capacity} * padded(head_dim)),
        data(static_cast<size_t>(heads) * (key_count + value_count)) {}

  kernels::KvSlot slot(int head) const {
    float* keys = const_cast<float*>(data.data()) + head * (key_count + value_count);
    return {keys, keys + key_count, int64_t{capacity} * kPanel};
  }

  int length, capacity;
  int64_t key_count, value_count;
  Buffer<float> data;
};

void Heads::store(Stored& stored, int head, Columns keys, Columns values, const Distances& distances) const {
  const kernels::KvSlot slot = stored.slot(head);
  const int column = head * head_dim_;
  for (int t = 0; t < stored.length; ++t) {
    kernels_.store_kv_f32(slot, keys.rows->row(t) + keys.first + column, values.rows->row(t) + values.first + column,
                          head_dim_, t);
  }
  const int width = padded(head_dim_);
  for (int d = 0; d < distances.count(); ++d) {
    kernels_.store_kv_f32(slot, distances.keys + d * width, distances.values + d * width, head_dim_, stored.length + d);
  }
}

void Heads::attend(Columns queries, Columns keys, Columns values, const Distances& distances, Sequence& y) const {
  Stored stored(heads_, head_dim_, keys.rows->length(), distances.count());
  pool_.run(heads_, [&](int head, int) { store(stored, head, keys, values, distances); });
  const int rows = queries.rows->length();
  const int blocks = (rows + kQueryBlock - 1) / kQueryBlock;
  const int64_t size = int64_t{std::min(rows, kQueryBlock)} * stored.capacity + distances.count();
  Buffer<float> scores(size * pool_.threads());
  pool_.run(heads_ * blocks, [&](int unit, int worker) {
    const int first = unit / heads_ * kQueryBlock;
    attend_block(stored, unit % heads_, queries, first, std::min(kQueryBlock, rows - first), distances,
                 scores.data() + worker * size, y);
  });
}

void Heads::attend_block(const Stored& stored, int head, Columns queries, int first, int count,
                         const Distances& distances, float* scores, Sequence& y) const {
  const kernels::KvSlot slot = stored.slot(head);
  const int width = stored.capacity, seen = stored.length;
  kernels::Matmul m;
  m.weights = slot.keys;
  m.panel_stride = int64_t{head_dim_} * kPanel;
  m.n = width;
  m.k = head_dim_;
  m.x = queries.rows->row(first) + queries.first + head * head_dim_;
  m.x_stride = queries.rows->stride();
  m.rows = count;
  m.y = scores;
  m.y_stride = width;
  kernels_.matmul_f32(m, 0, width / kPanel);

  const float scale = 1.0F / std::sqrt(static_cast<float>(head_dim_));
  float* near = scores + int64_t{count} * width;
  for (int row = 0; row < count; ++row) {
    float* score = scores + int64_t{row} * width;
    const int leftmost = first + row - distances.reach;  // the position of the first distance
    std::copy_n(score + seen, distances.count(), near);
    const int begin = std::max(0, -leftmost), end = std::min(distances.count(), seen - leftmost);
    for (int d = begin; d < end; ++d) score[leftmost + d] += near[d];
    kernels_.softmax(score, seen, width, scale);
    for (int d = begin; d < end; ++d) score[seen + d] = score[leftmost + d];
  }

  m.weights = slot.values;
  m.panel_stride = slot.value_stride;
  m.n = head_dim_;
  m.k = seen + distances.count();
  m.x = scores;
  m.x_stride = width;
  m.y = y.row(first) + head * head_dim_;
  m.y_stride = y.stride();
  kernels_.matmul_f32(m, 0, padded(head_dim_) / kPanel);
}

}  // namespace gsv::acoustic
