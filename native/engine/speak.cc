#include "engine/speak.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "engine/prepare.h"
#include "engine/voice.h"
#include "error.h"
#include "semantic/generate.h"
#include "signal/signal.h"
#include "text_features/text_features.h"

namespace gsv::engine {
namespace {

constexpr int kAttempts = 4;
// A new attempt draws from another stream of the same seed; sentences stay below this.
constexpr std::uint64_t kAttemptStride = std::uint64_t{1} << 32;
constexpr std::uint32_t kTokensPerProgress = 5;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

void check(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Error(code::kAborted, "the call was cancelled");
}

// [bert width, prompt phones + phones] row-major; empty when no phone has a feature.
std::vector<float> bert_features(const LoadedVoice& voice, const SpeakRequest& request) {
  if (request.prompt.bert.empty() && request.text.bert.empty()) return {};
  if (!voice.bert) {
    throw Error(code::kMissingModel, "Chinese needs BERT: give `bert`, the folder of chinese-roberta-wwm-ext-large");
  }
  const auto columns = static_cast<std::int64_t>(request.prompt.phones.size() + request.text.phones.size());
  at::Tensor out = at::zeros({voice.decoder->config().bert_width, columns});
  torch::jit::Module& bert = voice.bert->get();
  text_features::write_phone_features(bert, request.prompt, 0, out);
  text_features::write_phone_features(bert, request.text, request.prompt.phones.size(), out);
  const float* data = out.const_data_ptr<float>();
  return {data, data + out.numel()};
}

semantic::Result sample_tokens(const LoadedVoice& voice, const SpeakRequest& request, std::uint64_t attempt,
                               const std::vector<float>& bert, std::stop_token stop,
                               const std::function<void(Payload)>& post) {
  std::vector<std::int32_t> phones = request.prompt.phones;
  phones.insert(phones.end(), request.text.phones.begin(), request.text.phones.end());

  semantic::Request ask;
  ask.prompt.phones = phones;
  ask.prompt.bert = bert.empty() ? nullptr : bert.data();
  if (!request.prompt.phones.empty()) ask.prompt.semantic = prepared(request.reference).semantic_tokens;
  ask.sampling = {request.top_k, request.top_p, request.temperature, request.repetition_penalty};
  ask.random = {request.seed, request.sentence + attempt * kAttemptStride};
  ask.max_steps = request.max_tokens;
  return semantic::generate(*voice.decoder, ask, stop, [&post](std::int32_t, int index) {
    const auto count = static_cast<std::uint32_t>(index + 1);
    if (count % kTokensPerProgress == 0) post(Progress{count});
  });
}

// Upstream pads nothing here: an end at the first step would leave no token, and `tokens[-0:]` would speak the
// reference.
semantic::Result speak_tokens(const LoadedVoice& voice, const SpeakRequest& request, int& attempts,
                              std::stop_token stop, const std::function<void(Payload)>& post) {
  const std::vector<float> bert = bert_features(voice, request);
  check(stop);
  for (attempts = 1; attempts <= kAttempts; ++attempts) {
    semantic::Result result = sample_tokens(voice, request, static_cast<std::uint64_t>(attempts - 1), bert, stop, post);
    check(stop);
    if (!result.tokens.empty()) return result;
  }
  throw Error(code::kNoSpeech, "the voice ended before it spoke, " + std::to_string(kAttempts) +
                                   " times; try another seed or reference");
}

std::vector<float> finite_samples(const at::Tensor& wave) {
  const at::Tensor flat = wave.contiguous();
  const float* data = flat.const_data_ptr<float>();
  std::vector<float> samples(data, data + flat.numel());
  if (!std::all_of(samples.begin(), samples.end(), [](float sample) { return std::isfinite(sample); })) {
    throw Error(code::kNonFiniteAudio, "the networks gave values that are not finite; the weights are damaged");
  }
  signal::limit_peak(samples);
  return samples;
}

}  // namespace

Spoken speak(const SpeakRequest& request, std::stop_token stop, const std::function<void(Payload)>& post) {
  const LoadedVoice& voice = loaded(request.voice);
  Spoken spoken;
  const auto begun = Clock::now();
  const semantic::Result result = speak_tokens(voice, request, spoken.attempts, stop, post);
  spoken.truncated = result.truncated();
  spoken.tokens = result.tokens;
  spoken.semantic_seconds = seconds_since(begun);

  const auto decoding = Clock::now();
  const Prepared& reference = prepared(request.reference);
  acoustic::SpeakInput input{spoken.tokens, request.text.phones, reference.semantic_tokens, request.prompt.phones,
                             *reference.conditioning};
  input.speed = request.speed;
  input.noise_scale = request.noise_scale;
  input.sample_steps = request.sample_steps;
  input.overlapped_chunks = request.overlapped_chunks;
  input.seed = request.seed;
  input.sentence = request.sentence;
  spoken.samples = finite_samples(voice.acoustic->speak(input, stop));
  spoken.sample_rate = voice.acoustic->sample_rate();
  spoken.acoustic_seconds = seconds_since(decoding);
  return spoken;
}

}  // namespace gsv::engine
