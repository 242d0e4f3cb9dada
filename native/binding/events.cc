#include "binding/events.h"

#include <cstring>
#include <new>

#include "binding/handle.h"

namespace gsv::binding {
namespace {

// Native size of a prepared reference as told to the garbage collector: its style embedding and a second's worth of
// tokens.
constexpr std::int64_t kReferenceBytes = 16 * 1024;

template <class Array, class T>
Array copy_array(Napi::Env env, const std::vector<T>& values) {
  Array array = Array::New(env, values.size());
  if (!values.empty()) std::memcpy(array.Data(), values.data(), values.size() * sizeof(T));
  return array;
}

Napi::Array numbers(Napi::Env env, const std::vector<std::int64_t>& values) {
  Napi::Array array = Napi::Array::New(env, values.size());
  for (std::uint32_t i = 0; i < values.size(); ++i) array.Set(i, static_cast<double>(values[i]));
  return array;
}

Napi::Object tensor_object(Napi::Env env, const TensorData& tensor) {
  Napi::Object out = Napi::Object::New(env);
  out.Set("shape", numbers(env, tensor.shape));
  Napi::ArrayBuffer buffer = Napi::ArrayBuffer::New(env, tensor.bytes.size());
  if (!tensor.bytes.empty()) std::memcpy(buffer.Data(), tensor.bytes.data(), tensor.bytes.size());
  if (tensor.type == TensorData::Type::kInt64) {
    out.Set("data", Napi::BigInt64Array::New(env, tensor.bytes.size() / 8, buffer, 0));
  } else {
    out.Set("data", Napi::Float32Array::New(env, tensor.bytes.size() / 4, buffer, 0));
  }
  return out;
}

Napi::Object tensors_object(Napi::Env env, const TensorMap& tensors) {
  Napi::Object out = Napi::Object::New(env);
  for (const auto& [name, tensor] : tensors) out.Set(name, tensor_object(env, tensor));
  return out;
}

struct Fields {
  Napi::Env env;
  Napi::Object event;

  void operator()(const Progress& p) const { event.Set("tokens", p.tokens); }
  void operator()(const SpokenChunk& c) const {
    event.Set("samples", copy_array<Napi::Float32Array>(env, c.samples));
    event.Set("tokens", copy_array<Napi::Int32Array>(env, c.tokens));
  }
  void operator()(const Spoken& s) const {
    event.Set("samples", copy_array<Napi::Float32Array>(env, s.samples));
    event.Set("sampleRate", s.sample_rate);
    event.Set("tokens", copy_array<Napi::Int32Array>(env, s.tokens));
    event.Set("truncated", s.truncated);
    event.Set("attempts", s.attempts);
    event.Set("semanticSeconds", s.semantic_seconds);
    event.Set("acousticSeconds", s.acoustic_seconds);
  }
  void operator()(const Filled& f) const {
    event.Set("parameters", static_cast<double>(f.parameters));
    Napi::Array warnings = Napi::Array::New(env, f.warnings.size());
    for (std::uint32_t i = 0; i < f.warnings.size(); ++i) warnings.Set(i, f.warnings[i]);
    event.Set("warnings", warnings);
  }
  void operator()(const VoiceLoaded& v) const {
    event.Set("voice", make_handle<const Voice>(env, v.voice, static_cast<std::int64_t>(v.bytes)));
    event.Set("sampleRate", v.sample_rate);
    event.Set("bytes", static_cast<double>(v.bytes));
  }
  void operator()(const ReferencePrepared& r) const {
    event.Set("reference", make_handle<const Reference>(env, r.reference, kReferenceBytes));
    event.Set("seconds", r.seconds);
    event.Set("tokens", numbers(env, r.tokens));
    event.Set("kept", tensors_object(env, r.kept));
  }
  void operator()(const TensorMap& tensors) const { event.Set("tensors", tensors_object(env, tensors)); }
  void operator()(const Failed& f) const {
    event.Set("code", f.code);
    event.Set("message", f.message);
    event.Set("detail", f.detail);
  }
};

constexpr const char* kDone = "done";
constexpr const char* kFailed = "failed";

const char* kind_of(const Payload& payload) {
  if (std::holds_alternative<Failed>(payload)) return kFailed;
  if (std::holds_alternative<Progress>(payload)) return "progress";
  if (std::holds_alternative<SpokenChunk>(payload)) return "chunk";
  return kDone;
}

class Sink final : public EventSink {
 public:
  explicit Sink(std::shared_ptr<Channel> channel) : channel_(std::move(channel)) {}

  void post(Event event) noexcept override {
    const char* kind = kind_of(event.payload);
    const bool last = kind == kDone || kind == kFailed;
    auto payload = std::make_shared<const Payload>(std::move(event.payload));
    channel_->post(event.job, kind, last,
                   [payload](Napi::Env env, Napi::Object object) { std::visit(Fields{env, object}, *payload); });
  }

 private:
  std::shared_ptr<Channel> channel_;
};

}  // namespace

std::shared_ptr<EventSink> make_sink(std::shared_ptr<Channel> channel) {
  return std::make_shared<Sink>(std::move(channel));
}

void post_failure(Channel& channel, JobId job, const Failed& failure) noexcept {
  channel.post(job, "failed", true, [failure](Napi::Env env, Napi::Object object) { Fields{env, object}(failure); });
}

Failed current_failure() noexcept {
  try {
    throw;
  } catch (const Error& error) {
    return {error.code(), error.what(), error.detail()};
  } catch (const std::bad_alloc&) {
    return {std::string(code::kInsufficientMemory), "the system has no memory left for this", ""};
  } catch (const std::exception& error) {
    return {std::string(code::kInternal), error.what(), ""};
  } catch (...) {
    return {std::string(code::kInternal), "an unknown exception", ""};
  }
}

}  // namespace gsv::binding
