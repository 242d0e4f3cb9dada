#include "acoustic/convolution.h"

#include <algorithm>
#include <vector>

#include "acoustic/stop.h"

namespace gsv::acoustic {
namespace {

constexpr double kLongest = 4e9;  // products of a part: some tens of milliseconds

// Voices that share the module share the weight: the module is given the one layout that all of them use.
at::Tensor channels_last(const torch::jit::Module& module) {  // [out, in, k] -> [out, in, 1, k]
  at::Tensor stored = module.attr("weight").toTensor();
  const at::Tensor weight = stored.unsqueeze(2).contiguous(at::MemoryFormat::ChannelsLast);
  stored.set_data(weight.squeeze(2));
  return weight;
}

Convolution convolution(const torch::jit::Module& module) {
  Convolution out;
  out.weight = channels_last(module);
  const c10::IValue bias = module.attr("bias");
  if (bias.isTensor()) out.bias = bias.toTensor();
  return out;
}

}  // namespace

at::Tensor Convolution::operator()(const at::Tensor& x) const {
  const std::int64_t strides[] = {1, stride}, paddings[] = {0, padding}, dilations[] = {1, dilation};
  if (transposed) return at::conv_transpose2d(x, weight, bias, strides, paddings);
  return at::conv2d(x, weight, bias, strides, c10::IntArrayRef(paddings), dilations, groups);
}

at::Tensor Convolution::operator()(const at::Tensor& x, const std::stop_token& stop) const {
  check(stop);
  const std::int64_t frames = x.size(3);
  const auto part =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(kLongest / static_cast<double>(weight.numel())));
  if (frames <= part || transposed || stride != 1) return (*this)(x);
  Convolution inner = *this;
  inner.padding = 0;
  at::Tensor out = at::empty({1, weight.size(0), 1, frames}, x.options(), at::MemoryFormat::ChannelsLast);
  for (std::int64_t begin = 0; begin < frames; begin += part) {
    check(stop);
    const std::int64_t end = std::min(begin + part, frames);
    const std::int64_t first = std::max<std::int64_t>(0, begin - padding), last = std::min(frames, end + padding);
    at::Tensor held = x.narrow(3, first, last - first);
    const std::int64_t before = padding - (begin - first), after = padding - (last - end);
    if (before > 0 || after > 0) held = at::constant_pad_nd(held, {before, after});
    out.narrow(3, begin, end - begin).copy_(inner(held));
  }
  return out;
}

Convolution same_length(const torch::jit::Module& module, std::int64_t dilation) {
  Convolution out = convolution(module);
  out.dilation = dilation;
  out.padding = dilation * (out.weight.size(3) - 1) / 2;
  return out;
}

Convolution each_channel(const torch::jit::Module& module) {
  Convolution out = same_length(module, 1);
  out.groups = out.weight.size(0);
  return out;
}

Convolution upsampling(const torch::jit::Module& module, std::int64_t rate) {
  Convolution out = convolution(module);
  out.transposed = true;
  out.stride = rate;
  out.padding = (out.weight.size(3) - rate) / 2;
  return out;
}

torch::jit::Module child(const torch::jit::Module& list, std::size_t index) {
  return list.attr(std::to_string(index)).toModule();
}

torch::jit::Module child(const torch::jit::Module& module, const std::string& list, std::size_t index) {
  return child(module.attr(list).toModule(), index);
}

}  // namespace gsv::acoustic
