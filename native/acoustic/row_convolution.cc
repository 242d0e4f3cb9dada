#include "acoustic/row_convolution.h"

#include <algorithm>
#include <vector>

namespace gsv::acoustic {
namespace {

// Panels of one claim: even, since bodies take two together, and some claims a thread.
int panels_per_chunk(int panels, int threads) {
  constexpr int kClaims = 3;
  return std::max(2, panels / (kClaims * threads) / 2 * 2);
}

}  // namespace

kernels::PackedLinear packed_rows(const ConvolutionWeights& w, float scale, const kernels::Kernels& kernels,
                                  kernels::ThreadPool& pool) {
  const int in = kernels::padded(w.in);
  std::vector<float> weight(static_cast<size_t>(w.out) * w.taps * in);
  for (int o = 0; o < w.out; ++o) {
    for (int c = 0; c < w.in; ++c) {
      for (int tap = 0; tap < w.taps; ++tap) {
        weight[(static_cast<size_t>(o) * w.taps + tap) * in + c] =
            scale * w.weight[(static_cast<size_t>(o) * w.in + c) * w.taps + tap];
      }
    }
  }
  return {weight, w.bias, w.out, w.taps * in, kernels::exact_format(weight), kernels, pool};
}

RowConvolution::RowConvolution(const ConvolutionWeights& weights, const kernels::Kernels& kernels,
                               kernels::ThreadPool& pool)
    : kernels_(&kernels), pool_(&pool), product_(packed_rows(weights, 1.0F, kernels, pool)), taps_(weights.taps) {}

void RowConvolution::run(const Sequence& x, Sequence& y, After after, const float* bias) const {
  kernels::Matmul m = product_.matmul();
  m.x = x.row(-((taps_ - 1) / 2));
  m.x_stride = x.stride();
  m.rows = x.length();
  m.y = y.row(0);
  m.y_stride = y.stride();
  m.relu = after == After::kRelu;
  if (bias != nullptr) m.bias = bias;
  const kernels::MatmulFn body = product_.body(*kernels_);
  const int panels = product_.panels(), share = panels_per_chunk(panels, pool_->threads());
  pool_->run((panels + share - 1) / share,
             [&](int chunk, int) { body(m, chunk * share, std::min(panels, (chunk + 1) * share)); });
}

}  // namespace gsv::acoustic
