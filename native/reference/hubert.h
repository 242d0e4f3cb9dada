// HuBERT: a 16 kHz wave -> a feature every 20 ms.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <memory>

#include "blueprint/transformer.h"

namespace gsv::reference {

class Hubert {
 public:
  // Of a module of the blueprint `hubert`. On a CPU its linear maps are packed and freed in the module.
  explicit Hubert(const torch::jit::Module& module);

  at::Tensor operator()(const at::Tensor& wav16k);  // [n] -> [1, hidden, T50]

 private:
  struct Network;  // on own kernels

  torch::jit::Module module_;
  std::shared_ptr<const Network> network_;  // null where torch runs the module
};

}  // namespace gsv::reference
