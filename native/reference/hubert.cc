#include "reference/hubert.h"

#include <string>

#include "blueprint/memory.h"

namespace gsv::reference {
namespace {

using blueprint::Held;
using blueprint::Weights;

const blueprint::LayerNames kNames = {
    "attention.q_proj",          "attention.k_proj", "attention.v_proj",
    "attention.out_proj",        "layer_norm",       "feed_forward.intermediate_dense",
    "feed_forward.output_dense", "final_layer_norm"};

}  // namespace

struct Hubert::Network {
  Network(Weights&& weights, Held held);
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

Hubert::Network::Network(Weights&& weights, Held held)
    : heads(weights.integer("n_heads")),
      eps(weights.number("eps")),
      strides(weights.integers("conv_stride")),
      first_norm(weights, "feature_extractor.conv_layers.0.layer_norm"),
      extracted_norm(weights, "feature_projection.layer_norm"),
      norm(weights, "encoder.layer_norm"),
      projection(weights, {"feature_projection.projection"}, held),
      place_weight(weights.parameter("encoder.pos_conv_embed.conv.weight")),
      place_bias(weights.parameter("encoder.pos_conv_embed.conv.bias")) {
  for (std::size_t i = 0; i < strides.size(); ++i) {
    convolutions.push_back(weights.parameter("feature_extractor.conv_layers." + std::to_string(i) + ".conv.weight"));
  }
  for (std::int64_t i = 0; i < weights.integer("n_layers"); ++i) {
    layers.emplace_back(weights, "encoder.layers." + std::to_string(i) + ".", kNames, held);
  }
  blueprint::return_freed_memory();
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

Hubert::Hubert(const std::string& path, c10::Device device, Held held) : device_(device) {
  if (device.is_cpu()) {
    network_ = std::make_shared<const Network>(Weights(path, "hubert"), held);
  } else {
    module_ = blueprint::open_module(path, "hubert", device);
  }
}

at::Tensor Hubert::operator()(const at::Tensor& wav16k) {
  if (module_) return module_->forward({wav16k.unsqueeze(0).to(device_)}).toTensor().transpose(1, 2);
  const Network& net = *network_;
  at::Tensor x = net.projection(net.extracted_norm(net.extract(wav16k), net.eps));
  x = net.norm(net.add_places(x), net.eps);
  for (const blueprint::TransformerLayer& layer : net.layers) x = layer(x, net.heads, net.eps);
  return x.transpose(1, 2);
}

}  // namespace gsv::reference
