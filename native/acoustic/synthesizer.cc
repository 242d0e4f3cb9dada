#include "acoustic/synthesizer.h"

#include <functional>
#include <numeric>
#include <utility>

#include "acoustic/noise.h"
#include "acoustic/stop.h"
#include "acoustic/synthesizer_chunks.h"

namespace gsv::acoustic {

Synthesizer::Synthesizer(Parts parts)
    : s2_(std::move(parts.s2)),
      format_(parts.format),
      device_(parts.device),
      generator_(s2_, s2_.attr("dec").toModule(), std::move(parts.pool)) {
  Generator::drop_packed(s2_.attr("dec").toModule());
}

std::int64_t Synthesizer::samples_per_frame() const {
  const std::vector<std::int64_t> rates = s2_.attr("upsample_rates").toIntVector();
  return std::accumulate(rates.begin(), rates.end(), std::int64_t{1}, std::multiplies<>());
}

at::Tensor Synthesizer::semantic_codes(const at::Tensor& features) {
  return s2_.get_method("extract_codes")({features.to(device_)}).toTensor().flatten().cpu();
}

std::shared_ptr<const Conditioning> Synthesizer::prepare(std::span<const Recording> recordings, std::stop_token stop) {
  std::vector<at::Tensor> styles;
  std::vector<double> weights;
  for (const Recording& recording : recordings) {
    check(stop);
    styles.push_back(style_of(recording));
    weights.push_back(recording.weight);
  }
  return std::make_shared<Style>(blend(styles, weights));
}

std::shared_ptr<const Conditioning> Synthesizer::restore(std::span<const at::Tensor> tensors) {
  check_tensors(tensors, {3});
  return std::make_shared<Style>(tensors[0].to(device_));
}

at::Tensor Synthesizer::speak(const SpeakInput& input, std::stop_token stop) {
  const at::Tensor& ge = dynamic_cast<const Style&>(input.conditioning).ge;
  const DecodeInput decode{long_row(input.codes).unsqueeze(0), long_row(input.phones), ge, input.speed,
                           input.noise_scale};
  const Latents latent = latents(decode, {}, input.seed, input.sentence);
  check(stop);
  return waveform(latent, ge, std::move(stop));
}

std::unique_ptr<ChunkDecoder> Synthesizer::open_chunks(const SpeakInput& input, const Chunking& plan) {
  DecodeInput decode{
      {}, long_row(input.phones), dynamic_cast<const Style&>(input.conditioning).ge, input.speed, input.noise_scale};
  return std::make_unique<SynthesizerChunks>(*this, std::move(decode), plan, input.seed, input.sentence);
}

at::Tensor Synthesizer::style_of(const Recording& recording) {
  return style(reference::spectrogram(recording, format_));
}

at::Tensor Synthesizer::style(const at::Tensor& spectrogram) {
  return s2_.get_method("reference_embedding")({spectrogram.to(device_)}).toTensor();
}

at::Tensor Synthesizer::blend(const std::vector<at::Tensor>& styles, const std::vector<double>& weights) {
  const at::Tensor share = at::tensor(weights, at::kDouble).to(styles.at(0).device(), at::kFloat).view({-1, 1, 1, 1});
  return (at::stack(styles) * (share / share.mean())).mean(0);
}

Latents Synthesizer::latents(const DecodeInput& input, const at::Tensor& noise, std::uint64_t seed,
                             std::uint32_t sentence) {
  Latents out = prior(hidden(input), input);
  add_noise(out, input, noise.defined() ? noise : normal_noise(out.m_p.sizes(), seed, sentence));
  return out;
}

at::Tensor Synthesizer::hidden(const DecodeInput& input) {
  return s2_.get_method("latent")({input.codes.to(device_), input.text.to(device_), input.style}).toTensor();
}

Latents Synthesizer::prior(const at::Tensor& hidden, const DecodeInput& input) {
  const auto encoded = s2_.get_method("prior")({hidden, input.speed}).toTuple();
  return {encoded->elements()[0].toTensor(), encoded->elements()[1].toTensor(), encoded->elements()[2].toTensor(), {}};
}

void Synthesizer::add_noise(Latents& latents, const DecodeInput& input, const at::Tensor& noise) {
  latents.z = s2_.get_method("decode_latent")({latents.m_p, latents.logs_p, latents.mask, input.style,
                                               noise.to(device_), static_cast<double>(input.noise_scale)})
                  .toTensor();
}

at::Tensor Synthesizer::waveform(const Latents& latents, const at::Tensor& style, std::stop_token stop) {
  return generator_(latents.z * latents.mask, style, std::move(stop)).cpu();
}

}  // namespace gsv::acoustic
