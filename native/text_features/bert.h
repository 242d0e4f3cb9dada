// BERT, of which voices hear the third last hidden state.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blueprint/transformer.h"

namespace gsv::text_features {

class Bert {
 public:
  // Of a module of the blueprint `bert`, on a CPU with packed linear maps. Throws what open_module does.
  Bert(const std::string& path, c10::Device device, blueprint::Held held);

  // Token ids with [CLS] and [SEP] -> [ids - 2, hidden] on the CPU. Throws ERR_GSV_MODEL_MISMATCH for ids that another
  // BERT's vocabulary gave, or more of them than it has positions.
  at::Tensor operator()(const std::vector<std::int64_t>& ids);

 private:
  struct Network;  // on own kernels

  void check(const std::vector<std::int64_t>& ids) const;

  c10::Device device_;
  std::shared_ptr<const Network> network_;    // of a CPU
  std::optional<torch::jit::Module> module_;  // of another device, run by torch
  std::int64_t words_ = 0, places_ = 0;       // that it has embeddings of
};

}  // namespace gsv::text_features
