#include "acoustic/encoder_stack.h"

#include <algorithm>
#include <string>

#include "acoustic/convolution.h"
#include "acoustic/stop.h"

namespace gsv::acoustic {
namespace {

constexpr int kRowsPerClaim = 16;

kernels::Buffer<float> buffer_of(std::span<const float> values) {
  kernels::Buffer<float> out(kernels::padded(static_cast<int>(values.size())));
  std::copy(values.begin(), values.end(), out.data());
  return out;
}

// [1, distances, head_dim] -> rows padded to 16.
kernels::Buffer<float> padded_rows(const at::Tensor& embeddings, WeightsReader& reader) {
  const std::span<const float> values = reader.values(embeddings);
  const auto count = static_cast<int>(embeddings.size(1)), width = static_cast<int>(embeddings.size(2));
  kernels::Buffer<float> out(static_cast<std::size_t>(count) * kernels::padded(width));
  for (int i = 0; i < count; ++i) {
    std::copy_n(values.data() + std::int64_t{i} * width, width, out.data() + std::int64_t{i} * kernels::padded(width));
  }
  return out;
}

}  // namespace

EncoderStack::EncoderStack(const torch::jit::Module& module, int layers, int heads, const kernels::Kernels& kernels,
                           kernels::ThreadPool& pool)
    : heads_(heads), kernels_(kernels), pool_(pool) {
  for (int i = 0; i < layers; ++i) {
    WeightsReader reader;
    const auto part = [&](const char* list) { return child(module, list, i); };
    const torch::jit::Module attention = part("attn_layers"), feed_forward = part("ffn_layers");
    const auto of = [](const torch::jit::Module& owner, const char* name) { return owner.attr(name).toModule(); };
    const auto plain = [&](const torch::jit::Module& owner, const char* name) {
      return RowConvolution(reader.same_length(of(owner, name)), kernels, pool);
    };
    const auto norm = [&](const char* list) {
      const torch::jit::Module owner = part(list);
      return Norm{buffer_of(reader.values(owner.attr("gamma").toTensor())),
                  buffer_of(reader.values(owner.attr("beta").toTensor()))};
    };
    const at::Tensor distance_keys = attention.attr("emb_rel_k").toTensor();
    const ConvolutionWeights qkv =
        reader.side_by_side({of(attention, "conv_q"), of(attention, "conv_k"), of(attention, "conv_v")});
    layers_.push_back({RowConvolution(qkv, kernels, pool), plain(attention, "conv_o"), plain(feed_forward, "conv_1"),
                       plain(feed_forward, "conv_2"), norm("norm_layers_1"), norm("norm_layers_2"),
                       padded_rows(distance_keys, reader), padded_rows(attention.attr("emb_rel_v").toTensor(), reader),
                       static_cast<int>(distance_keys.size(1)) / 2});
    reach_ = std::max({reach_, layers_.back().up.reach(), layers_.back().down.reach()});
  }
}

void EncoderStack::operator()(Sequence& x, const std::stop_token& stop) const {
  if (layers_.empty()) return;
  const int length = x.length(), width = x.channels();
  Sequence qkv(length, 3 * width), attended(length, width), added(length, width);
  Sequence hidden(length, layers_.front().up.outputs(), reach_);
  const Heads heads(heads_, width / heads_, kernels_, pool_);
  for (const Layer& layer : layers_) {
    check(stop);
    layer.qkv.run(x, qkv);
    const Distances distances{layer.distance_keys.data(), layer.distance_values.data(), layer.reach};
    heads.attend({&qkv, 0}, {&qkv, width}, {&qkv, 2 * width}, distances, attended);
    layer.out.run(attended, added);
    add_norm(layer.norm_1, added, x);
    layer.up.run(x, hidden, After::kRelu);
    layer.down.run(hidden, added);
    add_norm(layer.norm_2, added, x);
  }
}

void EncoderStack::add_norm(const Norm& norm, const Sequence& added, Sequence& x) const {
  const int length = x.length();
  pool_.run((length + kRowsPerClaim - 1) / kRowsPerClaim, [&](int chunk, int) {
    const int end = std::min(length, (chunk + 1) * kRowsPerClaim);
    for (int t = chunk * kRowsPerClaim; t < end; ++t) {
      kernels_.add_layer_norm(x.row(t), added.row(t), norm.weight.data(), norm.bias.data(), x.channels());
    }
  });
}

}  // namespace gsv::acoustic
