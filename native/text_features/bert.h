// BERT, of which voices hear the third last hidden state.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <cstdint>
#include <vector>

#include "blueprint/transformer.h"

namespace gsv::text_features {

class Bert {
 public:
  // Of a module of the blueprint `bert`. On a CPU its linear maps are packed and freed in the module.
  explicit Bert(const torch::jit::Module& module);

  // Token ids with [CLS] and [SEP] -> [ids - 2, hidden] on the CPU. Throws ERR_GSV_MODEL_MISMATCH for ids that another
  // BERT's vocabulary gave, or more of them than it has positions.
  at::Tensor operator()(const std::vector<std::int64_t>& ids);

 private:
  void check(const std::vector<std::int64_t>& ids) const;
  at::Tensor on_own_kernels(const at::Tensor& ids) const;

  torch::jit::Module module_;
  std::int64_t heads_;
  double eps_;
  at::Tensor words_, places_, kind_;   // rows of embeddings, as the module holds them
  std::vector<blueprint::Norm> norm_;  // one; none where torch runs the module
  std::vector<blueprint::TransformerLayer> layers_;
};

}  // namespace gsv::text_features
