// What HuBERT and BERT have in common: layers of self-attention and a feed-forward part, norms behind the sums.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <string>

#include "blueprint/packed_map.h"

namespace gsv::blueprint {

// A layer norm of the module `name`.
struct Norm {
  Norm(const Weights& weights, const std::string& name)
      : weight(weights.parameter(name + ".weight")), bias(weights.parameter(name + ".bias")) {}
  at::Tensor operator()(const at::Tensor& x, double eps) const {
    return at::layer_norm(x, weight.sizes(), weight, bias, eps);
  }
  at::Tensor weight, bias;
};

// What a network calls the modules in a layer.
struct LayerNames {
  std::string query, key, value, attended, attention_norm, up, down, norm;
};

class TransformerLayer {
 public:
  // `layer` is the module's name with a dot behind it.
  TransformerLayer(Weights& weights, const std::string& layer, const LayerNames& names, Held held);

  at::Tensor operator()(const at::Tensor& x, std::int64_t heads, double eps) const;  // [1, T, hidden]

 private:
  PackedMap qkv_, attended_, up_, down_;
  Norm attention_norm_, norm_;
};

}  // namespace gsv::blueprint
