// What HuBERT and BERT have in common: layers of self-attention and a feed-forward part, norms behind the sums.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <array>
#include <cstdint>
#include <vector>

#include "blueprint/packed_map.h"

namespace gsv::blueprint {

// A layer norm's weight and bias.
struct Norm {
  explicit Norm(const torch::jit::Module& module)
      : weight(parameter(module, "weight")), bias(parameter(module, "bias")) {}
  at::Tensor operator()(const at::Tensor& x, double eps) const {
    return at::layer_norm(x, weight.sizes(), weight, bias, eps);
  }
  at::Tensor weight, bias;
};

// The modules of a layer, whatever its network calls them.
struct LayerParts {
  torch::jit::Module query, key, value, attended, attention_norm, up, down, norm;
};

class TransformerLayer {
 public:
  // The modules of linear maps lose their weights.
  explicit TransformerLayer(const LayerParts& parts);

  at::Tensor operator()(const at::Tensor& x, std::int64_t heads, double eps) const;  // [1, T, hidden]

 private:
  PackedMap qkv_, attended_, up_, down_;
  Norm attention_norm_, norm_;
};

}  // namespace gsv::blueprint
