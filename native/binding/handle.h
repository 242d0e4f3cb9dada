// JS objects that hold one shared native object. A type tag tells a voice from a reference and from anything else.
#pragma once

#include <memory>
#include <string>

#include "binding/napi_setup.h"
#include "engine/api.h"
#include "error.h"

namespace gsv::binding {

template <class T>
struct HandleTraits;
template <>
struct HandleTraits<const Voice> {
  static constexpr napi_type_tag kTag{0x8d1f6c2e4b7a4f11, 0x9a3350d2c7e81b01};
  static constexpr const char* kName = "voice";
};
template <>
struct HandleTraits<const Reference> {
  static constexpr napi_type_tag kTag{0x8d1f6c2e4b7a4f11, 0x9a3350d2c7e81b02};
  static constexpr const char* kName = "reference";
};

template <class T>
struct Held {
  std::shared_ptr<T> object;  // empty once released
  std::int64_t bytes;         // reported to the garbage collector
};

template <class T>
Napi::Object make_handle(Napi::Env env, std::shared_ptr<T> object, std::int64_t bytes) {
  Napi::Object handle = Napi::Object::New(env);
  auto held = std::make_unique<Held<T>>(Held<T>{std::move(object), bytes});
  auto free = [](napi_env raw, void* data, void*) {
    std::unique_ptr<Held<T>> owned(static_cast<Held<T>*>(data));
    std::int64_t now = 0;
    if (owned->object) napi_adjust_external_memory(raw, -owned->bytes, &now);
  };
  NAPI_THROW_IF_FAILED(env, napi_wrap(env, handle, held.get(), free, nullptr, nullptr), handle);
  held.release();
  NAPI_THROW_IF_FAILED(env, napi_type_tag_object(env, handle, &HandleTraits<T>::kTag), handle);
  Napi::MemoryManagement::AdjustExternalMemory(env, bytes);
  return handle;
}

template <class T>
Held<T>* unwrap(Napi::Value value) {
  bool tagged = false;
  if (value.IsObject()) napi_check_object_type_tag(value.Env(), value, &HandleTraits<T>::kTag, &tagged);
  if (!tagged) return nullptr;
  void* data = nullptr;
  napi_unwrap(value.Env(), value, &data);
  return static_cast<Held<T>*>(data);
}

// Throws ERR_GSV_WRONG_TYPE for another object, ERR_GSV_DISPOSED after release.
template <class T>
std::shared_ptr<T> held(Napi::Value value) {
  Held<T>* holder = unwrap<T>(value);
  if (!holder) throw Error(code::kWrongType, std::string("expected a ") + HandleTraits<T>::kName + " handle");
  if (!holder->object) throw Error(code::kDisposed, std::string("this ") + HandleTraits<T>::kName + " was disposed");
  return holder->object;
}

// Drops the object now; running jobs keep their own share. False when `value` is no such handle.
template <class T>
bool release(Napi::Value value) {
  Held<T>* holder = unwrap<T>(value);
  if (!holder) return false;
  if (holder->object) Napi::MemoryManagement::AdjustExternalMemory(value.Env(), -holder->bytes);
  holder->object.reset();
  return true;
}

}  // namespace gsv::binding
