#include "kernels/winograd.h"

#include <algorithm>
#include <vector>

#include "kernels/kernels.h"

namespace gsv::kernels {
namespace {

constexpr int kTapsPerGroup = 4;
constexpr int kRowTile = 12;  // a multiple of what every body multiplies at once

// The polynomials' values at 1, -1, 2, -2, 1/2, -1/2 (divided by the product of the differences of the point to the
// others) and at infinity: the matrix G of F(m, r) in double precision.
double transformed(const double* taps, int count, int point) {
  constexpr double kPoints[] = {1, -1, 2, -2, 0.5, -0.5};
  constexpr double kDifferences[] = {-4.5, 4.5, 45, -45, 2.8125, -2.8125};
  if (point == kWinogradPoints - 1) return taps[count - 1];
  double power = 1, sum = 0;
  for (int j = 0; j < count; ++j, power *= kPoints[point]) sum += taps[j] * power;
  return sum / kDifferences[point];
}

int rows_of_block(const Winograd& conv) { return conv.in >= 256 ? 60 : 96; }

// Odd multiples of a cache line: rows must not fall on the same cache sets.
int64_t spaced(int64_t floats) { return padded(static_cast<int>(floats), 2 * kPanel) + kPanel; }

}  // namespace

int winograd_block(const Winograd& conv) {
  return std::max(kRowTile, rows_of_block(conv) / conv.dilation / kRowTile * kRowTile);
}

size_t winograd_scratch(const Winograd& conv) {
  const int64_t block = winograd_block(conv);
  const int64_t inputs = conv.dilation * (block + conv.groups - 1) + kRowTile;
  const int64_t products = conv.dilation * block + kRowTile;
  return static_cast<size_t>(kWinogradPoints * (inputs * spaced(conv.in) + products * kWinogradPair));
}

PackedWinograd::PackedWinograd(std::span<const float> weight, std::span<const float> bias, int out, int in, int taps,
                               int dilation, ThreadPool& pool) {
  plan_.in = padded(in);
  plan_.out = padded(out);
  const int per_group = taps <= 3 ? 3 : kTapsPerGroup;
  plan_.groups = (taps + per_group - 1) / per_group;
  plan_.outputs = kWinogradPoints + 1 - per_group;
  plan_.dilation = dilation;
  plan_.reach = dilation * (taps - 1) / 2;
  const int64_t rows = int64_t{plan_.groups} * plan_.in;
  weights_ = Buffer<float>(kWinogradPoints * rows * plan_.out, Pages::kLarge);
  bias_ = Buffer<float>(plan_.out);
  std::copy(bias.begin(), bias.end(), bias_.data());
  plan_.weights = weights_.data();
  plan_.bias = bias_.data();

  pool.run((out + kWinogradPair - 1) / kWinogradPair, [&](int pair, int) {
    const int first = pair * kWinogradPair;
    const int width = std::min(kWinogradPair, plan_.out - first);
    float* to = weights_.data() + kWinogradPoints * rows * first;
    for (int o = first; o < std::min(out, first + width); ++o) {
      for (int c = 0; c < in; ++c) {
        const float* from = weight.data() + (int64_t{o} * in + c) * taps;
        for (int group = 0; group < plan_.groups; ++group) {
          double some[kTapsPerGroup] = {};
          for (int j = 0; j < per_group && group * per_group + j < taps; ++j) some[j] = from[group * per_group + j];
          for (int point = 0; point < kWinogradPoints; ++point) {
            to[(point * rows + group * plan_.in + c) * width + o - first] =
                static_cast<float>(transformed(some, per_group, point));
          }
        }
      }
    }
  });
}

}  // namespace gsv::kernels
