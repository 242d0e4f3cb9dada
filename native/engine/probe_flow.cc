// v3 and v4.
#include "acoustic/flow_matching.h"
#include "acoustic/flow_sampler.h"
#include "engine/probe_stages.h"
#include "error.h"

namespace gsv::engine {
namespace {

acoustic::FlowMatching& flow(const LoadedVoice& voice) {
  auto* found = dynamic_cast<acoustic::FlowMatching*>(voice.acoustic.get());
  if (!found) throw Error(code::kOutOfRange, "this stage is of v3 and v4");
  return *found;
}

at::Tensor channels_first(const at::Tensor& frames) { return frames.t().unsqueeze(0); }  // [T, C] -> [1, C, T]
at::Tensor frames_first(const at::Tensor& channels) { return channels.squeeze(0).t().contiguous(); }

// prompt_codes, prompt_phones, spectrogram [1, bins, T], norm_mel [1, mels, T]
struct Known {
  at::Tensor ge;
  acoustic::FlowPrompt prompt;
  Known(acoustic::FlowMatching& network, const Inputs& in, const std::stop_token& stop)
      : ge(network.style(in.tensor("spectrogram"))),
        prompt(network.prompt(frames_first(in.tensor("norm_mel")),
                              network.condition(in.ints("prompt_codes"), in.ints("prompt_phones"), ge, 1, stop))) {}
};

at::Tensor item_condition(acoustic::FlowMatching& network, const Inputs& in, const std::string& suffix,
                          const at::Tensor& ge, const std::stop_token& stop) {
  return network.condition(in.ints("codes" + suffix), in.ints("phones" + suffix), ge, in.number("speed"), stop);
}

}  // namespace

TensorMap prompt_mel(const LoadedVoice& voice, const Inputs& in, std::stop_token) {
  const acoustic::FlowMatching& network = flow(voice);
  const std::vector<float> audio = network.prompt_audio({in.floats("recording"), static_cast<int>(in.number("rate"))});
  const at::Tensor mel = network.prompt_mel(audio);
  return {{"audio", data_of(at::tensor(audio))},
          {"log_mel", data_of(channels_first(mel))},
          {"norm_mel", data_of(channels_first(acoustic::FlowMatching::normalise(mel)))}};
}

TensorMap condition(const LoadedVoice& voice, const Inputs& in, std::stop_token stop) {
  acoustic::FlowMatching& network = flow(voice);
  const at::Tensor ge = network.style(in.tensor("spectrogram"));
  const auto stages = network.condition_stages(in.ints("codes"), in.ints("phones"), ge, in.number("speed"), stop);
  TensorMap out{{"ge", data_of(ge)}};
  const char* const names[] = {"enc_p_x", "bridge", "wns1_pre", "wns1_wn", "fea"};
  for (std::size_t i = 0; i < stages.size(); ++i) out.emplace(names[i], data_of(stages[i]));
  return out;
}

TensorMap flow_matching(const LoadedVoice& voice, const Inputs& in, std::stop_token stop) {
  const acoustic::DiT& net = flow(voice).net();
  acoustic::FlowInput input;
  input.mu = in.tensor("mu");
  input.prompt = in.tensor("prompt").transpose(1, 2);
  input.noise = in.tensor("noise").transpose(1, 2).contiguous();
  input.steps = static_cast<std::int64_t>(in.number("steps"));
  input.guidance = in.number("guidance");
  return {{"mel", data_of(acoustic::sample_flow(net, input, stop).transpose(1, 2))},
          {"text", data_of(net.condition(input.mu, stop))}};
}

TensorMap vocode(const LoadedVoice& voice, const Inputs& in, std::stop_token stop) {
  return {{"wav", data_of(flow(voice).vocode(frames_first(in.tensor("mel")), stop))}};
}

TensorMap chained(const LoadedVoice& voice, const Inputs& in, std::stop_token stop) {
  acoustic::FlowMatching& network = flow(voice);
  const Known known(network, in, stop);
  int chunk = 0;
  const auto noise = [&](std::int64_t, std::int64_t) {
    return frames_first(in.tensor("noise." + std::to_string(chunk++)));
  };
  const auto steps = static_cast<std::int64_t>(in.number("steps"));
  const at::Tensor mel =
      network.paint(item_condition(network, in, "", known.ge, stop), known.prompt, steps, noise, stop);
  return {{"mel", data_of(channels_first(mel))}, {"wav", data_of(network.sound(mel, stop))}};
}

TensorMap windows(const LoadedVoice& voice, const Inputs& in, std::stop_token stop) {
  acoustic::FlowMatching& network = flow(voice);
  const Known known(network, in, stop);
  std::vector<at::Tensor> conditions;
  for (int i = 0; in.has("codes." + std::to_string(i)); ++i) {
    conditions.push_back(item_condition(network, in, "." + std::to_string(i), known.ge, stop));
  }
  const auto noise = [&](std::int64_t, std::int64_t) { return in.tensor("noise").transpose(1, 2).contiguous(); };
  const auto steps = static_cast<std::int64_t>(in.number("steps"));
  const auto painted = network.paint_windows(conditions, known.prompt, steps, noise, stop);
  TensorMap out{{"mel", data_of(painted.mels.transpose(1, 2))},
                {"joined_length", data_of(row({static_cast<std::int32_t>(painted.joined)}))}};
  for (std::size_t i = 0; i < painted.sentences.size(); ++i) {
    out.emplace("wav." + std::to_string(i), data_of(at::tensor(painted.sentences[i])));
  }
  return out;
}

TensorMap attention_weights(const LoadedVoice& voice, const Inputs& in, std::stop_token) {
  const auto weights = flow(voice).net().attention_weights(static_cast<std::size_t>(in.number("block")));
  return {{"to_q", data_of(weights[0])},
          {"to_k", data_of(weights[1])},
          {"to_v", data_of(weights[2])},
          {"to_out.0", data_of(weights[3])}};
}

}  // namespace gsv::engine
