#include "semantic/step_graph.h"

#ifdef GSV_CUDA_GRAPHS
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>
#endif

namespace gsv::semantic {

#ifdef GSV_CUDA_GRAPHS

struct StepGraph::Recorded {
  at::cuda::CUDAGraph graph;
};

namespace {

// torch's own guard of a stream needs CUDA's library to be linked.
class StreamOfItsOwn {
 public:
  StreamOfItsOwn() { c10::cuda::setCurrentCUDAStream(c10::cuda::getStreamFromPool()); }
  ~StreamOfItsOwn() { c10::cuda::setCurrentCUDAStream(before_); }
  StreamOfItsOwn(const StreamOfItsOwn&) = delete;
  StreamOfItsOwn& operator=(const StreamOfItsOwn&) = delete;

 private:
  c10::cuda::CUDAStream before_ = c10::cuda::getCurrentCUDAStream();
};

}  // namespace

bool StepGraph::record(const std::function<void()>& work) {
  auto made = std::make_unique<Recorded>();
  c10::cuda::device_synchronize();
  try {
    // A recording needs a stream of its own, and other threads may load networks meanwhile.
    const StreamOfItsOwn beside;
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
