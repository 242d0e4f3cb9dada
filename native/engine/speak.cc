#include "engine/speak.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include "engine/chunker.h"
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
constexpr std::size_t kJoinSearch = 320;  // samples, as upstream's

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
                               const semantic::OnToken& on_token) {
  std::vector<std::int32_t> phones = request.prompt.phones;
  phones.insert(phones.end(), request.text.phones.begin(), request.text.phones.end());

  semantic::Request ask;
  ask.prompt.phones = phones;
  ask.prompt.bert = bert.empty() ? nullptr : bert.data();
  if (!request.prompt.phones.empty()) ask.prompt.semantic = prepared(request.reference).semantic_tokens;
  ask.sampling = {request.top_k, request.top_p, request.temperature, request.repetition_penalty};
  ask.random = {request.seed, request.sentence + attempt * kAttemptStride};
  ask.max_steps = request.max_tokens;
  return semantic::generate(*voice.decoder, ask, stop, on_token);
}

// Upstream pads nothing here: an end at the first step would leave no token, and `tokens[-0:]` would speak the
// reference.
semantic::Result speak_tokens(const LoadedVoice& voice, const SpeakRequest& request, int& attempts,
                              std::stop_token stop, const semantic::OnToken& on_token) {
  const std::vector<float> bert = bert_features(voice, request);
  check(stop);
  for (attempts = 1; attempts <= kAttempts; ++attempts) {
    semantic::Result result =
        sample_tokens(voice, request, static_cast<std::uint64_t>(attempts - 1), bert, stop, on_token);
    check(stop);
    if (!result.tokens.empty()) return result;
  }
  throw Error(code::kNoSpeech, "the voice ended before it spoke, " + std::to_string(kAttempts) +
                                   " times; try another seed or reference");
}

std::vector<float> finite(const at::Tensor& wave) {
  const at::Tensor flat = wave.contiguous();
  const float* data = flat.const_data_ptr<float>();
  std::vector<float> samples(data, data + flat.numel());
  if (!std::all_of(samples.begin(), samples.end(), [](float sample) { return std::isfinite(sample); })) {
    throw Error(code::kNonFiniteAudio, "the networks gave values that are not finite; the weights are damaged");
  }
  return samples;
}

// Decodes and joins the chunks of one sentence.
class ChunkedSpeech {
 public:
  ChunkedSpeech(const Chunking& plan, std::span<const float> quietness, std::unique_ptr<acoustic::ChunkDecoder> decoder)
      : plan_(plan), chunker_(plan, quietness), decoder_(std::move(decoder)) {}

  // Null while no chunk is whole.
  std::optional<SpokenChunk> add(std::int32_t token, const std::stop_token& stop) {
    const auto begun = Clock::now();
    const std::span<const std::int32_t> codes = chunker_.add(token);
    if (codes.empty()) return std::nullopt;
    SpokenChunk chunk{spoken(joined(codes, true, stop), true), {codes.begin(), codes.end()}};
    seconds_ += seconds_since(begun);
    return chunk;
  }

  std::vector<float> rest(const std::stop_token& stop) {
    const std::span<const std::int32_t> codes = chunker_.rest();
    return spoken(codes.empty() ? std::exchange(tail_, {}) : joined(codes, plan_.exact, stop), false);
  }

  double seconds() const { return seconds_; }  // of decoding inside the token loop

 private:
  std::vector<float> joined(std::span<const std::int32_t> codes, bool cross_fade, const std::stop_token& stop) {
    std::vector<float> samples = finite(decoder_->decode(codes, stop));
    return cross_fade && !tail_.empty() ? signal::join(tail_, samples, kJoinSearch) : samples;
  }

  // Holds the overlap back for the next chunk to be joined with.
  std::vector<float> spoken(std::vector<float> samples, bool more) {
    if (more) {
      const std::size_t held = std::min(samples.size(), decoder_->overlap_samples());
      tail_.assign(samples.end() - static_cast<std::ptrdiff_t>(held), samples.end());
      samples.resize(samples.size() - held);
    }
    if (plan_.exact) {
      for (float& sample : samples) sample = std::clamp(sample, -1.0F, 1.0F);
    } else {
      signal::limit_peak(samples);
    }
    return samples;
  }

  Chunking plan_;
  Chunker chunker_;
  std::unique_ptr<acoustic::ChunkDecoder> decoder_;
  std::vector<float> tail_;
  double seconds_ = 0;
};

std::optional<ChunkedSpeech> open_chunks(const LoadedVoice& voice, const SpeakRequest& request,
                                         const acoustic::SpeakInput& input) {
  if (!request.chunking) return std::nullopt;
  auto decoder = voice.acoustic->open_chunks(input, request.chunking->overlap_tokens);
  if (!decoder) return std::nullopt;
  return ChunkedSpeech(*request.chunking, voice.quietness, std::move(decoder));
}

}  // namespace

Spoken speak(const SpeakRequest& request, std::stop_token stop, const std::function<void(Payload)>& post) {
  const LoadedVoice& voice = loaded(request.voice);
  Spoken spoken;
  const Prepared& reference = prepared(request.reference);
  acoustic::SpeakInput input{
      {}, request.text.phones, reference.semantic_tokens, request.prompt.phones, *reference.conditioning};
  input.speed = request.speed;
  input.noise_scale = request.noise_scale;
  input.sample_steps = request.sample_steps;
  input.overlapped_chunks = request.overlapped_chunks;
  input.seed = request.seed;
  input.sentence = request.sentence;
  std::optional<ChunkedSpeech> chunks = open_chunks(voice, request, input);

  const auto begun = Clock::now();
  const semantic::Result result =
      speak_tokens(voice, request, spoken.attempts, stop, [&](std::int32_t token, int index) {
        const auto count = static_cast<std::uint32_t>(index + 1);
        if (count % kTokensPerProgress == 0) post(Progress{count});
        if (!chunks) return;
        if (std::optional<SpokenChunk> chunk = chunks->add(token, stop)) post(std::move(*chunk));
      });
  spoken.truncated = result.truncated();
  spoken.tokens = result.tokens;
  spoken.semantic_seconds = seconds_since(begun) - (chunks ? chunks->seconds() : 0);

  const auto decoding = Clock::now();
  if (chunks) {
    spoken.samples = chunks->rest(stop);
    spoken.acoustic_seconds = chunks->seconds();
  } else {
    input.codes = spoken.tokens;
    spoken.samples = finite(voice.acoustic->speak(input, stop));
    signal::limit_peak(spoken.samples);
  }
  spoken.sample_rate = voice.acoustic->sample_rate();
  spoken.acoustic_seconds += seconds_since(decoding);
  return spoken;
}

}  // namespace gsv::engine
