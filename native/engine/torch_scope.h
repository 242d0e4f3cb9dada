// How a thread of the engine calls torch.
#pragma once

#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

namespace gsv::engine {

class TorchScope {
  // torch's warnings are hints for those who write networks; a library never prints.
  class Silence final : public c10::WarningHandler {
   public:
    void process(const c10::Warning&) override {}
  };

  Silence silence_;
  c10::WarningUtils::WarningHandlerGuard quiet_{&silence_};
  c10::InferenceMode inference_;
  // Optimising a graph costs its first run more than it saves: CPU time of s2's first sentence halves without.
  torch::jit::GraphOptimizerEnabledGuard plain_{false};
};

}  // namespace gsv::engine
