// JS arguments -> plain structs, in one place, before any thread sees them. Each throws ERR_GSV_WRONG_TYPE naming the
// field.
#pragma once

#include <span>
#include <string>

#include "binding/napi_setup.h"
#include "engine/api.h"

namespace gsv::binding {

JobId job_argument(const Napi::CallbackInfo& info);
std::string string_argument(const Napi::CallbackInfo& info, std::size_t index, const char* name);
std::int32_t integer_argument(const Napi::CallbackInfo& info, std::size_t index, const char* name);
// The caller's own memory.
std::span<const std::int32_t> int32_argument(const Napi::CallbackInfo& info, std::size_t index, const char* name);
std::string string_field(Napi::Object object, const char* name);

FillRequest fill_request(Napi::Object options);
LoadVoiceRequest load_voice_request(Napi::Object options);
PrepareReferenceRequest prepare_reference_request(Napi::Object options);
SpeakRequest speak_request(Napi::Object options);
ProbeRequest probe_request(Napi::Object options);

}  // namespace gsv::binding
