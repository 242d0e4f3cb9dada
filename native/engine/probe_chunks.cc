// Sentences spoken in chunks, on given noise.
#include "acoustic/synthesizer_chunks.h"
#include "engine/chunked_speech.h"
#include "engine/probe_stages.h"
#include "error.h"
#include "semantic/generate.h"
#include "signal/signal.h"

namespace gsv::engine {
namespace {

// Takes the noise of each chunk from the inputs, and keeps what each was decoded to.
class ProbedChunks final : public acoustic::ChunkDecoder {
 public:
  ProbedChunks(acoustic::SynthesizerChunks chunks, const Inputs& in, TensorMap& out)
      : chunks_(std::move(chunks)), in_(in), out_(out) {}

  at::Tensor decode(std::span<const std::int32_t> codes, std::span<const std::int32_t> /*ahead*/,
                    std::stop_token stop) override {
    const std::string index = std::to_string(count_++);
    at::Tensor wave = chunks_.decode(codes, in_.tensor("noise." + index), std::move(stop));
    out_.emplace("decoded." + index, data_of(wave));
    out_.emplace("latent." + index, data_of(chunks_.hidden()));
    return wave;
  }

  std::size_t overlap_samples() const override { return chunks_.overlap_samples(); }

 private:
  acoustic::SynthesizerChunks chunks_;
  const Inputs& in_;
  TensorMap& out_;
  int count_ = 0;
};

Chunking plan_of(const Inputs& in) {
  Chunking plan;
  plan.cut = in.number("fixed") != 0 ? Chunking::Cut::kFixed : Chunking::Cut::kQuiet;
  plan.first_tokens = plan.most_tokens = static_cast<int>(in.number("chunk_tokens"));
  plan.overlap_tokens = static_cast<int>(in.number("overlap_tokens"));
  plan.exact = false;
  return plan;
}

}  // namespace

TensorMap chunked(const LoadedVoice& voice, const Inputs& in, std::stop_token stop) {
  auto* network = dynamic_cast<acoustic::Synthesizer*>(voice.acoustic.get());
  if (!network) throw Error(code::kOutOfRange, "this stage is not one of " + std::string(voice.version->name));
  const std::vector<std::int32_t> phones = in.ints("phones"), prompt = in.ints("prompt");
  const std::vector<float> bert = in.floats("bert");
  const acoustic::DecodeInput input{{},
                                    in.tensor("text"),
                                    network->style(in.tensor("spectrogram")),
                                    in.number("speed"),
                                    static_cast<float>(in.number("noise_scale"))};
  const Chunking plan = plan_of(in);
  TensorMap out{{"quietness", data_of(at::tensor(voice.quietness))}};
  ChunkedSpeech speech(
      plan, voice.quietness,
      std::make_unique<ProbedChunks>(acoustic::SynthesizerChunks(*network, input, plan, 0, 0), in, out));
  int count = 0;
  const auto keep = [&](const std::vector<std::int32_t>& tokens, const std::vector<float>& samples) {
    const std::string index = std::to_string(count++);
    out.emplace("tokens." + index, data_of(row(tokens)));
    out.emplace("samples." + index, data_of(at::tensor(samples)));
  };

  semantic::Request request;
  request.prompt = {phones, bert.data(), prompt};
  request.sampling = {1, 1.0F, 1.0F, static_cast<float>(in.number("repetition_penalty"))};
  request.early_stop = static_cast<int>(in.number("early_stop"));
  std::vector<std::int32_t> tokens;
  semantic::generate(*voice.decoder, request, stop, [&](std::int32_t token, int) {
    tokens.push_back(token);
    speech.add(token);
    if (!speech.has_chunk()) return;
    const SpokenChunk chunk = speech.chunk(stop);
    keep(chunk.tokens, chunk.samples);
  });
  out.emplace("tokens", data_of(row(tokens)));
  keep({}, speech.rest(stop));
  return out;
}

TensorMap join(const LoadedVoice&, const Inputs& in, std::stop_token) {
  std::vector<std::vector<float>> fragments;
  for (int i = 0; in.has("fragment." + std::to_string(i)); ++i) {
    fragments.push_back(in.floats("fragment." + std::to_string(i)));
  }
  const auto overlap = static_cast<std::size_t>(in.number("overlap"));
  const auto search = static_cast<std::size_t>(in.number("search"));
  return {{"joined", data_of(at::tensor(signal::join_overlapping(fragments, overlap, search)))}};
}

}  // namespace gsv::engine
