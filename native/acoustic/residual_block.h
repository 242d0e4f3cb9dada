// A residual block of a HiFi-GAN generator over one tile of time: its convolutions follow each other while the tile is
// in cache, each on a little less than the one before, so that the tile's own positions come out exact.
#pragma once

#include <functional>
#include <vector>

#include "acoustic/convolution_weights.h"
#include "kernels/kernels.h"
#include "kernels/winograd.h"

namespace gsv::acoustic {

inline constexpr float kSlope = 0.1F;  // leaky ReLU before each convolution of a generator but the last

// Positions of a signal. A tile's `held` ones are in its buffers, the first of them in row 0; `wanted` ones come out.
struct Range {
  int begin = 0, end = 0;
  int size() const { return end - begin; }
};

// Rows of one worker; each has room for the held positions of a tile.
struct TileBuffers {
  const float* x = nullptr;  // the block's input
  float* one = nullptr;
  float* two = nullptr;
  float* scratch = nullptr;  // ResidualBlock::scratch() floats
  int stride = 0;
};

struct Tile {
  Range held, wanted;
  int length = 0;  // of the signal: positions outside it are zeros to every convolution
  TileBuffers buffers;
};

class ResidualBlock {
 public:
  // Pairs (first[i], second[i]) for blocks of the first kind; no second ones for the second kind.
  ResidualBlock(const std::vector<ConvolutionWeights>& first, const std::vector<ConvolutionWeights>& second,
                const kernels::Kernels& kernels, kernels::ThreadPool& pool);

  int reach() const { return reach_; }  // positions that an output depends on to each side
  size_t scratch() const;
  double operations() const;  // a position, multiplications and additions of the products alone

  // Writes the wanted positions to out (whose row 0 is the first wanted one, rows `stride` floats apart), or adds them.
  // Returns early, with less written, when stopped() says so between two convolutions.
  void run(const Tile& tile, float* out, bool add, const std::function<bool()>& stopped) const;

 private:
  struct Rows {
    const float* data;
    Range range;  // that is filled
  };
  void convolve(const kernels::PackedWinograd& conv, const Tile& tile, const Rows& from, Range to_range, float* to,
                const float* added, bool add) const;

  std::vector<kernels::PackedWinograd> first_, second_;
  const kernels::Kernels& kernels_;
  int reach_ = 0;
};

}  // namespace gsv::acoustic
