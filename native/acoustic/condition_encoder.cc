#include "acoustic/condition_encoder.h"

#include <string>

#include "acoustic/stop.h"
#include "error.h"

namespace gsv::acoustic {
namespace {

constexpr double kBridgeSlope = 0.01;  // torch's default

void check_taps(std::int64_t taps) {
  if (taps % 2 == 1) return;
  throw Error(code::kUnsupportedConfig,
              "the condition encoder (wns1.enc.in_layers) has kernels of " + std::to_string(taps) +
                  " taps; their number must be odd",
              "s2");
}

at::Tensor as_image(const at::Tensor& x) { return x.unsqueeze(2).contiguous(at::MemoryFormat::ChannelsLast); }

}  // namespace

ConditionEncoder::ConditionEncoder(const torch::jit::Module& s2) {
  const torch::jit::Module encoder = s2.attr("wns1").toModule(), wavenet = encoder.attr("enc").toModule();
  bridge_ = same_length(child(s2, "bridge", 0), 1);
  pre_ = same_length(encoder.attr("pre").toModule(), 1);
  post_ = same_length(encoder.attr("proj").toModule(), 1);
  style_ = same_length(wavenet.attr("cond_layer").toModule(), 1);
  const std::size_t layers = wavenet.attr("in_layers").toModule().children().size();
  for (std::size_t i = 0; i < layers; ++i) {
    inner_.push_back(same_length(child(wavenet, "in_layers", i), 1));
    check_taps(inner_.back().weight.size(3));
    outer_.push_back(same_length(child(wavenet, "res_skip_layers", i), 1));
  }
}

std::vector<at::Tensor> ConditionEncoder::operator()(const at::Tensor& latent, const at::Tensor& style, double scale,
                                                     std::int64_t frames, const std::stop_token& stop) const {
  const at::Tensor bridge = at::leaky_relu(bridge_(as_image(latent)), kBridgeSlope).squeeze(2);
  const double scales[] = {scale};
  at::Tensor x = at::upsample_nearest1d(bridge, std::nullopt, c10::ArrayRef<double>(scales));
  const at::Tensor mask = at::arange(x.size(2), x.options()).lt(frames).to(x.scalar_type()).view({1, 1, 1, -1});
  check(stop);
  x = pre_(as_image(x)) * mask;
  const at::Tensor hidden = wavenet(x, mask, style, stop);
  check(stop);
  return {bridge, x.squeeze(2), hidden.squeeze(2), (post_(hidden) * mask).squeeze(2)};
}

at::Tensor ConditionEncoder::wavenet(const at::Tensor& given, const at::Tensor& mask, const at::Tensor& style,
                                     const std::stop_token& stop) const {
  const std::int64_t channels = given.size(1);
  const std::vector<at::Tensor> styles = style_(as_image(style)).chunk(static_cast<std::int64_t>(inner_.size()), 1);
  at::Tensor x = given, sum = at::zeros_like(x);
  for (std::size_t i = 0; i < inner_.size(); ++i) {
    const std::vector<at::Tensor> halves = inner_[i](x, stop).add_(styles[i]).chunk(2, 1);
    check(stop);
    const at::Tensor gated = at::tanh(halves[0]).mul_(at::sigmoid(halves[1]));
    const at::Tensor y = outer_[i](gated.contiguous(at::MemoryFormat::ChannelsLast));
    if (y.size(1) > channels) x = (x + y.narrow(1, 0, channels)).mul_(mask);  // the last layer passes nothing on
    sum.add_(y.narrow(1, y.size(1) - channels, channels));
  }
  return sum.mul_(mask);
}

}  // namespace gsv::acoustic
