// Carries events from any thread to one function of lib/native.ts.
//
// Rule 1: an event belongs to the sender until the enqueue returned ok, then to the receiver, which frees it even when
// the
//         environment is gone. (Otherwise events queued at exit leak, or are freed twice.)
// Rule 2: after close() nothing touches the thread-safe function. (Node frees it during teardown.)
// Rule 3: only the JS thread counts jobs; the function keeps the process alive exactly while a job runs.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "binding/napi_setup.h"
#include "engine/api.h"

namespace gsv::binding {

// Adds its fields to the event object; runs on the JS thread.
using Describe = std::function<void(Napi::Env, Napi::Object)>;

class Channel {
 public:
  Channel(Napi::Env env, Napi::Function handler);
  ~Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  void post(JobId job, const char* kind, bool last, Describe describe) noexcept;  // any thread
  void job_started(Napi::Env env);                                                // JS thread
  void close();                                                                   // JS thread, once

 private:
  struct Message;
  static void deliver(napi_env env, napi_value handler, void* context, void* data);
  void job_ended(napi_env env);

  std::mutex mutex_;
  napi_threadsafe_function function_ = nullptr;  // null once closed
  int jobs_ = 0;
};

}  // namespace gsv::binding
