#include "acoustic/ap_bwe.h"

#include <algorithm>

#include "acoustic/stop.h"

namespace gsv::acoustic {
namespace {

constexpr double kEps = 1e-6;         // of the norms
constexpr double kFloor = 1e-4;       // under the logarithm of an amplitude
constexpr std::int64_t kRows = 1024;  // frames at a time: some tens of milliseconds, and what `Linear` is packed for

at::Tensor as_image(const at::Tensor& rows) {  // [T, C] -> [1, C, 1, T], the same memory
  return rows.t().unsqueeze(0).unsqueeze(2).contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor as_rows(const at::Tensor& image) { return image.squeeze(2).squeeze(0).t().contiguous(); }

}  // namespace

at::Tensor ApBwe::Norm::operator()(const at::Tensor& x) const {
  return at::layer_norm(x, weight.sizes(), weight, bias, kEps);
}

void ApBwe::Block::add_to(at::Tensor& x, const std::stop_token& stop) const {
  const at::Tensor y = as_rows(spread(as_image(x)));
  for (std::int64_t begin = 0; begin < x.size(0); begin += kRows) {
    check(stop);
    const std::int64_t count = std::min(kRows, x.size(0) - begin);
    const at::Tensor part = narrow(at::gelu(wide(norm(y.narrow(0, begin, count)))));
    x.narrow(0, begin, count).addcmul_(part, gamma);
  }
}

ApBwe::Stream ApBwe::stream(const torch::jit::Module& module, const std::string& name, std::size_t layers) {
  const auto norm = [](const torch::jit::Module& of) {
    return Norm{of.attr("weight").toTensor(), of.attr("bias").toTensor()};
  };
  const auto part = [&](const std::string& prefix) { return module.attr(prefix + name).toModule(); };
  Stream out{same_length(part("conv_pre_"), 1), norm(part("norm_pre_")), norm(part("norm_post_")), {}};
  for (std::size_t i = 0; i < layers; ++i) {
    const torch::jit::Module block = child(module, "convnext_" + name, i);
    const auto of = [&block](const char* layer) { return block.attr(layer).toModule(); };
    out.blocks.push_back({each_channel(of("dwconv")), norm(of("norm")), Linear(of("pwconv1")), Linear(of("pwconv2")),
                          block.attr("gamma").toTensor()});
  }
  return out;
}

ApBwe::ApBwe(const torch::jit::Module& module)
    : fft_size_(module.attr("n_fft").toInt()),
      hop_(module.attr("hop_size").toInt()),
      window_size_(module.attr("win_size").toInt()),
      added_(module.attr("linear_post_mag").toModule()),
      complex_({module.attr("linear_post_pha_r").toModule(), module.attr("linear_post_pha_i").toModule()}) {
  const auto layers = static_cast<std::size_t>(module.attr("layers").toInt());
  amplitude_ = stream(module, "mag", layers);
  phase_ = stream(module, "pha", layers);
}

ApBwe::Spectrum ApBwe::analyse(const at::Tensor& wave) const {
  const at::Tensor window = at::hann_window(window_size_, wave.options());
  const at::Tensor bins = at::stft(wave, fft_size_, hop_, window_size_, window, /*center=*/true, "reflect",
                                   /*normalized=*/false, /*onesided=*/true, /*return_complex=*/true);
  return {(bins.abs() + kFloor).log_().t().contiguous(), bins.angle().t().contiguous()};
}

ApBwe::Spectrum ApBwe::extend(const Spectrum& given, const std::stop_token& stop) const {
  at::Tensor x = amplitude_.first(as_rows(amplitude_.pre(as_image(given.amplitude), stop)));
  at::Tensor y = phase_.first(as_rows(phase_.pre(as_image(given.phase), stop)));
  for (std::size_t i = 0; i < amplitude_.blocks.size(); ++i) {
    x = x + y;
    y = y + x;
    amplitude_.blocks[i].add_to(x, stop);
    phase_.blocks[i].add_to(y, stop);
  }
  check(stop);
  const std::vector<at::Tensor> parts = complex_(phase_.last(y)).chunk(2, 1);
  check(stop);
  return {given.amplitude + added_(amplitude_.last(x)), at::atan2(parts[1], parts[0])};
}

at::Tensor ApBwe::synthesise(const Spectrum& spectrum) const {
  const at::Tensor window = at::hann_window(window_size_, spectrum.phase.options());
  const at::Tensor bins = at::polar(spectrum.amplitude.exp(), spectrum.phase);
  return at::istft(bins.t(), fft_size_, hop_, window_size_, window);
}

at::Tensor ApBwe::operator()(const at::Tensor& given, const std::stop_token& stop) const {
  const std::int64_t samples = given.size(0) / hop_ * hop_;
  at::Tensor wave = given;
  // Its edges are reflected by half a transform; what is shorter has not so much.
  if (wave.size(0) <= fft_size_ / 2) wave = at::constant_pad_nd(wave, {0, fft_size_ / 2 + 1 - wave.size(0)});
  return synthesise(extend(analyse(wave), stop)).narrow(0, 0, samples);
}

}  // namespace gsv::acoustic
