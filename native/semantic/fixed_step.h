// One step of s1 on torch whose shapes are the same for every token of a sentence, which is what a graph can record: it
// attends to the whole cache and masks what is not said yet.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "semantic/decoder.h"
#include "semantic/step_graph.h"

namespace gsv::semantic {

// A module's tensors as the step reads them, on the module's device.
class StepWeights {
 public:
  StepWeights(const torch::jit::Module& module, const S1Config& config);

  struct Layer {
    at::Tensor in, in_bias, out, out_bias, up, up_bias, down, down_bias, norm1, norm1_bias, norm2, norm2_bias;
  };
  S1Config config;
  std::vector<Layer> layers;
  at::Tensor embedding, alpha, predict;
};

class FixedStep {
 public:
  // keys and values: [layers, 1, room, width], of which a prompt fills `length` positions, `audio` of them semantic
  // tokens. The weights outlive it.
  FixedStep(const StepWeights& weights, at::Tensor keys, at::Tensor values, std::int64_t length, std::int64_t audio);

  // Appends a token, for which there must be room -> logits [vocab] in single precision, good until the next call.
  const at::Tensor& operator()(std::int32_t token);

 private:
  void run();
  at::Tensor attend(const StepWeights::Layer& layer, std::int64_t index, const at::Tensor& x, const at::Tensor& seen);
  void record();

  const StepWeights& weights_;
  at::Tensor keys_, values_;
  at::Tensor token_, place_, audio_;  // [1]: what is appended, where in the cache, at which position of the audio
  at::Tensor columns_, rates_;        // [room], [width / 2]
  at::Tensor logits_;
  int steps_ = 0;
  bool recorded_ = false;
  StepGraph graph_;
};

}  // namespace gsv::semantic
