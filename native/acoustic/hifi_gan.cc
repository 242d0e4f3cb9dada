#include "acoustic/hifi_gan.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "acoustic/row_convolution.h"
#include "error.h"

namespace gsv::acoustic {
namespace {

using kernels::Buffer;
using kernels::padded;

constexpr float kLastSlope = 0.01F;  // before the last convolution upstream leaves torch's default

// Floats of one buffer of a tile: three of them and the kernel's own should stay in a core's cache.
constexpr int kTileFloats = 48 * 1024;
constexpr int kShortestTile = 720;  // of a long signal: shorter ones repeat too much at their edges
constexpr int kManyTiles = 16;      // of the shortest: enough for many cores, so they may be twice as long
constexpr int kSharedLength = 240;  // a signal of this length is worth two tiles
constexpr int kLastTile = 4096;

// How many tiles; of the length alone, so that a waveform does not depend on the number of threads.
int tiles_of(int length, int channels) {
  const int shortest = length >= kManyTiles * kShortestTile ? 2 * kShortestTile : kShortestTile;
  const int most = std::max(shortest, kTileFloats / channels);
  const int tiles = std::max((length + most - 1) / most, length >= kSharedLength ? 2 : 1);
  return tiles > 1 ? padded(tiles, 2) : 1;
}

void check(const HifiGanWeights& w) {
  const auto fits = [](const ConvolutionWeights& c) {
    return c.taps % 2 == 1 && c.in <= kernels::kWinogradChannels && c.dilation > 0;
  };
  bool all = fits(w.pre) && fits(w.post);
  for (const auto& stage : w.blocks) {
    for (const auto& block : stage) {
      all = all && std::all_of(block.first.begin(), block.first.end(), fits) &&
            std::all_of(block.second.begin(), block.second.end(), fits);
    }
  }
  if (all) return;
  throw Error(code::kUnsupportedConfig,
              "the generator has a convolution that this release cannot run: kernel sizes "
              "(resblock_kernel_sizes) must be odd, and channels at most " +
                  std::to_string(kernels::kWinogradChannels),
              "s2 vocoder");
}

void check(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Error(code::kAborted, "the call was cancelled");
}

}  // namespace

HifiGan::HifiGan(const HifiGanWeights& w, std::shared_ptr<kernels::ThreadPool> pool)
    : pool_(std::move(pool)),
      kernels_(kernels::detect()),
      inputs_(w.pre.in),
      pre_taps_(w.pre.taps),
      post_inputs_(padded(w.post.in)),
      post_taps_(w.post.taps),
      pre_(packed_rows(w.pre, 1.0F, kernels_, *pool_)),
      post_(packed_rows(w.post, 1.0F / static_cast<float>(w.blocks.back().size()), kernels_, *pool_)) {
  check(w);
  for (size_t i = 0; i < w.ups.size(); ++i) {
    // A stage leaves the sum of its blocks; what reads it divides by their number.
    const float scale = i == 0 ? 1.0F : 1.0F / static_cast<float>(w.blocks[i - 1].size());
    Stage stage{{w.ups[i], scale, kernels_, *pool_}, {}};
    for (const auto& block : w.blocks[i]) stage.blocks.emplace_back(block.first, block.second, kernels_, *pool_);
    stages_.push_back(std::move(stage));
  }
}

int HifiGan::Stage::reach() const {
  int most = 0;
  for (const ResidualBlock& block : blocks) most = std::max(most, block.reach());
  return most;
}

size_t HifiGan::Stage::scratch() const {
  size_t most = 0;
  for (const ResidualBlock& block : blocks) most = std::max(most, block.scratch());
  return most;
}

std::vector<float> HifiGan::operator()(std::span<const float> frames, int count, std::span<const float> condition,
                                       std::stop_token stop) const {
  Rows x = first_rows(frames, count, condition);
  for (const Stage& stage : stages_) x = run_stage(stage, x, stop);
  return samples(x, stop);
}

double HifiGan::operations(int frames) const {
  double total = 0;
  for (const Stage& stage : stages_) {
    total += frames * stage.up.operations();
    frames = stage.up.length(frames);
    for (const ResidualBlock& block : stage.blocks) total += frames * block.operations();
  }
  return total;
}

HifiGan::Rows HifiGan::first_rows(std::span<const float> frames, int count, std::span<const float> condition) const {
  const int in = padded(inputs_), out = padded(pre_.n());
  Buffer<float> spaced(static_cast<size_t>(count + pre_taps_ - 1) * in);
  for (int t = 0; t < count; ++t) {
    std::copy_n(frames.data() + int64_t{t} * inputs_, inputs_, spaced.data() + int64_t{t + pre_taps_ / 2} * in);
  }
  Rows rows{Buffer<float>(static_cast<size_t>(count) * out), count};
  kernels::Matmul m = pre_.matmul();
  m.x = spaced.data();
  m.x_stride = in;
  m.rows = count;
  m.y = rows.data.data();
  m.y_stride = out;
  pool_->run(pre_.panels(), [&](int panel, int) { pre_.body(kernels_)(m, panel, panel + 1); });
  for (int t = 0; t < count; ++t) {
    for (size_t c = 0; c < condition.size(); ++c) rows.data[int64_t{t} * out + c] += condition[c];
  }
  return rows;
}

HifiGan::Rows HifiGan::run_stage(const Stage& stage, const Rows& x, const std::stop_token& stop) const {
  const int channels = stage.up.channels();
  const int length = stage.up.length(x.length);
  const int reach = stage.reach();
  const int tiles = tiles_of(length, channels);
  const int step = (length + tiles - 1) / tiles;
  const int most_held = step + 2 * reach;
  const size_t rows = static_cast<size_t>(most_held) * channels;
  const size_t scratch = std::max(stage.scratch(), stage.up.scratch(most_held));
  Buffer<float> buffers((3 * rows + scratch) * pool_->threads());
  Rows out{Buffer<float>(static_cast<size_t>(length) * channels, kernels::Pages::kLarge), length};

  pool_->run_long(tiles, [&](int index, int worker) {
    Tile tile;
    tile.wanted = {index * step, std::min(length, (index + 1) * step)};
    if (tile.wanted.size() <= 0) return;
    tile.held = {std::max(0, tile.wanted.begin - reach), std::min(length, tile.wanted.end + reach)};
    tile.length = length;
    float* at = buffers.data() + worker * (3 * rows + scratch);
    tile.buffers = {at, at + rows, at + 2 * rows, at + 3 * rows, channels};
    if (stop.stop_requested()) return;
    stage.up.run(x.data.data(), x.length, tile.held, at, tile.buffers.scratch);
    float* to = out.data.data() + int64_t{tile.wanted.begin} * channels;
    for (const ResidualBlock& block : stage.blocks) {
      block.run(tile, to, &block != stage.blocks.data(), [&stop] { return stop.stop_requested(); });
    }
  });
  check(stop);
  return out;
}

std::vector<float> HifiGan::samples(const Rows& x, const std::stop_token& stop) const {
  std::vector<float> wave(x.length);
  const int before = post_taps_ / 2;
  const size_t rows = static_cast<size_t>(kLastTile + post_taps_) * post_inputs_;
  Buffer<float> buffers(rows * pool_->threads());
  pool_->run_long((x.length + kLastTile - 1) / kLastTile, [&](int index, int worker) {
    const Range range{index * kLastTile, std::min(x.length, (index + 1) * kLastTile)};
    float* at = buffers.data() + worker * rows;
    copy_active(x.data.data(), x.length, post_inputs_, kLastSlope, {range.begin - before, range.end + before}, at);
    kernels::Matmul m = post_.matmul();
    m.x = at;
    m.x_stride = post_inputs_;
    m.rows = range.size();
    m.y = wave.data() + range.begin;
    m.y_stride = 1;
    post_.body(kernels_)(m, 0, post_.panels());
    for (int t = range.begin; t < range.end; ++t) wave[t] = std::tanh(wave[t]);
  });
  check(stop);
  return wave;
}

}  // namespace gsv::acoustic
