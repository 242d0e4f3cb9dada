// The engine library's one entry.
#include <torch/csrc/jit/runtime/graph_executor.h>

#include "blueprint/fill.h"
#include "blueprint/memory.h"
#include "engine/api.h"
#include "engine/jobs.h"
#include "engine/prepare.h"
#include "engine/probe.h"
#include "engine/voice.h"
#include "error.h"

namespace gsv::engine {
namespace {

struct RunRequest {
  VoiceLoader& loader;
  std::stop_token stop;

  Payload operator()(FillRequest& request) const { return blueprint::fill(request, stop); }
  Payload operator()(LoadVoiceRequest& request) const { return loader.load(request); }
  Payload operator()(PrepareReferenceRequest& request) const {
    use(request.voice);
    return prepare(request, stop);
  }
  // The scheduler's, which knows the others that speak.
  Payload operator()(SpeakRequest&) const { throw Error(code::kInternal, "a sentence is not spoken by itself"); }
  Payload operator()(ProbeRequest& request) const {
    use(request.voice);
    return probe(request, stop);
  }

 private:
  static void use(const std::shared_ptr<const Voice>& voice) { use_threads(loaded(voice)); }
};

class LocalEngine final : public Engine {
 public:
  explicit LocalEngine(std::shared_ptr<EventSink> sink)
      : jobs_(
            std::move(sink),
            [this](Request& request, std::stop_token stop) {
              return std::visit(RunRequest{loader_, std::move(stop)}, request);
            },
            [this] {
              loader_.rest();
              blueprint::return_freed_memory();
            }) {}

  void start(JobId job, Request request) noexcept override { jobs_.start(job, std::move(request)); }
  void cancel(JobId job) noexcept override { jobs_.cancel(job); }

 private:
  VoiceLoader loader_;
  Jobs jobs_;  // last: its threads use the rest
};

}  // namespace
}  // namespace gsv::engine

#ifdef _WIN32
#define GSV_EXPORT __declspec(dllexport)
#else
#define GSV_EXPORT __attribute__((visibility("default")))
#endif

extern "C" GSV_EXPORT gsv::Engine* gsv_open_engine(int abi, std::shared_ptr<gsv::EventSink> sink) noexcept {
  if (abi != gsv::kEngineAbi) return nullptr;
  // Shapes differ from call to call: profiling each would cost more than it gives.
  torch::jit::getProfilingMode() = false;
  gsv::blueprint::keep_large_blocks();
  try {
    return new gsv::engine::LocalEngine(std::move(sink));
  } catch (...) {
    return nullptr;
  }
}
