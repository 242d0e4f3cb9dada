// CPU kernels with run-time dispatch. Plain pointers; no allocation, no threads, no errors.
//
// Matrices are stored in panels: 16 outputs beside each other, input after input ([panel][k][16]; int8 keeps two inputs
// together, [panel][k / 2][16][2]). The same layout serves one row, a batch, a long prompt and the KV cache.
// Each output is one chain of additions over k in blocks of a fixed length, so that a row's result does not depend on
// how many rows are beside it, nor on which thread computes which panel.
#pragma once

#include <cstdint>

namespace gsv::kernels {

inline constexpr int kPanel = 16;        // outputs of a panel
inline constexpr int kBlock = 512;       // inputs summed before the sum is added to the output
inline constexpr int kBlockI8 = 2048;    // 2048 products of int14 and int8 stay below 2^31
inline constexpr int kRowsInFixed = 40;  // as many rows repay rounding the weights
inline constexpr int kInt14 = 8191;      // largest quantised activation

struct Half {
  uint16_t bits;  // IEEE binary16
};

inline constexpr int padded(int n, int multiple = kPanel) { return (n + multiple - 1) / multiple * multiple; }

// y[row][0..n) = W x[row] + bias, then max(0, .) when relu. Only the panels asked for are computed.
struct Matmul {
  const void* weights = nullptr;  // float, Half or int8_t in panels, 64-byte aligned
  int64_t panel_stride = 0;       // elements from one panel to the next
  int n = 0;
  int k = 0;
  const float* bias = nullptr;  // [padded(n)] or null
  const void* x = nullptr;      // float [rows][x_stride]; int16_t in integer arithmetic, zero at an odd k
  int64_t x_stride = 0;
  int rows = 0;
  float* y = nullptr;  // [rows][y_stride]
  int64_t y_stride = 0;
  bool relu = false;
  const float* weight_scale = nullptr;  // int8: [padded(n)]
  const float* x_scale = nullptr;       // integer arithmetic: [rows]
};

using MatmulFn = void (*)(const Matmul& m, int first_panel, int end_panel);

// One position's key and value of one head, written where the attention's two products read them.
struct KvSlot {
  void* keys;            // panels of 16 positions: [t / 16][head_dim][16]
  void* values;          // panels of 16 channels: [head_dim / 16][capacity][16]
  int64_t value_stride;  // elements between the panels of values: capacity * 16
};

struct Winograd;
struct WinogradSpan;
inline constexpr int kSnakeTaps = 12;

// BigVGAN's activation of each channel: to twice the rate, x + reciprocal * sin(frequency * x)^2, and back. Rows are
// positions, channels lie beside each other; before and after the signal its edges go on.
struct SnakeSpan {
  const float* x = nullptr;  // row of position 0, which need not exist: kSnakeReach around the span are read
  int64_t x_stride = 0;
  float* y = nullptr;  // likewise; not x
  int64_t y_stride = 0;
  int begin = 0, end = 0;            // positions to write
  int length = 0;                    // of the signal
  int channels = 0;                  // 16 at least
  const float* frequency = nullptr;  // [channels]
  const float* reciprocal = nullptr;
  const float* up = nullptr;  // [kSnakeTaps], the gain of 2 included
  const float* down = nullptr;
};
inline constexpr int kSnakeReach = 6;

struct Kernels {
  const char* name;
  MatmulFn matmul_f32;
  MatmulFn matmul_f16;
  // Half weights and quantised x, for kRowsInFixed or more; see fixed.inl.h. Null where it is not faster.
  MatmulFn matmul_f16_fixed;
  MatmulFn matmul_i8;

  // x[0..n) = softmax(scale * x[0..n)), x[n..total) = 0. x may be written up to padded(total).
  void (*softmax)(float* x, int n, int total, float scale);

  // x = layer_norm(x + added) * weight + bias; eps 1e-5.
  void (*add_layer_norm)(float* x, const float* added, const float* weight, const float* bias, int n);

  // q = round(x / scale), largest magnitude kInt14; returns scale, 0 when x is all zero.
  float (*quantise)(const float* x, int n, int16_t* q);

  void (*to_half)(const float* from, Half* to, int64_t n);

  // Writes the position t of a head. key and value may be read up to padded(head_dim).
  void (*store_kv_f32)(const KvSlot& slot, const float* key, const float* value, int head_dim, int t);
  void (*store_kv_f16)(const KvSlot& slot, const float* key, const float* value, int head_dim, int t);

  // y[0..head_dim) = the sum over t < count of shares[t] * value(t).
  void (*mix_f32)(const KvSlot& slot, const float* shares, int count, int head_dim, float* y);
  void (*mix_f16)(const KvSlot& slot, const float* shares, int count, int head_dim, float* y);

  // A convolution, `most_tiles` (winograd_block()) tiles at a time; scratch is winograd_scratch() floats. See
  // winograd.h.
  void (*winograd)(const Winograd& conv, const WinogradSpan& span, int most_tiles, float* scratch);

  // What a core can do, for benchmarks: multiplies and adds for `rounds` rounds from registers, returns the number of
  // operations; and reads n floats (a multiple of 64) as fast as it can.
  double (*multiply_add)(int64_t rounds);
  float (*read)(const float* from, int64_t n);
  void (*snake)(const SnakeSpan& span);

  // y[c] = tanh(x[c]) * sigmoid(x[channels + c]) for c < channels, within 1e-6 of its largest value.
  void (*gate)(const float* x, int channels, float* y);
};

// The best body that this processor runs. GSV_ISA=portable|neon|avx2|avx512 in the environment asks for a lesser one.
const Kernels& detect();

// A body by name; null when it was not built or this processor cannot run it. Tests compare bodies with it.
const Kernels* by_name(const char* name);

}  // namespace gsv::kernels
