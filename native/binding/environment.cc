#include "binding/environment.h"

#include <string>

#include "binding/arguments.h"
#include "binding/events.h"
#include "binding/handle.h"
#include "binding/spelling.h"
#include "checkpoint/checkpoint.h"
#include "engine/version.h"
#include "error.h"
#include "loader/loader.h"

namespace gsv::binding {
namespace {

// gsv::Error -> a JS exception with `code`; lib/native.ts gives it its class.
[[noreturn]] void throw_to_js(Napi::Env env, const Error& error) {
  Napi::Error js = Napi::Error::New(env, error.what());
  js.Set("code", Napi::String::New(env, error.code()));
  throw js;
}

template <class Body>
Napi::Value guarded(const Napi::CallbackInfo& info, Body body) {
  try {
    return body();
  } catch (const Error& error) {
    throw_to_js(info.Env(), error);
  }
}

Napi::Object options_argument(const Napi::CallbackInfo& info) {
  if (!info[1].IsObject()) throw Error(code::kWrongType, "expected an object for options");
  return info[1].As<Napi::Object>();
}

}  // namespace

Environment::Environment(Napi::Env, Napi::Object exports) : worker_(std::make_unique<Worker>()) {
  DefineAddon(exports, {
                           InstanceMethod("setEventHandler", &Environment::set_event_handler),
                           InstanceMethod("versions", &Environment::versions),
                           InstanceMethod("openEngine", &Environment::open_engine),
                           InstanceMethod("inspect", &Environment::inspect),
                           InstanceMethod("fill", &Environment::fill),
                           InstanceMethod("loadVoice", &Environment::load_voice),
                           InstanceMethod("prepareReference", &Environment::prepare_reference),
                           InstanceMethod("speak", &Environment::speak),
                           InstanceMethod("probe", &Environment::probe),
                           InstanceMethod("openJapanese", &Environment::open_japanese),
                           InstanceMethod("japanesePhones", &Environment::japanese_phones),
                           InstanceMethod("morphemes", &Environment::morphemes),
                           InstanceMethod("compileUserDictionary", &Environment::compile_user_dictionary),
                           InstanceMethod("openSpelling", &Environment::open_spelling),
                           InstanceMethod("spell", &Environment::spell),
                           InstanceMethod("cancel", &Environment::cancel),
                           InstanceMethod("release", &Environment::release),
                       });
}

// First no more events, then no more threads: a job that ends meanwhile finds the channel closed.
void Environment::shut_down() {
  if (channel_) channel_->close();
  worker_.reset();
  std::lock_guard lock(engine_mutex_);
  engine_.reset();
}

Channel& Environment::channel(Napi::Env env) {
  if (!channel_) throw_to_js(env, Error(code::kInternal, "setEventHandler was not called"));
  return *channel_;
}

Napi::Value Environment::set_event_handler(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    if (!info[0].IsFunction()) throw Error(code::kWrongType, "expected a function for handler");
    if (channel_) throw Error(code::kInternal, "the event handler is set already");
    channel_ = std::make_shared<Channel>(info.Env(), info[0].As<Napi::Function>());
    // Hooks run last in, first out: this one, added after the thread-safe function's own, finds that function alive.
    info.Env().AddCleanupHook([this] { shut_down(); });
    return info.Env().Undefined();
  });
}

template <class MakeTask>
Napi::Value Environment::start_worker_job(const Napi::CallbackInfo& info, MakeTask make_task) {
  return guarded(info, [&] {
    const JobId job = job_argument(info);
    auto task = make_task();
    channel(info.Env()).job_started(info.Env());
    worker_->run([channel = channel_, job, task = std::move(task)] {
      try {
        task(*channel, job);
      } catch (...) {
        post_failure(*channel, job, current_failure());
      }
    });
    return info.Env().Undefined();
  });
}

Napi::Value Environment::open_engine(const Napi::CallbackInfo& info) {
  return start_worker_job(info, [&] {
    return [this, libtorch = string_argument(info, 1, "libtorch"), engine = string_argument(info, 2, "engine")](
               Channel& channel, JobId job) {
      OpenEngine open = loader::open(libtorch, engine);
      std::lock_guard lock(engine_mutex_);
      if (!engine_) engine_.reset(open(kEngineAbi, make_sink(channel_)));
      if (!engine_) {
        throw Error(code::kNativeLibrary, engine + " is of another release; run `npm rebuild gpt-sovits`");
      }
      channel.post(job, "done", true, [](Napi::Env, Napi::Object) {});
    };
  });
}

