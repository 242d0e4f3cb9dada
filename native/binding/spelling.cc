#include "binding/spelling.h"

#include <algorithm>

#include "binding/arguments.h"
#include "binding/handle.h"
#include "spelling/network.h"

namespace gsv::binding {

template <>
struct HandleTraits<const SpellingNetwork> {
  static constexpr napi_type_tag kTag{0x8d1f6c2e4b7a4f11, 0x9a3350d2c7e81b03};
  static constexpr const char* kName = "spelling network";
};

namespace {

std::span<const float> floats(Napi::Object object, const char* name) {
  Napi::Value value = object.Get(name);
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_float32_array) {
    throw Error(code::kWrongType, std::string("expected a Float32Array for ") + name);
  }
  Napi::Float32Array array = value.As<Napi::Float32Array>();
  return {array.Data(), array.ElementLength()};
}

SpellingUnit unit(Napi::Object weights, const char* name) {
  Napi::Value value = weights.Get(name);
  if (!value.IsObject()) throw Error(code::kWrongType, std::string("expected an object for ") + name);
  Napi::Object object = value.As<Napi::Object>();
  return {.inputs = floats(object, "inputs"),
          .weight_hidden = floats(object, "weightHidden"),
          .bias_hidden = floats(object, "biasHidden")};
}

}  // namespace

Napi::Object open_spelling(Napi::Env env, Napi::Object weights) {
  auto network =
      std::make_shared<const SpellingNetwork>(SpellingWeights{.encoder = unit(weights, "encoder"),
                                                              .decoder = unit(weights, "decoder"),
                                                              .output_weight = floats(weights, "outputWeight"),
                                                              .output_bias = floats(weights, "outputBias")});
  const std::int64_t bytes = network->bytes();
  return make_handle(env, std::move(network), bytes);
}

Napi::Value spell(const Napi::CallbackInfo& info) {
  const std::shared_ptr<const SpellingNetwork> network = held<const SpellingNetwork>(info[0]);
  const std::span<const std::int32_t> letters = int32_argument(info, 1, "letters");
  const SpellingLimits limits{.start = integer_argument(info, 2, "start"),
                              .end = integer_argument(info, 3, "end"),
                              .most = integer_argument(info, 4, "most")};
  const std::vector<std::int32_t> phones = network->predict(letters, limits);
  Napi::Int32Array out = Napi::Int32Array::New(info.Env(), phones.size());
  std::copy(phones.begin(), phones.end(), out.Data());
  return out;
}

}  // namespace gsv::binding
