// A convolution along time as one matrix product: the rows that an output reads lie beside each other. For signals of
// few positions, where packed weights are read once for all of them.
#pragma once

#include <span>

#include "acoustic/convolution_weights.h"
#include "acoustic/sequence.h"
#include "kernels/pack.h"
#include "kernels/thread_pool.h"

namespace gsv::acoustic {

// [out][tap][padded in], each weight times `scale`; in half precision where nothing is lost by it.
kernels::PackedLinear packed_rows(const ConvolutionWeights& weights, float scale, const kernels::Kernels& kernels,
                                  kernels::ThreadPool& pool);

enum class After { kNothing, kRelu };

class RowConvolution {
 public:
  RowConvolution() = default;
  // Undilated.
  RowConvolution(const ConvolutionWeights& weights, const kernels::Kernels& kernels, kernels::ThreadPool& pool);

  int outputs() const { return product_.n(); }
  int reach() const { return taps_ / 2; }  // margin that a sequence must have to be read
  std::span<const float> bias() const { return {product_.matmul().bias, static_cast<size_t>(outputs())}; }

  // As many rows as come in; y is not x. `bias` replaces the convolution's own: [padded outputs].
  void run(const Sequence& x, Sequence& y, After after = After::kNothing, const float* bias = nullptr) const;

 private:
  const kernels::Kernels* kernels_ = nullptr;
  kernels::ThreadPool* pool_ = nullptr;
  kernels::PackedLinear product_;
  int taps_ = 1;
};

}  // namespace gsv::acoustic
