#include "engine/prepare.h"

#include <utility>

#include "blueprint/memory.h"
#include "engine/finite.h"
#include "engine/tensors.h"
#include "engine/voice.h"
#include "error.h"
#include "reference/hubert.h"
#include "reference/reference.h"

namespace gsv::engine {
namespace {

constexpr const char* kTokens = "tokens";
std::string name_of(std::size_t tensor) { return "conditioning." + std::to_string(tensor); }

ReferencePrepared restore(const LoadedVoice& voice, const TensorMap& kept) {
  const Inputs in(kept);
  std::vector<at::Tensor> tensors;
  while (in.has(name_of(tensors.size()))) tensors.push_back(in.tensor(name_of(tensors.size())));
  auto out = std::make_shared<Prepared>();
  out->semantic_tokens = in.ints(kTokens);
  out->conditioning = voice.acoustic->restore(tensors);
  return {out, 0, {out->semantic_tokens.begin(), out->semantic_tokens.end()}, {}};
}

}  // namespace

ReferencePrepared prepare(const PrepareReferenceRequest& request, std::stop_token stop) {
  const LoadedVoice& voice = loaded(request.voice);
  if (!request.kept.empty()) return restore(voice, request.kept);
  if (request.recordings.empty()) throw Error(code::kReferenceAudio, "a reference needs a recording");
  auto out = std::make_shared<Prepared>();
  const double seconds = reference::check(request.recordings);
  out->conditioning = voice.acoustic->prepare(request.recordings, stop);
  if (stop.stop_requested()) throw Error(code::kAborted, "the call was cancelled");
  const at::Tensor wav16k = reference::padded_16k(request.recordings[0], voice.format);
  const at::Tensor features = voice.hubert->as<reference::Hubert>()(wav16k);
  require_finite(features, "hubert");
  const at::Tensor tokens = voice.acoustic->semantic_codes(features).to(at::kInt).contiguous();
  const auto* data = tokens.const_data_ptr<std::int32_t>();
  out->semantic_tokens.assign(data, data + tokens.numel());
  TensorMap kept{{kTokens, data_of(tokens)}};
  for (const at::Tensor& tensor : out->conditioning->tensors()) {
    if (tensor.is_floating_point()) require_finite(tensor, "s2 speaker");
    kept.emplace(name_of(kept.size() - 1), data_of(tensor));
  }
  blueprint::return_freed_memory();  // HuBERT works in some hundred megabytes
  return {out, seconds, {data, data + tokens.numel()}, std::move(kept)};
}

const Prepared& prepared(const std::shared_ptr<const Reference>& reference) {
  return static_cast<const Prepared&>(*reference);
}

}  // namespace gsv::engine
