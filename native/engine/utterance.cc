#include "engine/utterance.h"

#include <ATen/ATen.h>

#include <chrono>
#include <utility>

#include "engine/finite.h"
#include "engine/prepare.h"
#include "error.h"
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

// `request` outlives the answer.
acoustic::SpeakInput speak_input(const SpeakRequest& request) {
  const Prepared& reference = prepared(request.reference);
  acoustic::SpeakInput input{
      {}, request.text.phones, reference.semantic_tokens, request.prompt.phones, *reference.conditioning};
  input.speed = request.speed;
  input.noise_scale = request.noise_scale;
  input.sample_steps = request.sample_steps;
  input.overlapped_chunks = request.overlapped_chunks;
  input.seed = request.seed;
  input.sentence = request.sentence;
  return input;
}

std::optional<ChunkedSpeech> open_chunks(const LoadedVoice& voice, const SpeakRequest& request,
                                         const acoustic::SpeakInput& input) {
  if (!request.chunking) return std::nullopt;
  auto decoder = voice.acoustic->open_chunks(input, *request.chunking);
  if (!decoder) return std::nullopt;
  return ChunkedSpeech(*request.chunking, voice.quietness, std::move(decoder));
}

void super_sample(const LoadedVoice& voice, Spoken& spoken, const std::stop_token& stop) {
  if (!voice.super_sampler) throw Error(code::kMissingModel, "the voice has no super-sampling model");
  spoken.samples = finite(at::tensor((*voice.super_sampler)(spoken.samples, spoken.sample_rate, stop)), "superSampler");
  signal::limit_peak(spoken.samples);
  spoken.sample_rate = voice.super_sampler->sample_rate();
}

}  // namespace

Utterance::Utterance(SpeakRequest request, std::stop_token stop, std::function<void(Payload)> post)
    : request_(std::move(request)),
      stop_(std::move(stop)),
      post_(std::move(post)),
      voice_(loaded(request_.voice)),
      input_(speak_input(request_)),
      chunks_(open_chunks(voice_, request_, input_)) {
  spoken_.attempts = 0;
}

std::uint64_t Utterance::most_bytes() const {
  const bool prompted = !request_.prompt.phones.empty();
  const std::size_t positions = request_.prompt.phones.size() + request_.text.phones.size() +
                                (prompted ? input_.prompt_codes.size() : 0) +
                                static_cast<std::size_t>(request_.max_tokens);
  return positions * voice_.decoder->position_bytes();
}

std::vector<float> Utterance::features() const {
  const PhoneSequence &prompt = request_.prompt, &text = request_.text;
  if (prompt.bert.empty() && text.bert.empty()) return {};
  if (!voice_.bert) {
    throw Error(code::kMissingModel, "Chinese needs BERT: give `bert`, the folder of chinese-roberta-wwm-ext-large");
  }
  const auto columns = static_cast<std::int64_t>(prompt.phones.size() + text.phones.size());
  at::Tensor out = at::zeros({voice_.decoder->config().bert_width, columns});
  const auto fresh = [this](const std::vector<std::int64_t>& ids) {
    at::Tensor features = text_features::character_features(voice_.bert->as<text_features::Bert>(), ids);
    require_finite(features, "bert");
    return features;
  };
  const auto remembered = [&](const std::vector<std::int64_t>& ids) { return voice_.transcripts->of(ids, fresh); };
  text_features::write_phone_features(remembered, prompt, 0, out);
  text_features::write_phone_features(fresh, text, prompt.phones.size(), out);
  const float* data = out.const_data_ptr<float>();
  return {data, data + out.numel()};
}

void Utterance::check() const {
  if (is_cancelled()) throw Error(code::kAborted, "the call was cancelled");
}

int Utterance::enter(semantic::Generator& generator) {
  const auto begun = Clock::now();
  check();
  if (!features_) features_ = features();
  std::vector<std::int32_t> phones = request_.prompt.phones;
  phones.insert(phones.end(), request_.text.phones.begin(), request_.text.phones.end());

  semantic::Request ask;
  ask.prompt.phones = phones;
  ask.prompt.bert = features_->empty() ? nullptr : features_->data();
  if (!request_.prompt.phones.empty()) ask.prompt.semantic = input_.prompt_codes;
  ask.sampling = {request_.top_k, request_.top_p, request_.temperature, request_.repetition_penalty};
  ask.random = {request_.seed, request_.sentence + static_cast<std::uint64_t>(spoken_.attempts) * kAttemptStride};
  ask.max_steps = request_.max_tokens;
  ++spoken_.attempts;
  const int id = generator.add(ask, stop_, [this](std::int32_t token, int index) {
    const auto count = static_cast<std::uint32_t>(index + 1);
    if (count % kTokensPerProgress == 0) post_(Progress{count});
    if (chunks_) chunks_->add(token);
  });
  add_semantic_seconds(seconds_since(begun));
  return id;
}

void Utterance::speak_chunk() {
  const auto begun = Clock::now();
  SpokenChunk chunk = chunks_->chunk(stop_);
  spoken_.acoustic_seconds += seconds_since(begun);
  post_(std::move(chunk));
}

bool Utterance::accept(semantic::Result result) {
  if (result.ended == semantic::Ended::kNotFinite) {
    throw not_finite(features_ && !features_->empty() ? "s1 bert" : "s1");
  }
  // Upstream pads nothing here: an end at the first step would leave no token, and `tokens[-0:]` would speak the
  // reference.
  if (result.tokens.empty()) {
    if (spoken_.attempts < kAttempts) return false;
    throw Error(code::kNoSpeech, "the voice ended before it spoke, " + std::to_string(kAttempts) +
                                     " times; try another seed or reference");
  }
  features_.reset();
  spoken_.truncated = result.truncated();
  spoken_.tokens = std::move(result.tokens);
  return true;
}

Spoken Utterance::speak() {
  check();
  if (has_chunk()) speak_chunk();
  const auto begun = Clock::now();
  if (chunks_) {
    spoken_.samples = chunks_->rest(stop_);
  } else {
    input_.codes = spoken_.tokens;
    spoken_.samples = finite(voice_.acoustic->speak(input_, stop_));
    signal::limit_peak(spoken_.samples);
  }
  spoken_.sample_rate = voice_.acoustic->sample_rate();
  if (request_.super_sampling) super_sample(voice_, spoken_, stop_);
  spoken_.acoustic_seconds += seconds_since(begun);
  return std::move(spoken_);
}

}  // namespace gsv::engine
