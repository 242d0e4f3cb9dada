#include "binding/channel.h"

#include <utility>

namespace gsv::binding {

struct Channel::Message {
  JobId job;
  const char* kind;
  bool last;
  Describe describe;
};

Channel::Channel(Napi::Env env, Napi::Function handler) {
  napi_value name = Napi::String::New(env, "gpt-sovits events");
  napi_status status = napi_create_threadsafe_function(env, handler, nullptr, name, 0, 1, nullptr, nullptr, this,
                                                       &Channel::deliver, &function_);
  NAPI_THROW_IF_FAILED_VOID(env, status);
  napi_unref_threadsafe_function(env, function_);
}

void Channel::post(JobId job, const char* kind, bool last, Describe describe) noexcept {
  auto message = std::make_unique<Message>(Message{job, kind, last, std::move(describe)});
  std::lock_guard lock(mutex_);
  if (!function_) return;
  if (napi_call_threadsafe_function(function_, message.get(), napi_tsfn_nonblocking) == napi_ok) {
    message.release();  // Rule 1
  }
}

void Channel::job_started(Napi::Env env) {
  if (jobs_++ == 0 && function_) napi_ref_threadsafe_function(env, function_);
}

void Channel::job_ended(napi_env env) {
  if (--jobs_ == 0 && function_) napi_unref_threadsafe_function(env, function_);
}

void Channel::close() {
  std::lock_guard lock(mutex_);
  if (!function_) return;
  napi_release_threadsafe_function(function_, napi_tsfn_abort);
  function_ = nullptr;  // Rule 2
}

void Channel::deliver(napi_env raw, napi_value handler, void* context, void* data) {
  std::unique_ptr<Message> message(static_cast<Message*>(data));
  if (!raw) return;  // teardown: Rule 1
  Napi::Env env(raw);
  Napi::HandleScope scope(env);
  if (message->last) static_cast<Channel*>(context)->job_ended(raw);
  try {
    Napi::Object event = Napi::Object::New(env);
    event.Set("job", static_cast<double>(message->job));
    event.Set("kind", message->kind);
    message->describe(env, event);
    Napi::Function(env, handler).Call({event});
  } catch (const Napi::Error& error) {
    napi_fatal_exception(raw, error.Value());
  }
}

}  // namespace gsv::binding
