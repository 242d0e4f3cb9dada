#include "acoustic/linear.h"

#include <string_view>

#include "acoustic/tensor_values.h"
#include "kernels/kernels.h"

namespace gsv::acoustic {
namespace {

bool packs(const at::Tensor& weight) {
  const std::string_view body = kernels::detect().name;
  return weight.is_cpu() && (body == "avx512" || body == "avx2");
}

at::Tensor side_by_side(const std::vector<torch::jit::Module>& modules, const char* name) {
  std::vector<at::Tensor> parts;
  for (const torch::jit::Module& module : modules) parts.push_back(module.attr(name).toTensor());
  return parts.size() == 1 ? parts[0] : at::cat(parts);
}

}  // namespace

Linear::Linear(const std::vector<torch::jit::Module>& modules, Arithmetic arithmetic)
    : weight_(side_by_side(modules, "weight")), bias_(side_by_side(modules, "bias")) {
  if (packs(weight_)) {
    packed_.emplace(values_of(weight_.contiguous()), values_of(bias_.contiguous()), arithmetic == Arithmetic::kInteger);
    weight_.reset();
    bias_.reset();
  }
  if (!packed_ && modules.size() == 1) return;
  for (const torch::jit::Module& module : modules) {
    at::Tensor weight = module.attr("weight").toTensor();
    weight.set_data(at::empty({0}, weight.options()));
  }
}

at::Tensor Linear::weight() const { return packed_ ? packed_->weight() : weight_; }

at::Tensor Linear::operator()(const at::Tensor& x) const {
  return packed_ ? (*packed_)(x) : at::linear(x, weight_, bias_);
}

at::Tensor Linear::gelu(const at::Tensor& x) const {
  at::Tensor y = (*this)(x);
  return at::gelu_(y, "tanh");
}

}  // namespace gsv::acoustic
