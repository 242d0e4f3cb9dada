#include "engine/probe.h"

#include <ATen/ATen.h>

#include "engine/probe_stages.h"
#include "error.h"
#include "reference/hubert.h"
#include "reference/reference.h"
#include "semantic/generate.h"
#include "text_features/text_features.h"

namespace gsv::engine {
namespace {

// recording [n], rate -> spectrogram [1, bins, T]
TensorMap spectrogram(const LoadedVoice& voice, const Inputs& in, std::stop_token) {
  const Recording recording{in.floats("recording"), static_cast<int>(in.number("rate"))};
  return {{"spectrogram", data_of(reference::spectrogram(recording, voice.format))}};
}

// wav16k [n] -> feature [1, hidden, T50], codes [T25]
TensorMap hubert(const LoadedVoice& voice, const Inputs& in, std::stop_token) {
  const at::Tensor feature = voice.hubert->as<reference::Hubert>()(in.tensor("wav16k").flatten());
  return {{"feature", data_of(feature)}, {"codes", data_of(voice.acoustic->semantic_codes(feature))}};
}

// recording [n], rate -> wav16k [m], with the trailing silence
TensorMap resample16k(const LoadedVoice& voice, const Inputs& in, std::stop_token) {
  const Recording recording{in.floats("recording"), static_cast<int>(in.number("rate"))};
  return {{"wav16k", data_of(reference::padded_16k(recording, voice.format))}};
}

// input_ids [n] -> char_feature [n - 2, hidden]
TensorMap bert(const LoadedVoice& voice, const Inputs& in, std::stop_token) {
  if (!voice.bert) throw Error(code::kMissingModel, "the voice has no BERT");
  const std::vector<std::int32_t> ids = in.ints("input_ids");
  const at::Tensor features =
      text_features::character_features(voice.bert->as<text_features::Bert>(), {ids.begin(), ids.end()})
          .transpose(0, 1);
  return {{"char_feature", data_of(features)}};
}

// phones [X], prompt [P], bert [width, X] -> prefill_logits [vocab]; then one row a token of `tokens` -> step_logits
TensorMap logits(const LoadedVoice& voice, const Inputs& in, std::stop_token stop) {
  const std::vector<std::int32_t> phones = in.ints("phones"), prompt = in.ints("prompt"), tokens = in.ints("tokens");
  const std::vector<float> bert = in.floats("bert");
  const auto batch = voice.decoder->open(1);
  batch->prefill(0, {phones, bert.data(), prompt}, static_cast<int>(tokens.size()) + 1, stop);
  const auto snapshot = [&batch] {
    const std::span<const float> values = batch->logits(0);
    return at::tensor(std::vector<float>(values.begin(), values.end()));
  };
  TensorMap out{{"prefill_logits", data_of(snapshot())}};
  std::vector<at::Tensor> steps;
  for (const std::int32_t token : tokens) {
    const semantic::RowToken next{0, token};
    batch->step({&next, 1});
    steps.push_back(snapshot());
  }
  if (!steps.empty()) out.emplace("step_logits", data_of(at::stack(steps)));
  return out;
}

// as `logits`, with top_k, top_p, temperature, repetition_penalty, early_stop -> tokens [n], steps []
TensorMap generate(const LoadedVoice& voice, const Inputs& in, std::stop_token stop) {
  const std::vector<std::int32_t> phones = in.ints("phones");
  const std::vector<std::int32_t> prompt = in.has("prompt") ? in.ints("prompt") : std::vector<std::int32_t>{};
  const std::vector<float> bert = in.floats("bert");
  semantic::Request request;
  request.prompt = {phones, bert.data(), prompt};
  request.sampling = {static_cast<int>(in.number("top_k")), static_cast<float>(in.number("top_p")),
                      static_cast<float>(in.number("temperature")),
                      static_cast<float>(in.number("repetition_penalty"))};
  request.early_stop = static_cast<int>(in.number("early_stop"));
  const semantic::Result result = semantic::generate(*voice.decoder, request, stop);
  return {{"tokens", data_of(row(result.tokens))}, {"steps", data_of(row({result.steps}))}};
}

// logits [n], previous [m], parameters, noise [n] -> probs [n], sample []
TensorMap sampler(const LoadedVoice&, const Inputs& in, std::stop_token) {
  std::vector<float> logits = in.floats("logits");
  const semantic::Sampling sampling{static_cast<int>(in.number("top_k")), static_cast<float>(in.number("top_p")),
                                    static_cast<float>(in.number("temperature")),
                                    static_cast<float>(in.number("repetition_penalty"))};
  semantic::Sampler sampler(static_cast<int>(logits.size()), sampling, {});
  for (const std::int32_t token : in.ints("previous")) sampler.remember(token);
  const std::int32_t sample = sampler.sample_with_noise(logits, in.floats("noise"));
  const std::span<const float> probs = sampler.probabilities();
  return {{"probs", data_of(at::tensor(std::vector<float>(probs.begin(), probs.end())))},
          {"sample", data_of(row({sample}))}};
}

// wave [n]; amplitude and phase [1, bins, T] of a spectrum -> analysed_amplitude, analysed_phase of the wave, and what
// the network makes of the spectrum: raised [m]
TensorMap super_sample(const LoadedVoice& voice, const Inputs& in, std::stop_token stop) {
  if (!voice.super_sampler) throw Error(code::kMissingModel, "the voice has no super-sampling model");
  const acoustic::ApBwe& network = voice.super_sampler->network();
  const auto [amplitude, phase] = network.analyse(in.tensor("wave").flatten());
  const auto rows = [&](const char* name) { return in.tensor(name).squeeze(0).t().contiguous(); };
  const auto raised = network.extend({rows("amplitude"), rows("phase")}, stop);
  return {{"analysed_amplitude", data_of(amplitude.t().contiguous())},
          {"analysed_phase", data_of(phase.t().contiguous())},
          {"raised", data_of(network.synthesise(raised))}};
}

const std::map<std::string, Stage>& stages() {
  static const std::map<std::string, Stage> table{{"spectrogram", spectrogram},
                                                  {"resample16k", resample16k},
                                                  {"hubert", hubert},
                                                  {"bert", bert},
                                                  {"logits", logits},
                                                  {"generate", generate},
                                                  {"sampler", sampler},
                                                  {"speaker", speaker},
                                                  {"decode", decode},
                                                  {"chunked", chunked},
                                                  {"join", join},
                                                  {"prompt_mel", prompt_mel},
                                                  {"condition", condition},
                                                  {"flow_matching", flow_matching},
                                                  {"vocode", vocode},
                                                  {"super_sample", super_sample},
                                                  {"chained", chained},
                                                  {"windows", windows},
                                                  {"attention_weights", attention_weights},
                                                  {"token_speed", token_speed},
                                                  {"machine", machine},
                                                  {"generator_size", generator_size}};
  return table;
}

}  // namespace

TensorMap probe(const ProbeRequest& request, std::stop_token stop) {
  const auto stage = stages().find(request.stage);
  if (stage == stages().end()) throw Error(code::kOutOfRange, "there is no stage named " + request.stage);
  return stage->second(loaded(request.voice), Inputs(request.tensors), stop);
}

}  // namespace gsv::engine
