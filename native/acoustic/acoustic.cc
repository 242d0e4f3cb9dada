#include "acoustic/acoustic.h"

#include <utility>

#include "acoustic/noise.h"

namespace gsv::acoustic {

Acoustic::Acoustic(torch::jit::Module s2, c10::Device device)
    : s2_(std::move(s2)), device_(device), generator_(s2_, s2_.attr("dec").toModule()) {}

at::Tensor Acoustic::style(const at::Tensor& spectrogram) {
  return s2_.get_method("reference_embedding")({spectrogram.to(device_)}).toTensor();
}

at::Tensor Acoustic::mean_style(const std::vector<at::Tensor>& styles) { return at::stack(styles).mean(0); }

at::Tensor Acoustic::semantic_codes(const at::Tensor& features) {
  return s2_.get_method("extract_codes")({features.to(device_)}).toTensor().flatten().cpu();
}

Latents Acoustic::latents(const DecodeInput& input, const at::Tensor& noise, std::uint64_t seed,
                          std::uint32_t sentence) {
  const auto encoded =
      s2_.get_method("encode")({input.codes.to(device_), input.text.to(device_), input.style, input.speed}).toTuple();
  Latents out{
      encoded->elements()[0].toTensor(), encoded->elements()[1].toTensor(), encoded->elements()[2].toTensor(), {}};
  const at::Tensor drawn = noise.defined() ? noise : normal_noise(out.m_p.sizes(), seed, sentence);
  out.z = s2_.get_method("decode_latent")({out.m_p, out.logs_p, out.mask, input.style, drawn.to(device_),
                                           static_cast<double>(input.noise_scale)})
              .toTensor();
  return out;
}

at::Tensor Acoustic::waveform(const Latents& latents, const at::Tensor& style, std::stop_token stop) {
  return generator_(latents.z * latents.mask, style, std::move(stop)).cpu();
}

}  // namespace gsv::acoustic
