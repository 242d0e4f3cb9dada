// A linear map of many rows. Where the CPU has AVX-512, the weight is packed once for oneDNN, which then multiplies
// two to three times as fast as the BLAS that torch calls (Zen 5, one core, 900 x 1024 x 2048: 235 against 103 GFLOP/s,
// and 420 in bfloat16).
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <vector>

namespace gsv::acoustic {

enum class Arithmetic {
  kFloat,
  kBfloat16,  // 8 bits of each factor, sums in float, where the CPU multiplies them; else float
};

class Linear {
 public:
  Linear() = default;
  // Of modules with `weight` and `bias`, their outputs side by side. Where the weight is packed, the modules lose
  // theirs: no network is kept twice.
  explicit Linear(const std::vector<torch::jit::Module>& modules, Arithmetic arithmetic = Arithmetic::kFloat);
  explicit Linear(const torch::jit::Module& module, Arithmetic arithmetic = Arithmetic::kFloat)
      : Linear(std::vector<torch::jit::Module>{module}, arithmetic) {}

  at::Tensor operator()(const at::Tensor& x) const;  // [..., inputs] -> [..., outputs]
  at::Tensor gelu(const at::Tensor& x) const;        // of what that gives, by its approximation with tanh

  at::Tensor weight() const;  // [outputs, inputs], a copy where it is packed

 private:
  at::Tensor weight_, bias_;
  bool packed_ = false;
};

}  // namespace gsv::acoustic
