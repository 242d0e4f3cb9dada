// A linear map of a module on the packed kernels, in half precision where the module holds it so: half the memory to
// hold and to read, the same products.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <vector>

#include "kernels/pack.h"

namespace gsv::blueprint {

class PackedMap {
 public:
  // Of modules with `weight` and `bias` on the CPU, their outputs side by side. The modules lose their weights.
  explicit PackedMap(const std::vector<torch::jit::Module>& modules);

  at::Tensor operator()(const at::Tensor& x) const;  // [..., inputs] -> [..., outputs]

 private:
  kernels::PackedLinear packed_;
};

// A parameter in single precision.
at::Tensor parameter(const torch::jit::Module& module, const char* name);

// A module further in: inner(m, {"a", "b"}) is m.a.b.
torch::jit::Module inner(const torch::jit::Module& module, std::initializer_list<const char*> path);

}  // namespace gsv::blueprint
