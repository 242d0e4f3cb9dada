#include "acoustic/winograd_convolution.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "acoustic/stop.h"
#include "acoustic/tensor_values.h"
#include "kernels/buffer.h"
#include "kernels/kernels.h"

namespace gsv::acoustic {
namespace {

constexpr std::int64_t kWidest = 384;
constexpr std::int64_t kSpan = 960;  // positions between two looks at the stop token; some milliseconds

kernels::WinogradSpan whole(const at::Tensor& x, const at::Tensor& added, at::Tensor& y) {
  kernels::WinogradSpan span;
  span.x = x.const_data_ptr<float>();
  span.x_stride = x.size(1);
  span.x_end = static_cast<int>(x.size(3));
  span.y = y.mutable_data_ptr<float>();
  span.y_stride = y.size(1);
  if (added.defined()) {
    span.added = added.const_data_ptr<float>();
    span.added_stride = added.size(1);
  }
  return span;
}

}  // namespace

bool WinogradConvolution::fits(const torch::jit::Module& module) {
  const at::Tensor weight = module.attr("weight").toTensor();
  const auto fills = [](std::int64_t channels) { return channels % kernels::kPanel == 0 && channels <= kWidest; };
  return weight.is_cpu() && fills(weight.size(0)) && fills(weight.size(1)) && weight.size(2) % 2 == 1;
}

WinogradConvolution::WinogradConvolution(const torch::jit::Module& module, std::int64_t dilation,
                                         kernels::ThreadPool& pool) {
  const at::Tensor weight = module.attr("weight").toTensor().to(at::kFloat).contiguous();
  const at::Tensor bias = module.attr("bias").toTensor().to(at::kFloat).contiguous();
  const auto size = [&](int dim) { return static_cast<int>(weight.size(dim)); };
  packed_ = std::make_shared<const kernels::PackedWinograd>(values_of(weight), values_of(bias), size(0), size(1),
                                                            size(2), static_cast<int>(dilation), pool);
}

at::Tensor WinogradConvolution::operator()(const at::Tensor& given, const at::Tensor& given_added,
                                           const std::stop_token& stop) const {
  const kernels::Winograd& plan = packed_->plan();
  const at::Tensor x = given.contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor added = given_added.defined() ? given_added.contiguous(at::MemoryFormat::ChannelsLast) : given_added;
  const std::int64_t length = x.size(3);
  at::Tensor y = at::empty({1, plan.out, 1, length}, x.options(), at::MemoryFormat::ChannelsLast);
  const kernels::WinogradSpan all = whole(x, added, y);
  at::parallel_for(0, (length + kSpan - 1) / kSpan, 1, [&](std::int64_t begin, std::int64_t end) {
    kernels::Buffer<float> scratch(kernels::winograd_scratch(plan));
    for (std::int64_t i = begin; i < end && !stop.stop_requested(); ++i) {
      kernels::WinogradSpan part = all;
      part.begin = static_cast<int>(i * kSpan);
      part.end = static_cast<int>(std::min(length, (i + 1) * kSpan));
      kernels::detect().winograd(plan, part, kernels::winograd_block(plan), scratch.data());
    }
  });
  check(stop);
  return y;
}

}  // namespace gsv::acoustic
