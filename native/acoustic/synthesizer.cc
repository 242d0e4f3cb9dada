#include "acoustic/synthesizer.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "acoustic/noise.h"
#include "acoustic/stop.h"
#include "acoustic/synthesizer_chunks.h"
#include "acoustic/synthesizer_parts.h"

namespace gsv::acoustic {
namespace {

template <class T>
std::span<const T> items(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<T>(), static_cast<std::size_t>(tensor.numel())};
}

// [1, channels, T] on the CPU, its memory in either order.
Sequence rows_of(const at::Tensor& x) {
  Sequence out(static_cast<int>(x.size(2)), static_cast<int>(x.size(1)));
  const float* from = x.const_data_ptr<float>();
  for (int t = 0; t < out.length(); ++t) {
    float* row = out.row(t);
    for (int c = 0; c < out.channels(); ++c) row[c] = from[t * x.stride(2) + c * x.stride(1)];
  }
  return out;
}

// [1, channels, T] whose channels lie beside each other.
at::Tensor tensor_of(const Sequence& x) {
  at::Tensor out = at::empty({x.length(), x.channels()}, at::kFloat);
  for (int t = 0; t < x.length(); ++t) {
    std::copy_n(x.row(t), x.channels(), out.mutable_data_ptr<float>() + std::int64_t{t} * x.channels());
  }
  return out.t().unsqueeze(0);
}

}  // namespace

Synthesizer::Synthesizer(Parts parts)
    : s2_(std::move(parts.s2)),
      format_(parts.format),
      device_(parts.device),
      generator_(s2_, s2_.attr("dec").toModule(), parts.pool) {
  Generator::drop_packed(s2_.attr("dec").toModule());
  if (!device_.is_cpu()) return;
  text_encoder_ = std::make_unique<const TextEncoder>(s2_, parts.pool);
  flow_ = std::make_unique<const CouplingFlow>(s2_.attr("flow").toModule(), parts.pool);
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
  const Latents latent = latents(decode, {}, input.seed, input.sentence, stop);
  check(stop);
  return waveform(latent, ge, std::move(stop));
}

std::unique_ptr<ChunkDecoder> Synthesizer::open_chunks(const SpeakInput& input, const Chunking& plan) {
  DecodeInput decode{
      {}, long_row(input.phones), dynamic_cast<const Style&>(input.conditioning).ge, input.speed, input.noise_scale};
  if (plan.exact) {
    return std::make_unique<SynthesizerParts>(*this, std::move(decode), plan, input.seed, input.sentence);
  }
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
                             std::uint32_t sentence, const std::stop_token& stop) {
  Latents out = prior(hidden(input, stop), input);
  add_noise(out, input, noise.defined() ? noise : frame_noise(out.m_p.size(1), 0, out.m_p.size(2), seed, sentence),
            stop);
  return out;
}

at::Tensor Synthesizer::hidden(const DecodeInput& input, const std::stop_token& stop) {
  if (!text_encoder_) {
    return s2_.get_method("latent")({input.codes.to(device_), input.text.to(device_), input.style}).toTensor();
  }
  const at::Tensor style = s2_.get_method("text_style")({input.style}).toTensor().contiguous();
  return tensor_of(
      (*text_encoder_)(items<std::int64_t>(input.codes), items<std::int64_t>(input.text), items<float>(style), stop));
}

Latents Synthesizer::prior(const at::Tensor& hidden, const DecodeInput& input) {
  if (!text_encoder_) {
    const auto encoded = s2_.get_method("prior")({hidden, input.speed}).toTuple();
    return {encoded->elements()[0].toTensor(), encoded->elements()[1].toTensor(), {}};
  }
  at::Tensor spoken = hidden;
  if (input.speed != 1) {
    const auto frames = static_cast<std::int64_t>(static_cast<double>(hidden.size(2)) / input.speed) + 1;
    spoken = at::upsample_linear1d(hidden, {frames}, false);
  }
  const std::vector<at::Tensor> halves = tensor_of(text_encoder_->prior(rows_of(spoken))).chunk(2, 1);
  return {halves[0], halves[1], {}};
}

void Synthesizer::add_noise(Latents& latents, const DecodeInput& input, const at::Tensor& noise,
                            const std::stop_token& stop) {
  if (!flow_) {
    const at::Tensor mask = at::ones_like(latents.m_p.narrow(1, 0, 1));
    latents.z = s2_.get_method("decode_latent")({latents.m_p, latents.logs_p, mask, input.style, noise.to(device_),
                                                 static_cast<double>(input.noise_scale)})
                    .toTensor();
    return;
  }
  Sequence z = rows_of(latents.m_p);
  const Sequence spread = rows_of(latents.logs_p), drawn = rows_of(noise);
  for (int t = 0; t < z.length(); ++t) {
    for (int c = 0; c < z.channels(); ++c) {
      z.row(t)[c] += drawn.row(t)[c] * std::exp(spread.row(t)[c]) * input.noise_scale;
    }
  }
  (*flow_)(z, items<float>(input.style.contiguous()), stop);
  latents.z = tensor_of(z);
}

at::Tensor Synthesizer::waveform(const Latents& latents, const at::Tensor& style, std::stop_token stop) {
  return generator_(latents.z, style, std::move(stop)).cpu();
}

}  // namespace gsv::acoustic
