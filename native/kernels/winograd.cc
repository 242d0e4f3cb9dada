#include "kernels/winograd.h"

#include <algorithm>
#include <vector>

#include "kernels/kernels.h"

namespace gsv::kernels {
namespace {

constexpr int kRowTile = 12;  // a multiple of what every body multiplies at once
constexpr int kMostPoints = 2 * kWinogradManyPairs + 1;

// F(outputs, per_group) on as many points, for kernels of at least so many taps: of fewer the error would be larger.
struct Form {
  int points, outputs, per_group, least;
};
constexpr Form kForms[] = {{7, 5, 3, 1}, {7, 4, 4, 1}, {11, 6, 6, 7}, {11, 5, 7, 7}};

int groups_of(const Form& form, int taps) { return (taps + form.per_group - 1) / form.per_group; }

// Products of an output.
double cost_of(const Form& form, int taps) {
  return static_cast<double>((form.points - 1) * groups_of(form, taps) + taps / form.per_group) / form.outputs;
}

// Groups share the inputs' values when each is as long as a tile.
bool fits(const Form& form, int taps) {
  return taps >= form.least && (taps <= form.per_group || form.per_group == form.outputs);
}

Form cheapest(int taps) {
  Form best = kForms[1];
  for (const Form& form : kForms) {
    if (fits(form, taps) && cost_of(form, taps) < cost_of(best, taps)) best = form;
  }
  return best;
}

double point_of(const Form& form, int index) {
  const double pair = form.points == kMostPoints ? kWinogradMany[index / 2] : kWinogradFew[index / 2];
  return index % 2 == 0 ? pair : -pair;
}

// The polynomial's values at the points, divided by the product of the differences of the point to the others, and at
// infinity: the matrix G of F(m, r) in double precision.
double transformed(const Form& form, const double* taps, int point) {
  if (point == form.points - 1) return taps[form.per_group - 1];
  const double at = point_of(form, point);
  double power = 1, sum = 0, differences = 1;
  for (int j = 0; j < form.per_group; ++j, power *= at) sum += taps[j] * power;
  for (int other = 0; other < form.points - 1; ++other) {
    if (other != point) differences *= at - point_of(form, other);
  }
  return sum / differences;
}

// So that their values stay in a core's second cache.
int rows_of_block(const Winograd& conv) {
  if (conv.points == kMostPoints) return conv.in >= 256 ? 48 : conv.in >= 128 ? 72 : 96;
  return conv.in >= 256 ? 60 : 96;
}

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
  return static_cast<size_t>(conv.points * (inputs * spaced(conv.in) + products * kWinogradPair));
}

PackedWinograd::PackedWinograd(std::span<const float> weight, std::span<const float> bias, int out, int in, int taps,
                               int dilation, ThreadPool& pool) {
  plan_.in = padded(in);
  plan_.out = padded(out);
  const Form form = cheapest(taps);
  const int per_group = form.per_group;
  plan_.points = form.points;
  plan_.groups = groups_of(form, taps);
  plan_.far_groups = taps / per_group;
  plan_.outputs = form.outputs;
  plan_.dilation = dilation;
  plan_.reach = dilation * (taps - 1) / 2;
  const int64_t rows = int64_t{plan_.groups} * plan_.in;
  weights_ = Buffer<float>(form.points * rows * plan_.out, Pages::kLarge);
  bias_ = Buffer<float>(plan_.out);
  std::copy(bias.begin(), bias.end(), bias_.data());
  plan_.weights = weights_.data();
  plan_.bias = bias_.data();

  pool.run((out + kWinogradPair - 1) / kWinogradPair, [&](int pair, int) {
    const int first = pair * kWinogradPair;
    const int width = std::min(kWinogradPair, plan_.out - first);
    float* to = weights_.data() + form.points * rows * first;
    for (int o = first; o < std::min(out, first + width); ++o) {
      for (int c = 0; c < in; ++c) {
        const float* from = weight.data() + (int64_t{o} * in + c) * taps;
        for (int group = 0; group < plan_.groups; ++group) {
          double some[kMostPoints] = {};
          for (int j = 0; j < per_group && group * per_group + j < taps; ++j) some[j] = from[group * per_group + j];
          for (int point = 0; point < form.points; ++point) {
            to[(point * rows + group * plan_.in + c) * width + o - first] =
                static_cast<float>(transformed(form, some, point));
          }
        }
      }
    }
  });
}

}  // namespace gsv::kernels
