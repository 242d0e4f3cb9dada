#include "semantic/step_graph.h"

#ifdef GSV_CUDA_GRAPHS
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#endif

namespace gsv::semantic {

#ifdef GSV_CUDA_GRAPHS

struct StepGraph::Recorded {
  at::cuda::CUDAGraph graph;
};

bool StepGraph::record(const std::function<void()>& work) {
  auto made = std::make_unique<Recorded>();
  c10::cuda::device_synchronize();
  try {
    // A recording needs a stream of its own, and other threads may load networks meanwhile.
    const c10::cuda::CUDAStreamGuard beside(at::cuda::getStreamFromPool());
    made->graph.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    work();
    made->graph.capture_end();
  } catch (const std::exception&) {
    return false;
  }
  recorded_ = std::move(made);
  return true;
}

void StepGraph::replay() { recorded_->graph.replay(); }

#else

struct StepGraph::Recorded {};

bool StepGraph::record(const std::function<void()>&) { return false; }

void StepGraph::replay() {}

#endif

StepGraph::StepGraph() = default;
StepGraph::~StepGraph() = default;

}  // namespace gsv::semantic
