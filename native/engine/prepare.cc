#include "engine/prepare.h"

#include "engine/voice.h"
#include "error.h"
#include "reference/reference.h"

namespace gsv::engine {

ReferencePrepared prepare(const PrepareReferenceRequest& request, std::stop_token stop) {
  const LoadedVoice& voice = loaded(request.voice);
  if (request.recordings.empty()) throw Error(code::kReferenceAudio, "a reference needs a recording");
  auto out = std::make_shared<Prepared>();
  out->seconds = reference::check(request.recordings);
  out->conditioning = voice.acoustic->prepare(request.recordings, stop);
  if (stop.stop_requested()) throw Error(code::kAborted, "the call was cancelled");
  const at::Tensor wav16k = reference::padded_16k(request.recordings[0], voice.format);
  const at::Tensor features = reference::hubert_features(voice.hubert->get(), wav16k);
  const at::Tensor tokens = voice.acoustic->semantic_codes(features).to(at::kInt).contiguous();
  const auto* data = tokens.const_data_ptr<std::int32_t>();
  out->semantic_tokens.assign(data, data + tokens.numel());
  return {out, out->seconds, {data, data + tokens.numel()}};
}

const Prepared& prepared(const std::shared_ptr<const Reference>& reference) {
  return static_cast<const Prepared&>(*reference);
}

}  // namespace gsv::engine
