// A linear map of many rows. On a CPU with AVX2 or more it is packed for the own kernels, which multiply faster than
// the BLAS that torch calls (Zen 5, one core, 960 x 1024 x 2048: 250 GFLOP/s, with AVX2 alone 130, against 103).
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <optional>
#include <vector>

#include "blueprint/packed_map.h"

namespace gsv::acoustic {

enum class Arithmetic {
  kFloat,
  kInteger,  // as blueprint::PackedMap does: 420 GFLOP/s there, with AVX2 alone 205
};

class Linear {
 public:
  Linear() = default;
  // Of modules with `weight` and `bias`, their outputs side by side. Where they are packed, the modules lose their
  // weights: no network is kept twice.
  explicit Linear(const std::vector<torch::jit::Module>& modules, Arithmetic arithmetic = Arithmetic::kFloat);
  explicit Linear(const torch::jit::Module& module, Arithmetic arithmetic = Arithmetic::kFloat)
      : Linear(std::vector<torch::jit::Module>{module}, arithmetic) {}

  at::Tensor operator()(const at::Tensor& x) const;  // [..., inputs] -> [..., outputs]
  at::Tensor gelu(const at::Tensor& x) const;        // of what that gives, by its approximation with tanh

  at::Tensor weight() const;  // [outputs, inputs], a copy where it is packed

 private:
  at::Tensor weight_, bias_;  // unless it is packed
  std::optional<blueprint::PackedMap> packed_;
};

}  // namespace gsv::acoustic
