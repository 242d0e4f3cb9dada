// The spelling network as JavaScript sees it: a handle that the garbage collector frees.
#pragma once

#include "binding/napi_setup.h"

namespace gsv::binding {

// weights: `SpellingWeights` of binding.d.ts. Throws ERR_GSV_WRONG_TYPE naming the field.
Napi::Object open_spelling(Napi::Env env, Napi::Object weights);

// (handle, letters: Int32Array, limits) -> Int32Array
Napi::Value spell(const Napi::CallbackInfo& info);

}  // namespace gsv::binding
