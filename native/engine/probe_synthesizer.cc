#include "acoustic/synthesizer.h"
#include "engine/probe_stages.h"
#include "error.h"

namespace gsv::engine {
namespace {

acoustic::Synthesizer& synthesizer(const LoadedVoice& voice) {
  auto* found = dynamic_cast<acoustic::Synthesizer*>(voice.acoustic.get());
  if (!found) throw Error(code::kOutOfRange, "this stage is of versions up to v2ProPlus");
  return *found;
}

}  // namespace

TensorMap decode(const LoadedVoice& voice, const Inputs& in, std::stop_token stop) {
  acoustic::Synthesizer& network = synthesizer(voice);
  std::vector<at::Tensor> styles;
  for (int i = 0; in.has("spectrogram." + std::to_string(i)); ++i) {
    styles.push_back(network.style(in.tensor("spectrogram." + std::to_string(i))));
  }
  acoustic::DecodeInput input;
  input.codes = in.tensor("codes");
  input.text = in.tensor("text");
  input.style = acoustic::Synthesizer::blend(styles, std::vector<double>(styles.size(), 1.0));
  input.speed = in.number("speed");
  input.noise_scale = static_cast<float>(in.number("noise_scale"));
  const at::Tensor noise = in.has("noise") ? in.tensor("noise") : at::Tensor();
  const acoustic::Latents latents = network.latents(input, noise, 0, 0);
  return {{"ge", data_of(input.style)},
          {"m_p", data_of(latents.m_p)},
          {"logs_p", data_of(latents.logs_p)},
          {"z", data_of(latents.z)},
          {"wav", data_of(network.waveform(latents, input.style, stop))}};
}

}  // namespace gsv::engine
