#include "acoustic/pro.h"
#include "engine/probe_stages.h"
#include "error.h"

namespace gsv::engine {
namespace {

template <class Network>
Network& network_of(const LoadedVoice& voice) {
  auto* found = dynamic_cast<Network*>(voice.acoustic.get());
  if (!found) throw Error(code::kOutOfRange, "this stage is not one of " + std::string(voice.version->name));
  return *found;
}

at::Tensor style_of(const LoadedVoice& voice, const Inputs& in, const std::string& index) {
  const at::Tensor style = network_of<acoustic::Synthesizer>(voice).style(in.tensor("spectrogram." + index));
  if (!in.has("speaker." + index)) return style;
  return network_of<acoustic::ProSynthesizer>(voice).with_speaker(style, in.tensor("speaker." + index));
}

}  // namespace

TensorMap speaker(const LoadedVoice& voice, const Inputs& in, std::stop_token) {
  at::Tensor fbank;
  if (in.has("fbank")) {
    fbank = in.tensor("fbank");
  } else {
    const Recording recording{in.floats("recording"), static_cast<int>(in.number("rate"))};
    fbank = reference::speaker_fbank(recording, voice.format);
  }
  return {{"fbank", data_of(fbank)},
          {"embedding", data_of(network_of<acoustic::ProSynthesizer>(voice).speaker(fbank))}};
}

TensorMap decode(const LoadedVoice& voice, const Inputs& in, std::stop_token stop) {
  auto& network = network_of<acoustic::Synthesizer>(voice);
  std::vector<at::Tensor> styles;
  for (int i = 0; in.has("spectrogram." + std::to_string(i)); ++i) {
    styles.push_back(style_of(voice, in, std::to_string(i)));
  }
  acoustic::DecodeInput input;
  input.codes = in.tensor("codes");
  input.text = in.tensor("text");
  input.style = acoustic::Synthesizer::blend(styles, std::vector<double>(styles.size(), 1.0));
  input.speed = in.number("speed");
  input.noise_scale = static_cast<float>(in.number("noise_scale"));
  const at::Tensor noise = in.has("noise") ? in.tensor("noise") : at::Tensor();
  const acoustic::Latents latents = network.latents(input, noise, 0, 0, stop);
  return {{"ge", data_of(input.style)},
          {"m_p", data_of(latents.m_p)},
          {"logs_p", data_of(latents.logs_p)},
          {"z", data_of(latents.z)},
          {"wav", data_of(network.waveform(latents, input.style, stop))}};
}

TensorMap generator_size(const LoadedVoice& voice, const Inputs& in, std::stop_token) {
  constexpr int kFramesPerToken = 2;
  const int frames = kFramesPerToken * static_cast<int>(in.number("tokens"));
  const auto operations = static_cast<float>(network_of<acoustic::Synthesizer>(voice).generator().operations(frames));
  return {{"operations", data_of(at::tensor({operations}))}};
}

}  // namespace gsv::engine
