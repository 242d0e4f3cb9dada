// s2: semantic tokens and phones -> waveform in the style of a reference.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "acoustic/generator.h"

namespace gsv::acoustic {

struct DecodeInput {
  at::Tensor codes;  // [1, 1, T] int64, 25 a second
  at::Tensor text;   // [1, X] int64, phones of the sentence
  at::Tensor style;  // [1, gin, 1]
  double speed = 1;
  float noise_scale = 0.5F;
};

// Stages of one decode, for parity tests; m_p and z are [1, inter, 2T] at speed 1.
struct Latents {
  at::Tensor m_p, logs_p, mask, z;
};

class Acoustic {
 public:
  // The module's weights are on `device`; what comes in is moved there, waveforms come back to the CPU.
  Acoustic(torch::jit::Module s2, c10::Device device);

  at::Tensor style(const at::Tensor& spectrogram);                      // [1, bins, T] -> [1, gin, 1]
  static at::Tensor mean_style(const std::vector<at::Tensor>& styles);  // of several references
  at::Tensor semantic_codes(const at::Tensor& features);                // hubert [1, 768, T50] -> [T25] int64

  // `noise` has the shape of m_p; undefined: drawn from (seed, sentence).
  Latents latents(const DecodeInput& input, const at::Tensor& noise, std::uint64_t seed, std::uint32_t sentence);
  at::Tensor waveform(const Latents& latents, const at::Tensor& style, std::stop_token stop);  // [samples]

 private:
  torch::jit::Module s2_;
  c10::Device device_;
  Generator generator_;
};

}  // namespace gsv::acoustic
