// What one JavaScript environment (the main thread, a worker thread) owns: its channel, its engine, its functions.
#pragma once

#include <memory>
#include <mutex>

#include "binding/channel.h"
#include "binding/dictionaries.h"
#include "binding/napi_setup.h"
#include "binding/worker.h"
#include "engine/api.h"

namespace gsv::binding {

class Environment : public Napi::Addon<Environment> {
 public:
  Environment(Napi::Env env, Napi::Object exports);

 private:
  Napi::Value set_event_handler(const Napi::CallbackInfo& info);
  Napi::Value versions(const Napi::CallbackInfo& info);
  Napi::Value open_engine(const Napi::CallbackInfo& info);
  Napi::Value inspect(const Napi::CallbackInfo& info);
  Napi::Value fill(const Napi::CallbackInfo& info);
  Napi::Value load_voice(const Napi::CallbackInfo& info);
  Napi::Value prepare_reference(const Napi::CallbackInfo& info);
  Napi::Value speak(const Napi::CallbackInfo& info);
  Napi::Value probe(const Napi::CallbackInfo& info);
  Napi::Value open_japanese(const Napi::CallbackInfo& info);
  Napi::Value japanese_phones(const Napi::CallbackInfo& info);
  Napi::Value morphemes(const Napi::CallbackInfo& info);
  Napi::Value compile_user_dictionary(const Napi::CallbackInfo& info);
  Napi::Value open_spelling(const Napi::CallbackInfo& info);
  Napi::Value spell(const Napi::CallbackInfo& info);
  Napi::Value cancel(const Napi::CallbackInfo& info);
  Napi::Value release(const Napi::CallbackInfo& info);

  template <class Make>
  Napi::Value start_engine_job(const Napi::CallbackInfo& info, Make make);
  template <class MakeTask>
  Napi::Value start_worker_job(const Napi::CallbackInfo& info, MakeTask make_task);
  Channel& channel(Napi::Env env);
  void shut_down();

  std::shared_ptr<Channel> channel_;
  std::mutex engine_mutex_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Worker> worker_;
  Dictionaries dictionaries_;
};

}  // namespace gsv::binding
