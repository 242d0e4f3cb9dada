// Convolutions along time in Winograd form: an output of a kernel of 3 taps costs 7/5 products instead of 3, of 7 taps
// 11/5, of 11 taps 3.5. Rows are positions, channels lie beside each other.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/buffer.h"
#include "kernels/thread_pool.h"

namespace gsv::kernels {

// Tiles are transformed on infinity and on pairs of points, +-p: three for short kernels, five for the others, chosen
// for the smallest error in float of F(6, 6) and F(5, 7), 113 dB below the signal beside 123 of F(4, 4).
inline constexpr double kWinogradFew[] = {1, 2, 0.5}, kWinogradMany[] = {1, 0.25, 0.5, 1.25, 3};
inline constexpr int kWinogradFewPairs = 3, kWinogradManyPairs = 5;

inline constexpr int kWinogradChannels = 2048;  // most that a convolution may read
inline constexpr int kWinogradPair = 32;        // outputs that are multiplied together

// A convolution as the kernel reads it. Channel counts are multiples of 16.
struct Winograd {
  const float* weights = nullptr;  // [out / 32][point][group * in + input][32]; a last block may be 16 wide
  const float* bias = nullptr;     // [out]
  int in = 0;
  int out = 0;
  int groups = 0;      // of taps
  int far_groups = 0;  // that are full: the value at infinity of one that is not, its last tap, is zero
  int points = 0;      // infinity included
  int outputs = 0;     // of a tile; as many as a group has taps unless there is one group
  int dilation = 1;    // between taps, positions
  int reach = 0;       // positions from an output back to the first tap
};

// y[t] = bias + sum over taps j of W[j] f(x[t + j * dilation - reach]) (+ added[t]) for t in [begin, end), where f is a
// leaky ReLU. Positions outside [x_begin, x_end) count as zeros. `added` may be `y` itself.
struct WinogradSpan {
  const float* x = nullptr;  // row of position 0, which need not exist
  int64_t x_stride = 0;
  int x_begin = 0, x_end = 0;
  float* y = nullptr;  // likewise
  int64_t y_stride = 0;
  int begin = 0, end = 0;
  const float* added = nullptr;  // likewise; null: nothing is added
  int64_t added_stride = 0;
  bool accumulate = false;  // the result is added to what y holds
  float slope = 1.0f;       // of f below zero, at most 1
};

// Floats that the kernel needs to itself.
size_t winograd_scratch(const Winograd& conv);

// Tiles of one residue modulo the dilation that are worked on together.
int winograd_block(const Winograd& conv);

class PackedWinograd {
 public:
  PackedWinograd() = default;
  // weight is [out, in, taps] row-major, taps odd; bias is [out] or empty. Channels are padded with zeros.
  PackedWinograd(std::span<const float> weight, std::span<const float> bias, int out, int in, int taps, int dilation,
                 ThreadPool& pool);

  const Winograd& plan() const { return plan_; }
  size_t bytes() const { return weights_.bytes(); }

 private:
  Winograd plan_;
  Buffer<float> weights_;
  Buffer<float> bias_;
};

}  // namespace gsv::kernels
