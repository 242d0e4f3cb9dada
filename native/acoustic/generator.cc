#include "acoustic/generator.h"

#include <string>
#include <utility>

#include "acoustic/tensor_values.h"
#include "acoustic/weights_reader.h"

namespace gsv::acoustic {
namespace {

constexpr std::size_t kConvolutions2 = 2;  // of the second kind of residual block; no config field sets it

HifiGanWeights::Block residual_block(WeightsReader& reader, const torch::jit::Module& module,
                                     const std::vector<std::int64_t>& dilations, bool first_kind) {
  const std::size_t count = first_kind ? kConvolutions1 : kConvolutions2;
  HifiGanWeights::Block out;
  for (std::size_t d = 0; d < count; ++d) {
    out.first.push_back(reader.same_length(child(module, first_kind ? "convs1" : "convs", d), dilations.at(d)));
    if (first_kind) out.second.push_back(reader.same_length(child(module, "convs2", d), 1));
  }
  return out;
}

HifiGanWeights read(WeightsReader& reader, const torch::jit::Module& owner, const torch::jit::Module& dec) {
  const std::vector<std::int64_t> rates = owner.attr("upsample_rates").toIntVector();
  const c10::List<c10::IValue> dilations = owner.attr("resblock_dilation_sizes").toList();
  const bool first_kind = owner.attr("resblock_1").toBool();
  HifiGanWeights out;
  out.pre = reader.same_length(dec.attr("conv_pre").toModule(), 1);
  out.post = reader.same_length(dec.attr("conv_post").toModule(), 1);
  for (std::size_t i = 0; i < rates.size(); ++i) {
    out.ups.push_back(reader.upsampling(child(dec, "ups", i), rates[i]));
    auto& stage = out.blocks.emplace_back();
    for (std::size_t k = 0; k < dilations.size(); ++k) {
      const torch::jit::Module block = child(dec, "resblocks", i * dilations.size() + k);
      stage.push_back(residual_block(reader, block, dilations.get(k).toIntVector(), first_kind));
    }
  }
  return out;
}

bool is_on_cpu(const torch::jit::Module& dec) {
  return dec.attr("conv_pre").toModule().attr("weight").toTensor().is_cpu();
}

}  // namespace

Generator::Generator(const torch::jit::Module& owner, const torch::jit::Module& dec,
                     std::shared_ptr<kernels::ThreadPool> pool) {
  if (!is_on_cpu(dec)) {
    torch_ = std::make_unique<const TorchGenerator>(owner, dec);
    return;
  }
  if (dec.hasattr("cond")) {
    const torch::jit::Module cond = dec.attr("cond").toModule();
    condition_weight_ = cond.attr("weight").toTensor().squeeze(2);
    condition_bias_ = cond.attr("bias").toTensor();
  }
  WeightsReader reader;
  own_ = std::make_unique<const HifiGan>(read(reader, owner, dec), std::move(pool));
}

void Generator::drop_packed(const torch::jit::Module& dec) {
  if (!is_on_cpu(dec)) return;
  for (const char* list : {"ups", "resblocks"}) drop_weights(dec.attr(list).toModule());
}

at::Tensor Generator::operator()(const at::Tensor& z, const at::Tensor& style, std::stop_token stop) const {
  if (torch_) return (*torch_)(z, style, std::move(stop));
  at::Tensor condition = at::empty({0});
  if (style.defined()) condition = at::linear(style.view({1, -1}), condition_weight_, condition_bias_).contiguous();
  const at::Tensor frames = z.squeeze(0).t().contiguous();
  const std::vector<float> wave =
      (*own_)(values_of(frames), static_cast<int>(frames.size(0)), values_of(condition), std::move(stop));
  return at::tensor(wave);
}

}  // namespace gsv::acoustic
