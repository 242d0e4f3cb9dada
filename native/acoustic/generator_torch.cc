#include "acoustic/generator_torch.h"

#include "acoustic/stop.h"

namespace gsv::acoustic {
namespace {

constexpr double kSlope = 0.1;       // leaky ReLU inside the generator
constexpr double kLastSlope = 0.01;  // before the last convolution upstream leaves torch's default

constexpr std::size_t kConvolutions2 = 2;  // of the second kind of residual block; no config field sets it

TorchResidualBlock residual_block(const torch::jit::Module& block, const std::vector<std::int64_t>& dilations,
                                  bool first_kind) {
  const std::size_t count = first_kind ? kConvolutions1 : kConvolutions2;
  TorchResidualBlock out;
  for (std::size_t d = 0; d < count; ++d) {
    out.first.push_back(same_length(child(block, first_kind ? "convs1" : "convs", d), dilations.at(d)));
    if (first_kind) out.second.push_back(same_length(child(block, "convs2", d), 1));
  }
  return out;
}

at::Tensor run(const TorchResidualBlock& block, at::Tensor x, const std::stop_token& stop) {
  for (std::size_t i = 0; i < block.first.size(); ++i) {
    check(stop);
    at::Tensor y = block.first[i](at::leaky_relu(x, kSlope));
    if (!block.second.empty()) y = block.second[i](at::leaky_relu_(y, kSlope));
    x = y.add_(x);
  }
  return x;
}

}  // namespace

TorchGenerator::TorchGenerator(const torch::jit::Module& s2, const torch::jit::Module& dec) {
  const std::vector<std::int64_t> rates = s2.attr("upsample_rates").toIntVector();
  const c10::List<c10::IValue> dilations = s2.attr("resblock_dilation_sizes").toList();
  const bool first_kind = s2.attr("resblock_1").toBool();

  pre_ = same_length(dec.attr("conv_pre").toModule(), 1);
  post_ = same_length(dec.attr("conv_post").toModule(), 1);
  if (dec.hasattr("cond")) condition_ = same_length(dec.attr("cond").toModule(), 1);
  for (std::size_t i = 0; i < rates.size(); ++i) {
    ups_.push_back(upsampling(child(dec, "ups", i), rates[i]));
    std::vector<TorchResidualBlock>& stage = blocks_.emplace_back();
    for (std::size_t k = 0; k < dilations.size(); ++k) {
      const torch::jit::Module block = child(dec, "resblocks", i * dilations.size() + k);
      stage.push_back(residual_block(block, dilations.get(k).toIntVector(), first_kind));
    }
  }
}

at::Tensor TorchGenerator::operator()(const at::Tensor& z, const at::Tensor& style, std::stop_token stop) const {
  at::Tensor x = pre_(z.unsqueeze(2).contiguous(at::MemoryFormat::ChannelsLast));
  if (style.defined()) x = x + condition_(style.unsqueeze(2));
  for (std::size_t i = 0; i < ups_.size(); ++i) {
    check(stop);
    x = ups_[i](at::leaky_relu_(x, kSlope));
    at::Tensor sum;
    for (const TorchResidualBlock& block : blocks_[i]) {
      at::Tensor y = run(block, x, stop);
      sum = sum.defined() ? sum.add_(y) : y;
    }
    x = sum.div_(static_cast<double>(blocks_[i].size()));
  }
  check(stop);
  return at::tanh(post_(at::leaky_relu_(x, kLastSlope))).flatten();
}

}  // namespace gsv::acoustic
