#include "semantic/fixed_step.h"

#include <cmath>
#include <utility>

namespace gsv::semantic {
namespace {

// How far a recorded step's logits may be from those of the same step as it is run, as a share of the largest.
constexpr double kAlike = 1e-2;

}  // namespace

StepWeights::StepWeights(const torch::jit::Module& module, const S1Config& c) : config(c) {
  std::unordered_map<std::string, at::Tensor> tensors;
  for (const auto& slot : module.named_parameters()) tensors.emplace(slot.name, slot.value);
  for (int i = 0; i < config.layers; ++i) {
    const std::string name = "h.layers." + std::to_string(i) + ".";
    const auto at = [&](const char* of) { return tensors.at(name + of); };
    layers.push_back({at("self_attn.in_proj_weight"), at("self_attn.in_proj_bias"), at("self_attn.out_proj.weight"),
                      at("self_attn.out_proj.bias"), at("linear1.weight"), at("linear1.bias"), at("linear2.weight"),
                      at("linear2.bias"), at("norm1.weight"), at("norm1.bias"), at("norm2.weight"), at("norm2.bias")});
  }
  embedding = tensors.at("ar_audio_embedding.word_embeddings.weight");
  alpha = tensors.at("ar_audio_position.alpha");
  predict = tensors.at("ar_predict_layer.weight");
}

FixedStep::FixedStep(const StepWeights& weights, at::Tensor keys, at::Tensor values, std::int64_t length,
                     std::int64_t audio)
    : weights_(weights), keys_(std::move(keys)), values_(std::move(values)) {
  const at::TensorOptions device = at::TensorOptions().device(keys_.device());
  const int width = weights_.config.width;
  token_ = at::zeros({1}, device.dtype(at::kLong));
  place_ = at::full({1}, length, device.dtype(at::kLong));
  audio_ = at::full({1}, static_cast<double>(audio), device.dtype(at::kFloat));
  columns_ = at::arange(keys_.size(2), device.dtype(at::kLong));
  rates_ = at::exp(at::arange(0, width, 2, device.dtype(at::kFloat)) * -(std::log(10000.0) / width));
  logits_ = at::zeros({weights_.config.vocab}, device.dtype(at::kFloat));
}

// The first step runs as it is, which also makes torch ready for a recording; the second is recorded.
const at::Tensor& FixedStep::operator()(std::int32_t token) {
  token_.fill_(token);
  if (recorded_) {
    graph_.replay();
  } else {
    run();
    if (++steps_ == 2) record();
  }
  return logits_;
}

// A recording is used only if it says of the same token what was just said without it.
void FixedStep::record() {
  if (!graph_.record([this] { run(); })) return;
  const at::Tensor wanted = logits_.clone();
  place_.sub_(1);
  audio_.sub_(1);
  graph_.replay();
  const double error = (logits_ - wanted).abs().max().item<double>();
  recorded_ = error <= kAlike * wanted.abs().max().item<double>();
  logits_.copy_(wanted);
}

void FixedStep::run() {
  const at::ScalarType type = weights_.embedding.scalar_type();
  const at::Tensor angles = audio_ * rates_;
  const at::Tensor position = at::stack({angles.sin(), angles.cos()}, -1).flatten().to(type);
  at::Tensor x = weights_.embedding.index_select(0, token_) + weights_.alpha * position;  // [1, width]
  const at::Tensor seen = (columns_ <= place_).view({1, 1, 1, -1});
  const std::vector<std::int64_t> width{weights_.config.width};
  for (int i = 0; i < weights_.config.layers; ++i) {
    const StepWeights::Layer& layer = weights_.layers[static_cast<std::size_t>(i)];
    x = at::layer_norm(x + attend(layer, i, x, seen), width, layer.norm1, layer.norm1_bias);
    const at::Tensor y = at::linear(at::relu(at::linear(x, layer.up, layer.up_bias)), layer.down, layer.down_bias);
    x = at::layer_norm(x + y, width, layer.norm2, layer.norm2_bias);
  }
  logits_.copy_(at::linear(x, weights_.predict)[0]);
  place_.add_(1);
  audio_.add_(1);
}

at::Tensor FixedStep::attend(const StepWeights::Layer& layer, std::int64_t index, const at::Tensor& x,
                             const at::Tensor& seen) {
  const std::int64_t heads = weights_.config.heads, room = keys_.size(2);
  const std::vector<at::Tensor> qkv =
      at::linear(x, layer.in, layer.in_bias).unsqueeze(0).chunk(3, -1);  // [1, 1, width]
  const at::Tensor keys = keys_[index].index_copy_(1, place_, qkv[1]);
  const at::Tensor values = values_[index].index_copy_(1, place_, qkv[2]);
  const auto split = [heads](const at::Tensor& t, std::int64_t rows) {
    return t.view({1, rows, heads, -1}).transpose(1, 2);
  };
  const at::Tensor mixed =
      at::scaled_dot_product_attention(split(qkv[0].contiguous(), 1), split(keys, room), split(values, room), seen);
  return at::linear(mixed.reshape({1, -1}), layer.out, layer.out_bias);
}

}  // namespace gsv::semantic
