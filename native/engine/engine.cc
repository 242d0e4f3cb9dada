// The engine library's one entry.
#include <ATen/Parallel.h>
#include <c10/util/Exception.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include "blueprint/fill.h"
#include "engine/api.h"
#include "engine/jobs.h"
#include "engine/prepare.h"
#include "engine/probe.h"
#include "engine/speak.h"
#include "engine/voice.h"

namespace gsv::engine {
namespace {

struct RunRequest {
  VoiceLoader& loader;
  std::stop_token stop;
  const std::function<void(Payload)>& post;

  Payload operator()(FillRequest& request) const { return blueprint::fill(request, stop); }
  Payload operator()(LoadVoiceRequest& request) const { return loader.load(request); }
  Payload operator()(PrepareReferenceRequest& request) const {
    use(request.voice);
    return prepare(request, stop);
  }
  Payload operator()(SpeakRequest& request) const {
    use(request.voice);
    return speak(request, stop, post);
  }
  Payload operator()(ProbeRequest& request) const {
    use(request.voice);
    return probe(request, stop);
  }

 private:
  // torch's pool belongs to the calling thread, so each job sets it anew.
  static const LoadedVoice& use(const std::shared_ptr<const Voice>& voice) {
    at::set_num_threads(loaded(voice).threads);
    return loaded(voice);
  }
};

// torch's warnings are hints for those who write networks; a library never prints.
class Silence final : public c10::WarningHandler {
 public:
  void process(const c10::Warning&) override {}
};

class LocalEngine final : public Engine {
 public:
  explicit LocalEngine(std::shared_ptr<EventSink> sink)
      : jobs_(std::move(sink), [this](Request& request, std::stop_token stop, const auto& post) {
          Silence silence;
          c10::WarningUtils::WarningHandlerGuard quiet(&silence);
          c10::InferenceMode inference;
          // Optimising a graph costs its first run more than it saves: CPU time of s2's first sentence halves without.
          torch::jit::GraphOptimizerEnabledGuard plain(false);
          return std::visit(RunRequest{loader_, stop, post}, request);
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
  try {
    return new gsv::engine::LocalEngine(std::move(sink));
  } catch (...) {
    return nullptr;
  }
}
