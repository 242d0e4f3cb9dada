// HuBERT: a 16 kHz wave -> a feature every 20 ms.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <memory>
#include <optional>
#include <string>

#include "blueprint/transformer.h"

namespace gsv::reference {

class Hubert {
 public:
  // Of a module of the blueprint `hubert`, on a CPU with packed linear maps. Throws what open_module does.
  Hubert(const std::string& path, c10::Device device, blueprint::Held held);

  at::Tensor operator()(const at::Tensor& wav16k);  // [n] -> [1, hidden, T50]

 private:
  struct Network;  // on own kernels

  c10::Device device_;
  std::shared_ptr<const Network> network_;    // of a CPU
  std::optional<torch::jit::Module> module_;  // of another device, run by torch
};

}  // namespace gsv::reference
