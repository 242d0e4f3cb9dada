#include "acoustic/weights_reader.h"

#include "acoustic/tensor_values.h"

namespace gsv::acoustic {

std::span<const float> WeightsReader::values(const at::Tensor& tensor) {
  return values_of(kept_.emplace_back(tensor.to(at::kFloat).contiguous()));
}

ConvolutionWeights WeightsReader::sized(const at::Tensor& weight, const c10::IValue& bias) {
  ConvolutionWeights out;
  out.weight = values(weight);
  out.out = static_cast<int>(weight.size(0));
  out.in = static_cast<int>(weight.size(1));
  out.taps = weight.dim() > 2 ? static_cast<int>(weight.size(2)) : 1;
  if (bias.isTensor()) out.bias = values(bias.toTensor());
  return out;
}

ConvolutionWeights WeightsReader::same_length(const torch::jit::Module& module, std::int64_t dilation) {
  ConvolutionWeights out = sized(module.attr("weight").toTensor(), module.attr("bias"));
  out.dilation = static_cast<int>(dilation);
  return out;
}

ConvolutionWeights WeightsReader::upsampling(const torch::jit::Module& module, std::int64_t rate) {
  ConvolutionWeights out = sized(module.attr("weight").toTensor(), module.attr("bias"));
  std::swap(out.in, out.out);
  out.rate = static_cast<int>(rate);
  return out;
}

ConvolutionWeights WeightsReader::side_by_side(const std::vector<torch::jit::Module>& modules) {
  std::vector<at::Tensor> weights, biases;
  for (const torch::jit::Module& module : modules) {
    weights.push_back(module.attr("weight").toTensor());
    biases.push_back(module.attr("bias").toTensor());
  }
  return sized(at::cat(weights), at::cat(biases));
}

void drop_weights(const torch::jit::Module& module) {
  for (const auto& slot : module.named_parameters()) slot.value.set_data(at::empty({0}, slot.value.options()));
}

}  // namespace gsv::acoustic
