// A linear map on the packed kernels, held in half precision where the file has it so: half the memory to hold and to
// read, the same products. Or in 8 bits.
#pragma once

#include <ATen/ATen.h>

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

  at::Tensor operator()(const at::Tensor& x) const;  // [..., inputs] -> [..., outputs]

 private:
  kernels::PackedLinear packed_;
};

}  // namespace gsv::blueprint
