#include "acoustic/linear.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <optional>
#include <string_view>

#include "kernels/kernels.h"

namespace gsv::acoustic {
namespace {

// Rows that the packed layout is chosen for: about what a chunk of speech and its prompt have.
constexpr std::int64_t kTypicalRows = 1000;
constexpr std::int64_t kSmallest = 64;  // a packed layout pads smaller matrices more than it speeds them up

// torch keeps both for its compiler; a build without oneDNN has neither.
std::optional<c10::OperatorHandle> onednn(const char* name) {
  return c10::Dispatcher::singleton().findSchema({name, ""});
}

bool packs(const at::Tensor& weight) {
  static const bool able = std::string_view(kernels::detect().name) == "avx512" &&
                           onednn("mkldnn::_reorder_linear_weight") && onednn("mkldnn::_linear_pointwise");
  return able && weight.is_cpu() && weight.size(0) >= kSmallest && weight.size(1) >= kSmallest;
}

at::Tensor pack(const at::Tensor& weight) {
  static const c10::OperatorHandle reorder = *onednn("mkldnn::_reorder_linear_weight");
  torch::jit::Stack stack{weight, kTypicalRows};
  reorder.callBoxed(&stack);
  return stack.at(0).toTensor();
}

at::Tensor multiply(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const char* then,
                    const char* way) {
  static const c10::OperatorHandle linear = *onednn("mkldnn::_linear_pointwise");
  torch::jit::Stack stack{x, weight, bias, then, c10::List<std::optional<at::Scalar>>(), way};
  linear.callBoxed(&stack);
  return stack.at(0).toTensor();
}

at::Tensor side_by_side(const std::vector<torch::jit::Module>& modules, const char* name) {
  std::vector<at::Tensor> parts;
  for (const torch::jit::Module& module : modules) parts.push_back(module.attr(name).toTensor());
  return parts.size() == 1 ? parts[0] : at::cat(parts);
}

}  // namespace

Linear::Linear(const std::vector<torch::jit::Module>& modules, Arithmetic arithmetic)
    : weight_(side_by_side(modules, "weight")), bias_(side_by_side(modules, "bias")) {
  packed_ = packs(weight_);
  if (packed_ && arithmetic == Arithmetic::kBfloat16 && kernels::multiplies_bfloat16()) {
    weight_ = weight_.to(at::kBFloat16);
    bias_ = bias_.to(at::kBFloat16);
  }
  if (packed_) weight_ = pack(weight_);
  if (!packed_ && modules.size() == 1) return;
  for (const torch::jit::Module& module : modules) {
    at::Tensor weight = module.attr("weight").toTensor();
    weight.set_data(at::empty({0}, weight.options()));
  }
}

at::Tensor Linear::weight() const { return packed_ ? weight_.to_dense().to(at::kFloat) : weight_; }

at::Tensor Linear::operator()(const at::Tensor& x) const {
  if (!packed_) return at::linear(x, weight_, bias_);
  return multiply(x.to(bias_.scalar_type()).contiguous(), weight_, bias_, "none", "").to(at::kFloat);
}

at::Tensor Linear::gelu(const at::Tensor& x) const {
  if (!packed_) return at::gelu(at::linear(x, weight_, bias_), "tanh");
  return multiply(x.to(bias_.scalar_type()).contiguous(), weight_, bias_, "gelu", "tanh").to(at::kFloat);
}

}  // namespace gsv::acoustic
