#include "binding/arguments.h"

#include <cstring>

#include "binding/handle.h"
#include "error.h"

namespace gsv::binding {
namespace {

[[noreturn]] void wrong(const char* name, const char* expected) {
  throw Error(code::kWrongType, std::string("expected ") + expected + " for " + name);
}

Napi::Object object_field(Napi::Object object, const char* name) {
  Napi::Value value = object.Get(name);
  if (!value.IsObject()) wrong(name, "an object");
  return value.As<Napi::Object>();
}

Napi::Array array_field(Napi::Object object, const char* name) {
  Napi::Value value = object.Get(name);
  if (!value.IsArray()) wrong(name, "an array");
  return value.As<Napi::Array>();
}

double number_field(Napi::Object object, const char* name) {
  Napi::Value value = object.Get(name);
  if (!value.IsNumber()) wrong(name, "a number");
  return value.As<Napi::Number>().DoubleValue();
}

bool boolean_field(Napi::Object object, const char* name) {
  Napi::Value value = object.Get(name);
  if (!value.IsBoolean()) wrong(name, "a boolean");
  return value.As<Napi::Boolean>().Value();
}

std::string text(Napi::Value value, const char* name) {
  if (!value.IsString()) wrong(name, "a string");
  return value.As<Napi::String>().Utf8Value();
}

template <class T, class Array>
std::vector<T> typed_array_field(Napi::Object object, const char* name, napi_typedarray_type type,
                                 const char* expected) {
  Napi::Value value = object.Get(name);
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type) wrong(name, expected);
  Array array = value.As<Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

std::vector<std::int32_t> int32_field(Napi::Object object, const char* name) {
  return typed_array_field<std::int32_t, Napi::Int32Array>(object, name, napi_int32_array, "an Int32Array");
}

std::vector<float> float32_field(Napi::Object object, const char* name) {
  return typed_array_field<float, Napi::Float32Array>(object, name, napi_float32_array, "a Float32Array");
}

std::vector<std::int64_t> integers(Napi::Value value, const char* name) {
  if (!value.IsArray()) wrong(name, "an array of integers");
  Napi::Array array = value.As<Napi::Array>();
  std::vector<std::int64_t> out;
  for (std::uint32_t i = 0; i < array.Length(); ++i) {
    Napi::Value item = array.Get(i);
    if (!item.IsNumber()) wrong(name, "an array of integers");
    out.push_back(item.As<Napi::Number>().Int64Value());
  }
  return out;
}

Attribute attribute(Napi::Object entry) {
  const std::string type = string_field(entry, "type");
  Napi::Value value = entry.Get("value");
  if (type == "bool") return value.ToBoolean().Value();
  if (type == "int") return static_cast<std::int64_t>(number_field(entry, "value"));
  if (type == "float") return number_field(entry, "value");
  if (type == "str") return text(value, "value");
  if (type == "int[]") return integers(value, "value");
  if (type != "int[][]") wrong("attribute type", "bool, int, float, str, int[] or int[][]");
  std::vector<std::vector<std::int64_t>> lists;
  Napi::Array array = array_field(entry, "value");
  for (std::uint32_t i = 0; i < array.Length(); ++i) lists.push_back(integers(array.Get(i), "value"));
  return lists;
}

PhoneSequence phone_sequence(Napi::Object object) {
  PhoneSequence out;
  out.phones = int32_field(object, "phones");
  Napi::Array spans = array_field(object, "bert");
  for (std::uint32_t i = 0; i < spans.Length(); ++i) {
    Napi::Object span = spans.Get(i).As<Napi::Object>();
    const std::vector<std::int32_t> ids = int32_field(span, "ids");
    BertSpan item;
    item.ids.assign(ids.begin(), ids.end());
    item.phones_per_id = int32_field(span, "word2ph");
    item.first_phone = static_cast<std::size_t>(number_field(span, "firstPhone"));
    out.bert.push_back(std::move(item));
  }
  return out;
}

TensorData tensor(Napi::Object object) {
  TensorData out;
  out.shape = integers(object.Get("shape"), "shape");
  Napi::Value value = object.Get("data");
  if (!value.IsTypedArray()) wrong("data", "a Float32Array, Float64Array or BigInt64Array");
  Napi::TypedArray array = value.As<Napi::TypedArray>();
  if (array.TypedArrayType() == napi_bigint64_array) {
    out.type = TensorData::Type::kInt64;
  } else if (array.TypedArrayType() == napi_float64_array) {
    out.type = TensorData::Type::kFloat64;
  } else if (array.TypedArrayType() != napi_float32_array) {
    wrong("data", "a Float32Array, Float64Array or BigInt64Array");
  }
  out.bytes.resize(array.ByteLength());
  if (!out.bytes.empty()) {
    const auto* base = static_cast<const std::byte*>(array.ArrayBuffer().Data());
    std::memcpy(out.bytes.data(), base + array.ByteOffset(), array.ByteLength());
  }
  return out;
}

TensorMap tensors(Napi::Object object) {
  TensorMap out;
  Napi::Array names = object.GetPropertyNames();
  for (std::uint32_t i = 0; i < names.Length(); ++i) {
    const std::string name = names.Get(i).As<Napi::String>().Utf8Value();
    out[name] = tensor(object_field(object, name.c_str()));
  }
  return out;
}

}  // namespace

JobId job_argument(const Napi::CallbackInfo& info) {
  if (!info[0].IsNumber()) wrong("job", "a number");
  return static_cast<JobId>(info[0].As<Napi::Number>().Int64Value());
}

std::string string_argument(const Napi::CallbackInfo& info, std::size_t index, const char* name) {
  return text(info[index], name);
}

std::int32_t integer_argument(const Napi::CallbackInfo& info, std::size_t index, const char* name) {
  if (!info[index].IsNumber()) wrong(name, "an integer");
  return info[index].As<Napi::Number>().Int32Value();
}

std::span<const std::int32_t> int32_argument(const Napi::CallbackInfo& info, std::size_t index, const char* name) {
  Napi::Value value = info[index];
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_int32_array) {
    wrong(name, "an Int32Array");
  }
  Napi::Int32Array array = value.As<Napi::Int32Array>();
  return {array.Data(), array.ElementLength()};
}

