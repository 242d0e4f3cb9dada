// A stack of transformer layers over positions, which know the distance of near ones: relative attention, then two
// convolutions; norms behind the sums. On own kernels.
#pragma once

#include <torch/script.h>

#include <stop_token>
#include <vector>

#include "acoustic/heads.h"
#include "acoustic/row_convolution.h"
#include "acoustic/weights_reader.h"
#include "kernels/buffer.h"

namespace gsv::acoustic {

class EncoderStack {
 public:
  // The first `layers` of a module's attn_layers, norm_layers_1, ffn_layers and norm_layers_2.
  EncoderStack(const torch::jit::Module& module, int layers, int heads, const kernels::Kernels& kernels,
               kernels::ThreadPool& pool);

  int reach() const { return reach_; }  // margin that `x` must have

  // In place. Throws ERR_GSV_ABORTED.
  void operator()(Sequence& x, const std::stop_token& stop) const;

 private:
  struct Norm {
    kernels::Buffer<float> weight, bias;
  };
  struct Layer {
    RowConvolution qkv, out, up, down;
    Norm norm_1, norm_2;
    kernels::Buffer<float> distance_keys, distance_values;
    int reach;
  };

  void add_norm(const Norm& norm, const Sequence& added, Sequence& x) const;

  int heads_;
  const kernels::Kernels& kernels_;
  kernels::ThreadPool& pool_;
  std::vector<Layer> layers_;
  int reach_ = 0;
};

}  // namespace gsv::acoustic
