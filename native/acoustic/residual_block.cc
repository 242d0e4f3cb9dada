#include "acoustic/residual_block.h"

#include <algorithm>

namespace gsv::acoustic {
namespace {

std::vector<kernels::PackedWinograd> packed(const std::vector<ConvolutionWeights>& all, kernels::ThreadPool& pool) {
  std::vector<kernels::PackedWinograd> out;
  for (const ConvolutionWeights& c : all) out.emplace_back(c.weight, c.bias, c.out, c.in, c.taps, c.dilation, pool);
  return out;
}

}  // namespace

ResidualBlock::ResidualBlock(const std::vector<ConvolutionWeights>& first,
                             const std::vector<ConvolutionWeights>& second, const kernels::Kernels& kernels,
                             kernels::ThreadPool& pool)
    : first_(packed(first, pool)), second_(packed(second, pool)), kernels_(kernels) {
  for (const auto* list : {&first_, &second_}) {
    for (const kernels::PackedWinograd& conv : *list) reach_ += conv.plan().reach;
  }
}

size_t ResidualBlock::scratch() const {
  size_t most = 0;
  for (const auto* list : {&first_, &second_}) {
    for (const kernels::PackedWinograd& conv : *list) most = std::max(most, kernels::winograd_scratch(conv.plan()));
  }
  return most;
}

double ResidualBlock::operations() const {
  double total = 0;
  for (const auto* list : {&first_, &second_}) {
    for (const kernels::PackedWinograd& conv : *list) {
      const kernels::Winograd& plan = conv.plan();
      const double groups = (plan.points - 1.0) * plan.groups + plan.far_groups;
      total += 2.0 * groups / plan.outputs * plan.in * plan.out;
    }
  }
  return total;
}

void ResidualBlock::run(const Tile& tile, float* out, bool add, const std::function<bool()>& stopped) const {
  const TileBuffers& buffers = tile.buffers;
  Rows x{buffers.x, tile.held};
  int reach = reach_;  // of the convolutions still to come
  const auto reached = [&](const kernels::PackedWinograd& conv) {
    reach -= conv.plan().reach;
    return Range{std::max(0, tile.wanted.begin - reach), std::min(tile.length, tile.wanted.end + reach)};
  };
  for (size_t i = 0; i < first_.size() && !stopped(); ++i) {
    Rows from = x;
    if (!second_.empty()) {
      const Range range = reached(first_[i]);
      convolve(first_[i], tile, from, range, buffers.two, nullptr, false);
      from = {buffers.two, range};
    }
    const kernels::PackedWinograd& conv = second_.empty() ? first_[i] : second_[i];
    const Range range = reached(conv);
    if (i + 1 == first_.size()) {
      const int skipped = tile.wanted.begin - tile.held.begin;
      convolve(conv, tile, from, range, out - int64_t{skipped} * buffers.stride, x.data, add);
    } else {
      // What is added lies at the written position, so the sum may replace it; what is convolved does not.
      float* to = from.data == buffers.one ? buffers.two : buffers.one;
      convolve(conv, tile, from, range, to, x.data, false);
      x = {to, range};
    }
  }
}

void ResidualBlock::convolve(const kernels::PackedWinograd& conv, const Tile& tile, const Rows& from, Range to_range,
                             float* to, const float* added, bool add) const {
  const int origin = tile.held.begin;
  kernels::WinogradSpan span;
  span.x = from.data;
  span.x_begin = from.range.begin - origin;
  span.x_end = from.range.end - origin;
  span.y = to;
  span.begin = to_range.begin - origin;
  span.end = to_range.end - origin;
  span.added = added;
  span.x_stride = span.y_stride = span.added_stride = tile.buffers.stride;
  span.accumulate = add;
  span.slope = kSlope;
  kernels_.winograd(conv.plan(), span, kernels::winograd_block(conv.plan()), tile.buffers.scratch);
}

}  // namespace gsv::acoustic
