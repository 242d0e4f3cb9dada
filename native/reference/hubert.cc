#include "reference/hubert.h"

#include <string>

namespace gsv::reference {
namespace {

using blueprint::inner;
using blueprint::parameter;

blueprint::LayerParts parts_of(const torch::jit::Module& layer) {
  return {inner(layer, {"attention", "q_proj"}),
          inner(layer, {"attention", "k_proj"}),
          inner(layer, {"attention", "v_proj"}),
          inner(layer, {"attention", "out_proj"}),
          inner(layer, {"layer_norm"}),
          inner(layer, {"feed_forward", "intermediate_dense"}),
          inner(layer, {"feed_forward", "output_dense"}),
          inner(layer, {"final_layer_norm"})};
}

// The device that a network's weights are on.
c10::Device device_of(const torch::jit::Module& network) { return (*network.parameters().begin()).device(); }

}  // namespace

struct Hubert::Network {
  explicit Network(const torch::jit::Module& module);
  at::Tensor extract(const at::Tensor& wav16k) const;  // [n] -> [1, T, channels]
  at::Tensor add_places(const at::Tensor& x) const;    // [1, T, hidden]

  std::int64_t heads;
  double eps;
  std::vector<std::int64_t> strides;
  std::vector<at::Tensor> convolutions;
  blueprint::Norm first_norm, extracted_norm, norm;
  blueprint::PackedMap projection;
  at::Tensor place_weight, place_bias;
  std::vector<blueprint::TransformerLayer> layers;
};

Hubert::Network::Network(const torch::jit::Module& module)
    : heads(module.attr("n_heads").toInt()),
      eps(module.attr("eps").toDouble()),
      strides(module.attr("conv_stride").toIntVector()),
      first_norm(inner(module, {"feature_extractor", "conv_layers", "0", "layer_norm"})),
      extracted_norm(inner(module, {"feature_projection", "layer_norm"})),
      norm(inner(module, {"encoder", "layer_norm"})),
      projection({inner(module, {"feature_projection", "projection"})}),
      place_weight(parameter(inner(module, {"encoder", "pos_conv_embed", "conv"}), "weight")),
      place_bias(parameter(inner(module, {"encoder", "pos_conv_embed", "conv"}), "bias")) {
  const torch::jit::Module list = inner(module, {"feature_extractor", "conv_layers"});
  for (std::size_t i = 0; i < strides.size(); ++i) {
    convolutions.push_back(parameter(inner(list, {std::to_string(i).c_str(), "conv"}), "weight"));
  }
  for (std::int64_t i = 0; i < module.attr("n_layers").toInt(); ++i) {
    layers.emplace_back(parts_of(inner(module, {"encoder", "layers", std::to_string(i).c_str()})));
  }
}

at::Tensor Hubert::Network::extract(const at::Tensor& wav16k) const {
  at::Tensor x = wav16k.view({1, 1, -1});
  for (std::size_t i = 0; i < strides.size(); ++i) {
    x = at::conv1d(x, convolutions[i], {}, strides[i]);
    if (i == 0) x = at::group_norm(x, x.size(1), first_norm.weight, first_norm.bias);
    x = at::gelu(x);
  }
  return x.transpose(1, 2);
}

at::Tensor Hubert::Network::add_places(const at::Tensor& x) const {
  const std::int64_t groups = x.size(2) / place_weight.size(1);
  const at::Tensor places =
      at::conv1d(x.transpose(1, 2), place_weight, place_bias, 1, place_weight.size(2) / 2, 1, groups);
  return x + at::gelu(places.narrow(2, 0, x.size(1))).transpose(1, 2);  // an even kernel makes one frame too many
}

Hubert::Hubert(const torch::jit::Module& module) : module_(module) {
  if (device_of(module).is_cpu()) network_ = std::make_shared<const Network>(module);
}

at::Tensor Hubert::operator()(const at::Tensor& wav16k) {
  if (!network_) {
    return module_.forward({wav16k.unsqueeze(0).to(device_of(module_))}).toTensor().transpose(1, 2);
  }
  const Network& net = *network_;
  at::Tensor x = net.projection(net.extracted_norm(net.extract(wav16k), net.eps));
  x = net.norm(net.add_places(x), net.eps);
  for (const blueprint::TransformerLayer& layer : net.layers) x = layer(x, net.heads, net.eps);
  return x.transpose(1, 2);
}

}  // namespace gsv::reference
