#include "blueprint/transformer.h"

namespace gsv::blueprint {

TransformerLayer::TransformerLayer(Weights& weights, const std::string& layer, const LayerNames& names, Held held)
    : qkv_(weights, {layer + names.query, layer + names.key, layer + names.value}, held),
      attended_(weights, {layer + names.attended}, held),
      up_(weights, {layer + names.up}, held),
      down_(weights, {layer + names.down}, held),
      attention_norm_(weights, layer + names.attention_norm),
      norm_(weights, layer + names.norm) {}

at::Tensor TransformerLayer::operator()(const at::Tensor& x, std::int64_t heads, double eps) const {
  const std::int64_t width = x.size(2);
  const at::Tensor qkv = qkv_(x).view({1, x.size(1), 3, heads, width / heads}).permute({2, 0, 3, 1, 4});
  const at::Tensor mixed = at::scaled_dot_product_attention(qkv[0], qkv[1], qkv[2]).transpose(1, 2).flatten(2);
  const at::Tensor y = attention_norm_(attended_(mixed).add_(x), eps);
  return norm_(down_(at::gelu(up_(y))).add_(y), eps);
}

}  // namespace gsv::blueprint
