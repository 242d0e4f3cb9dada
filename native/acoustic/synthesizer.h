// v1 to v2ProPlus: a latent from tokens and phones, a flow, and a HiFi-GAN type generator.
#pragma once

#include <memory>

#include "acoustic/acoustic.h"
#include "acoustic/coupling_flow.h"
#include "acoustic/generator.h"
#include "acoustic/text_encoder.h"

namespace gsv::acoustic {

inline constexpr std::int64_t kFramesPerToken = 2;  // of the latent, at speed 1

struct Style final : Conditioning {
  explicit Style(at::Tensor embedding) : ge(std::move(embedding)) {}
  std::vector<at::Tensor> tensors() const override { return {ge}; }
  at::Tensor ge;  // [1, gin, 1]
};

struct DecodeInput {
  at::Tensor codes;  // [1, 1, T] int64, 25 a second
  at::Tensor text;   // [1, X] int64, phones of the sentence
  at::Tensor style;  // [1, gin, 1]
  double speed = 1;
  float noise_scale = 0.5F;
};

// Stages of one decode; all are [1, inter, 2T] at speed 1.
struct Latents {
  at::Tensor m_p, logs_p, z;
};

class Synthesizer : public Acoustic {
 public:
  explicit Synthesizer(Parts parts);

  int sample_rate() const override { return format_.sample_rate; }
  at::Tensor semantic_codes(const at::Tensor& features) override;
  std::shared_ptr<const Conditioning> prepare(std::span<const Recording> recordings, std::stop_token stop) override;
  std::shared_ptr<const Conditioning> restore(std::span<const at::Tensor> tensors) override;
  at::Tensor speak(const SpeakInput& input, std::stop_token stop) override;
  std::unique_ptr<ChunkDecoder> open_chunks(const SpeakInput& input, const Chunking& plan) override;

  std::int64_t samples_per_frame() const;  // at speed 1

  // The steps of prepare() and speak(), for streaming and parity tests.
  at::Tensor style(const at::Tensor& spectrogram);  // [1, bins, T] -> [1, gin, 1]
  // The mean of several references' styles; weights need not sum to 1.
  static at::Tensor blend(const std::vector<at::Tensor>& styles, const std::vector<double>& weights);
  // `noise` has the shape of m_p; undefined: drawn from (seed, sentence).
  Latents latents(const DecodeInput& input, const at::Tensor& noise, std::uint64_t seed, std::uint32_t sentence,
                  const std::stop_token& stop);
  const Generator& generator() const { return generator_; }
  // The two halves of latents(): [1, hidden, 2T], and what the generator reads of it; `noise` is not undefined there.
  at::Tensor hidden(const DecodeInput& input, const std::stop_token& stop);
  Latents prior(const at::Tensor& hidden, const DecodeInput& input);
  void add_noise(Latents& latents, const DecodeInput& input, const at::Tensor& noise, const std::stop_token& stop);
  at::Tensor waveform(const Latents& latents, const at::Tensor& style, std::stop_token stop);  // [samples] on the CPU

 protected:
  // One reference's style as the version sees it: [1, gin, 1].
  virtual at::Tensor style_of(const Recording& recording);

  torch::jit::Module s2_;
  reference::Format format_;
  c10::Device device_;

 private:
  // On a CPU; elsewhere TorchScript runs both.
  std::unique_ptr<const TextEncoder> text_encoder_;
  std::unique_ptr<const CouplingFlow> flow_;
  Generator generator_;
};

}  // namespace gsv::acoustic
