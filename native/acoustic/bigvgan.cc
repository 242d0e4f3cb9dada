#include "acoustic/bigvgan.h"

#include <ATen/Parallel.h>

#include <string>

#include "acoustic/stop.h"
#include "error.h"
#include "kernels/kernels.h"

namespace gsv::acoustic {
namespace {

constexpr double kEps = 1e-9;         // under the activation's divisor
constexpr std::int64_t kGrain = 512;  // positions that are worth a thread
constexpr std::int64_t kMostDilation = 4096;

AliasFree alias_free(const torch::jit::Module& module, bool logarithmic) {
  const torch::jit::Module act = module.attr("act").toModule();
  at::Tensor alpha = act.attr("alpha").toTensor(), beta = act.attr("beta").toTensor();
  if (logarithmic) {
    alpha = alpha.exp();
    beta = beta.exp();
  }
  const torch::jit::Module lowpass = module.attr("downsample").toModule().attr("lowpass").toModule();
  return {module.attr("upsample").toModule().attr("filter").toTensor().flatten() * 2,
          lowpass.attr("filter").toTensor().flatten(), alpha, (beta + kEps).reciprocal()};
}

BlockConvolution block_convolution(const torch::jit::Module& module, std::int64_t dilation, kernels::ThreadPool& pool) {
  if (dilation < 1 || dilation > kMostDilation) {
    throw Error(code::kUnsupportedConfig,
                "resblock_dilation_sizes holds " + std::to_string(dilation) + "; it must hold numbers from 1 to " +
                    std::to_string(kMostDilation),
                "vocoder");
  }
  BlockConvolution out;
  if (WinogradConvolution::fits(module)) {
    out.own.emplace(module, dilation, pool);
  } else {
    out.other = same_length(module, dilation);
  }
  return out;
}

}  // namespace

at::Tensor AliasFree::operator()(const at::Tensor& x) const {
  const bool fits = x.is_cpu() && x.size(1) >= kernels::kPanel && up.size(0) == kernels::kSnakeTaps;
  return fits ? in_one_pass(x) : by_parts(x);
}

at::Tensor AliasFree::in_one_pass(const at::Tensor& given) const {
  const at::Tensor x = given.contiguous(at::MemoryFormat::ChannelsLast);
  at::Tensor y = at::empty_like(x);
  kernels::SnakeSpan span;
  span.x = x.const_data_ptr<float>();
  span.y = y.mutable_data_ptr<float>();
  span.x_stride = span.y_stride = span.channels = static_cast<int>(x.size(1));
  span.length = static_cast<int>(x.size(3));
  span.frequency = frequency.const_data_ptr<float>();
  span.reciprocal = reciprocal.const_data_ptr<float>();
  span.up = up.const_data_ptr<float>();
  span.down = down.const_data_ptr<float>();
  const auto& kernel = kernels::detect();
  at::parallel_for(0, span.length, kGrain, [&](std::int64_t begin, std::int64_t end) {
    kernels::SnakeSpan part = span;
    part.begin = static_cast<int>(begin);
    part.end = static_cast<int>(end);
    kernel.snake(part);
  });
  return y;
}

at::Tensor AliasFree::by_parts(const at::Tensor& x) const {
  const std::int64_t channels = x.size(1), taps = up.size(0), half = taps / 2, edge = 3 * half - 3;
  const std::int64_t none[] = {0};  // no padding
  const auto filter = [&](const at::Tensor& f) { return f.expand({channels, 1, taps}); };
  at::Tensor y = at::replication_pad1d(x.squeeze(2), {half - 1, half - 1});
  y = at::conv_transpose1d(y, filter(up), {}, 2, 0, 0, channels);
  y = y.narrow(2, edge, y.size(2) - 2 * edge);
  y = y + reciprocal.unsqueeze(1) * (y * frequency.unsqueeze(1)).sin_().square_();
  y = at::conv1d(at::replication_pad1d(y, {half - 1, half}), filter(down), {}, 2, c10::IntArrayRef(none), 1, channels);
  return y.unsqueeze(2).contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor BlockConvolution::operator()(const at::Tensor& x, const at::Tensor& added,
                                        const std::stop_token& stop) const {
  if (own) return (*own)(x, added, stop);
  const at::Tensor y = other(x, stop);
  return added.defined() ? y.add_(added) : y;
}

BigVgan::BigVgan(const torch::jit::Module& module, kernels::ThreadPool& pool)
    : ends_in_tanh_(module.attr("use_tanh_at_final").toBool()),
      pre_(same_length(module.attr("conv_pre").toModule(), 1)),
      post_(same_length(module.attr("conv_post").toModule(), 1)) {
  const std::vector<std::int64_t> rates = module.attr("upsample_rates").toIntVector();
  const c10::List<c10::IValue> dilations = module.attr("resblock_dilation_sizes").toList();
  const bool logarithmic = module.attr("snake_logscale").toBool();
  last_ = alias_free(module.attr("activation_post").toModule(), logarithmic);
  for (std::size_t i = 0; i < rates.size(); ++i) {
    ups_.push_back(upsampling(child(child(module, "ups", i), 0), rates[i]));
    std::vector<Block>& stage = blocks_.emplace_back();
    for (std::size_t k = 0; k < dilations.size(); ++k) {
      const torch::jit::Module block = child(module, "resblocks", i * dilations.size() + k);
      const std::vector<std::int64_t> sizes = dilations.get(k).toIntVector();
      Block& out = stage.emplace_back();
      for (std::size_t d = 0; d < kConvolutions1; ++d) {
        out.first.push_back(block_convolution(child(block, "convs1", d), sizes.at(d), pool));
        out.second.push_back(block_convolution(child(block, "convs2", d), 1, pool));
        for (const std::size_t of : {2 * d, 2 * d + 1}) {
          out.activations.push_back(alias_free(child(block, "activations", of), logarithmic));
        }
      }
    }
  }
}

at::Tensor BigVgan::run(const Block& block, at::Tensor x, const std::stop_token& stop) {
  for (std::size_t i = 0; i < block.first.size(); ++i) {
    const at::Tensor y = block.first[i](block.activations[2 * i](x), at::Tensor(), stop);
    x = block.second[i](block.activations[2 * i + 1](y), x, stop);
  }
  return x;
}

at::Tensor BigVgan::operator()(const at::Tensor& mel, const std::stop_token& stop) const {
  at::Tensor x = pre_(mel.unsqueeze(2).contiguous(at::MemoryFormat::ChannelsLast));
  for (std::size_t i = 0; i < ups_.size(); ++i) {
    check(stop);
    x = ups_[i](x);
    at::Tensor sum;
    for (const Block& block : blocks_[i]) {
      const at::Tensor y = run(block, x, stop);
      sum = sum.defined() ? sum.add_(y) : y;
    }
    x = sum.div_(static_cast<double>(blocks_[i].size()));
  }
  check(stop);
  x = post_(last_(x)).flatten();
  return ends_in_tanh_ ? x.tanh_() : x.clamp_(-1, 1);
}

}  // namespace gsv::acoustic