std::string string_field(Napi::Object object, const char* name) { return text(object.Get(name), name); }

FillRequest fill_request(Napi::Object options) {
  FillRequest out;
  out.network = string_field(options, "network");
  out.blueprint = string_field(options, "blueprint");
  out.checkpoint = string_field(options, "checkpoint");
  out.base = string_field(options, "base");
  out.output = string_field(options, "output");
  Napi::Array tensors = array_field(options, "tensors");
  for (std::uint32_t i = 0; i < tensors.Length(); ++i) {
    Napi::Object entry = tensors.Get(i).As<Napi::Object>();
    out.tensors.push_back({string_field(entry, "name"), string_field(entry, "source"), string_field(entry, "magnitude"),
                           integers(entry.Get("shape"), "shape"),
                           static_cast<int>(number_field(entry, "weightNormDim")), boolean_field(entry, "inBase"),
                           string_field(entry, "down"), string_field(entry, "up")});
  }
  Napi::Array attributes = array_field(options, "attributes");
  for (std::uint32_t i = 0; i < attributes.Length(); ++i) {
    Napi::Object entry = attributes.Get(i).As<Napi::Object>();
    out.attributes.emplace_back(string_field(entry, "name"), attribute(entry));
  }
  return out;
}

LoadVoiceRequest load_voice_request(Napi::Object options) {
  LoadVoiceRequest out;
  out.s1 = string_field(options, "s1");
  out.s2 = string_field(options, "s2");
  out.hubert = string_field(options, "hubert");
  out.bert = string_field(options, "bert");
  out.speaker = string_field(options, "speaker");
  out.vocoder = string_field(options, "vocoder");
  out.super_sampler = string_field(options, "superSampler");
  out.version = string_field(options, "version");
  out.sample_rate = static_cast<int>(number_field(options, "sampleRate"));
  out.fft_size = static_cast<int>(number_field(options, "fftSize"));
  out.hop = static_cast<int>(number_field(options, "hop"));
  out.threads = static_cast<int>(number_field(options, "threads"));
  out.device = string_field(options, "device");
  out.precision = string_field(options, "precision");
  out.max_memory = static_cast<std::uint64_t>(number_field(options, "maxMemory"));
  out.keep_loaded = options.Get("keepLoaded").ToBoolean();
  return out;
}

