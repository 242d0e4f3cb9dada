// Tensors by value, as they cross the boundary, and torch's.
#pragma once

#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "engine/api.h"

namespace gsv::engine {

// A missing tensor is an error, so that a misspelt name is no silent default.
class Inputs {
 public:
  explicit Inputs(const TensorMap& tensors) : tensors_(tensors) {}

  bool has(const std::string& name) const { return tensors_.contains(name); }
  at::Tensor tensor(const std::string& name) const;  // throws ERR_GSV_WRONG_TYPE
  double number(const std::string& name) const;
  std::vector<float> floats(const std::string& name) const;
  std::vector<std::int32_t> ints(const std::string& name) const;

 private:
  const TensorMap& tensors_;
};

TensorData data_of(const at::Tensor& tensor);
at::Tensor row(const std::vector<std::int32_t>& values);  // [n] int64

}  // namespace gsv::engine
