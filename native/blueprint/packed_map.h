// A linear map on the packed kernels, held in half precision where the file has it so: half the memory to hold and to
// read, the same products. Or in 8 bits.
#pragma once

#include <ATen/ATen.h>

#include <span>
#include <string>
#include <vector>

#include "blueprint/module.h"
#include "blueprint/weights.h"
#include "kernels/pack.h"

namespace gsv::blueprint {

class PackedMap {
 public:
  // Of the modules `names`, which have `weight` and `bias`, their outputs side by side. In 8 bits it multiplies with
  // activations of 14 bits.
  PackedMap(Weights& weights, const std::vector<std::string>& names, Held held);
  // Of a matrix [outputs, inputs]. `in_integers`: where the processor multiplies these faster, many rows are rounded to
  // 14 bits and the matrix to half precision, if that holds it to three digits: products are off by 3e-4 of the
  // largest.
  PackedMap(std::span<const float> weight, std::span<const float> bias, bool in_integers);

  at::Tensor operator()(const at::Tensor& x) const;  // [..., inputs] -> [..., outputs]
  at::Tensor weight() const;                         // [outputs, inputs], a copy; not of 8 bits

 private:
  // x_size: bytes of a value of x.
  void multiply(const kernels::Matmul& all, std::size_t x_size, kernels::MatmulFn body) const;

  bool in_integers_;
  kernels::PackedLinear packed_;
};

}  // namespace gsv::blueprint
