// The buffers one forward pass writes, for up to `rows` positions at once.
#pragma once

#include <algorithm>

#include "kernels/buffer.h"
#include "kernels/kernels.h"
#include "semantic/decoder.h"

namespace gsv::semantic {

// Rows lie an odd number of cache lines apart: a power of two would send the rows of a tile to the same cache set.
inline constexpr int64_t row_stride(int n) { return kernels::padded(n, 32) + kernels::kPanel; }

struct Activations {
  int rows = 0;
  bool prompt = false;  // rows of one long prompt, not of sentences that must not depend on their number
  int64_t width_stride = 0;
  int64_t qkv_stride = 0;
  int64_t hidden_stride = 0;
  int64_t logits_stride = 0;
  kernels::Buffer<float> x;            // [rows][width]
  kernels::Buffer<float> qkv;          // [rows][3 * width], heads side by side in each third
  kernels::Buffer<float> attended;     // [rows][width]
  kernels::Buffer<float> added;        // [rows][width], what a residual branch contributes
  kernels::Buffer<float> hidden;       // [rows][ffn]
  kernels::Buffer<float> logits;       // [rows][vocab], of the rows that are predicted
  kernels::Buffer<int16_t> quantised;  // [rows][widest input]
  kernels::Buffer<float> scales;       // [rows]
  kernels::Buffer<float> scores;       // grown by attention

  Activations() = default;
  Activations(const S1Config& config, int row_count, int predicted_rows)
      : rows(row_count),
        width_stride(row_stride(config.width)),
        qkv_stride(row_stride(3 * config.width)),
        hidden_stride(row_stride(config.ffn)),
        logits_stride(row_stride(config.vocab)),
        x(rows * width_stride),
        qkv(rows * qkv_stride),
        attended(rows * width_stride),
        added(rows * width_stride),
        hidden(rows * hidden_stride),
        logits(predicted_rows * logits_stride),
        quantised(rows * std::max({width_stride, hidden_stride, row_stride(config.bert_width)})),
        scales(rows) {}
};

}  // namespace gsv::semantic