Napi::Value Environment::versions(const Napi::CallbackInfo& info) {
  Napi::Array out = Napi::Array::New(info.Env(), kVersions.size());
  for (std::uint32_t i = 0; i < kVersions.size(); ++i) {
    const Version& version = kVersions[i];
    Napi::Object row = Napi::Object::New(info.Env());
    row.Set("name", std::string(version.name));
    row.Set("symbols", std::string(version.symbols));
    row.Set("s2", std::string(version.s2));
    row.Set("speaker", std::string(version.speaker));
    row.Set("vocoder", std::string(version.vocoder));
    row.Set("superSampler", std::string(version.super_sampler));
    row.Set("sampleRate", version.sample_rate);
    row.Set("superSampleRate", version.super_sample_rate);
    row.Set("streamsTokens", version.streams_tokens);
    row.Set("needsPromptText", version.needs_prompt_text);
    out.Set(i, row);
  }
  return out;
}

Napi::Value Environment::inspect(const Napi::CallbackInfo& info) {
  return start_worker_job(info, [&] {
    return [path = string_argument(info, 1, "path")](Channel& channel, JobId job) {
      const checkpoint::File file = checkpoint::File::open(path);
      const std::string json = checkpoint::describe_json(file, checkpoint::identify(file));
      channel.post(job, "done", true, [json](Napi::Env, Napi::Object event) { event.Set("json", json); });
    };
  });
}

template <class Make>
Napi::Value Environment::start_engine_job(const Napi::CallbackInfo& info, Make make) {
  return guarded(info, [&] {
    const JobId job = job_argument(info);
    Request request = make(options_argument(info));
    std::lock_guard lock(engine_mutex_);
    if (!engine_) throw Error(code::kInternal, "the engine is not open");
    channel(info.Env()).job_started(info.Env());
    engine_->start(job, std::move(request));
    return info.Env().Undefined();
  });
}

Napi::Value Environment::fill(const Napi::CallbackInfo& info) { return start_engine_job(info, fill_request); }
Napi::Value Environment::load_voice(const Napi::CallbackInfo& info) {
  return start_engine_job(info, load_voice_request);
}
Napi::Value Environment::prepare_reference(const Napi::CallbackInfo& info) {
  return start_engine_job(info, prepare_reference_request);
}
Napi::Value Environment::speak(const Napi::CallbackInfo& info) { return start_engine_job(info, speak_request); }
Napi::Value Environment::probe(const Napi::CallbackInfo& info) { return start_engine_job(info, probe_request); }

Napi::Value Environment::open_japanese(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    const std::size_t number =
        dictionaries_.open_japanese(string_argument(info, 0, "dictionary"), string_argument(info, 1, "userDictionary"));
    return Napi::Number::New(info.Env(), static_cast<double>(number));
  });
}

Napi::Value Environment::japanese_phones(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    const JapaneseAnalyzer* analyzer =
        info[0].IsNumber() ? dictionaries_.japanese(info[0].As<Napi::Number>().Uint32Value()) : nullptr;
    if (analyzer == nullptr) throw Error(code::kWrongType, "expected the number of an open dictionary for dictionary");
    const std::string phones = analyzer->phones(string_argument(info, 1, "text"));
    // Phones are ASCII, which need not be decoded.
    napi_value value = nullptr;
    if (napi_create_string_latin1(info.Env(), phones.data(), phones.size(), &value) != napi_ok) {
      throw Napi::Error::New(info.Env());
    }
    return Napi::Value(info.Env(), value);
  });
}

Napi::Value Environment::morphemes(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    const KoreanAnalyzer& analyzer = dictionaries_.korean(string_argument(info, 0, "dictionary"));
    const std::vector<Morpheme> words = analyzer.parse(string_argument(info, 1, "text"));
    Napi::Array out = Napi::Array::New(info.Env(), words.size());
    for (std::uint32_t i = 0; i < words.size(); ++i) {
      Napi::Object word = Napi::Object::New(info.Env());
      word.Set("surface", words[i].surface);
      word.Set("tag", words[i].tag);
      out.Set(i, word);
    }
    return out;
  });
}

Napi::Value Environment::compile_user_dictionary(const Napi::CallbackInfo& info) {
  return start_worker_job(info, [&] {
    return [dictionary = string_argument(info, 1, "dictionary"), csv = string_argument(info, 2, "csv"),
            output = string_argument(info, 3, "output")](Channel& channel, JobId job) {
      gsv::compile_user_dictionary(dictionary, csv, output);
      channel.post(job, "done", true, [](Napi::Env, Napi::Object) {});
    };
  });
}

Napi::Value Environment::open_spelling(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    if (!info[0].IsObject()) throw Error(code::kWrongType, "expected an object for weights");
    return binding::open_spelling(info.Env(), info[0].As<Napi::Object>());
  });
}

Napi::Value Environment::spell(const Napi::CallbackInfo& info) {
  return guarded(info, [&] { return binding::spell(info); });
}

Napi::Value Environment::cancel(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    std::lock_guard lock(engine_mutex_);
    if (engine_) engine_->cancel(job_argument(info));
    return info.Env().Undefined();
  });
}

Napi::Value Environment::release(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    if (!binding::release<const Voice>(info[0]) && !binding::release<const Reference>(info[0])) {
      throw Error(code::kWrongType, "expected a voice or reference handle");
    }
    return info.Env().Undefined();
  });
}

}  // namespace gsv::binding
