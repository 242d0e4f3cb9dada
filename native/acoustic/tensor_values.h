// A tensor as own kernels read it.
#pragma once

#include <ATen/ATen.h>

#include <cstddef>
#include <span>

namespace gsv::acoustic {

// Of a contiguous float tensor on the CPU, which must outlive the span.
inline std::span<const float> values_of(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

}  // namespace gsv::acoustic