PrepareReferenceRequest prepare_reference_request(Napi::Object options) {
  PrepareReferenceRequest out;
  out.voice = held<const Voice>(options.Get("voice"));
  Napi::Array recordings = array_field(options, "recordings");
  for (std::uint32_t i = 0; i < recordings.Length(); ++i) {
    Napi::Object entry = recordings.Get(i).As<Napi::Object>();
    out.recordings.push_back({float32_field(entry, "samples"), static_cast<int>(number_field(entry, "sampleRate")),
                              number_field(entry, "weight")});
  }
  if (options.Get("kept").IsObject()) out.kept = tensors(object_field(options, "kept"));
  return out;
}

std::optional<Chunking> chunking(Napi::Value value) {
  if (!value.IsObject()) return std::nullopt;
  Napi::Object options = value.As<Napi::Object>();
  Chunking out;
  out.cut = string_field(options, "cut") == "quiet" ? Chunking::Cut::kQuiet : Chunking::Cut::kFixed;
  out.first_tokens = static_cast<int>(number_field(options, "firstTokens"));
  out.most_tokens = static_cast<int>(number_field(options, "mostTokens"));
  out.overlap_tokens = static_cast<int>(number_field(options, "overlapTokens"));
  out.context_tokens = static_cast<int>(number_field(options, "contextTokens"));
  out.lookahead_tokens = static_cast<int>(number_field(options, "lookaheadTokens"));
  out.exact = options.Get("exact").ToBoolean();
  return out;
}

SpeakRequest speak_request(Napi::Object options) {
  SpeakRequest out;
  out.voice = held<const Voice>(options.Get("voice"));
  out.reference = held<const Reference>(options.Get("reference"));
  out.prompt = phone_sequence(object_field(options, "prompt"));
  out.text = phone_sequence(object_field(options, "text"));
  out.top_k = static_cast<int>(number_field(options, "topK"));
  out.top_p = static_cast<float>(number_field(options, "topP"));
  out.temperature = static_cast<float>(number_field(options, "temperature"));
  out.repetition_penalty = static_cast<float>(number_field(options, "repetitionPenalty"));
  out.speed = number_field(options, "speed");
  out.noise_scale = static_cast<float>(number_field(options, "noiseScale"));
  out.sample_steps = static_cast<int>(number_field(options, "sampleSteps"));
  out.overlapped_chunks = string_field(options, "melChunks") == "overlapped";
  out.super_sampling = boolean_field(options, "superSampling");
  out.max_tokens = static_cast<int>(number_field(options, "maxTokens"));
  out.seed = static_cast<std::uint64_t>(number_field(options, "seed"));
  out.sentence = static_cast<std::uint32_t>(number_field(options, "sentence"));
  out.chunking = chunking(options.Get("chunking"));
  return out;
}

ProbeRequest probe_request(Napi::Object options) {
  ProbeRequest out;
  out.voice = held<const Voice>(options.Get("voice"));
  out.stage = string_field(options, "stage");
  out.tensors = tensors(object_field(options, "tensors"));
  return out;
}

}  // namespace gsv::binding
