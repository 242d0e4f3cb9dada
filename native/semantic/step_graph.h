// A recorded piece of work of a CUDA device, which one call starts again. Nothing is recorded in builds without CUDA.
#pragma once

#include <functional>
#include <memory>

namespace gsv::semantic {

class StepGraph {
 public:
  StepGraph();
  ~StepGraph();

  // Records what `work` starts on the current device without doing it. All tensors that it reads and writes must stay
  // where they are. False where nothing can be recorded.
  bool record(const std::function<void()>& work);
  // Only after a recording.
  void replay();

 private:
  struct Recorded;
  std::unique_ptr<Recorded> recorded_;
};

}  // namespace gsv::semantic
