// v3 and v4: a condition from tokens and phones, a mel spectrogram painted on from the reference's, a vocoder.
#pragma once

#include <functional>
#include <mutex>

#include "acoustic/acoustic.h"
#include "acoustic/condition_encoder.h"
#include "acoustic/dit.h"
#include "acoustic/vocoder.h"

namespace gsv::acoustic {

// What v3 and v4 differ in beside their vocoder. Frames are the mel spectrogram's.
struct FlowShape {
  std::string_view version;
  int mel_rate;               // Hz, at which the reference's spectrogram is made
  int fft_size, hop;          // of it, samples
  double frames_per_latent;   // condition frames for a latent frame, of which a token has two
  double frames_per_token;    // as the mask counts them
  std::int64_t prompt, room;  // longest prompt; with what follows it
};

// A reference: its style, and its spectrogram.
struct Voiceprint final : Conditioning {
  std::vector<at::Tensor> tensors() const override { return {ge, mel}; }
  at::Tensor ge;   // [1, gin, 1]
  at::Tensor mel;  // [T, mels], normalised

  // The condition of the reference's own tokens and phones, kept for the next sentence.
  mutable std::mutex mutex;
  mutable std::vector<std::int32_t> codes, phones;
  mutable at::Tensor condition;
};

// The spectrogram that is painted on and the condition that goes with it, of equal length.
struct FlowPrompt {
  at::Tensor mel;        // [T, mels]
  at::Tensor condition;  // [T, condition]
};

class FlowMatching final : public Acoustic {
 public:
  FlowMatching(const Version& version, Parts parts);

  int sample_rate() const override { return sample_rate_; }
  at::Tensor semantic_codes(const at::Tensor& features) override;
  std::shared_ptr<const Conditioning> prepare(std::span<const Recording> recordings, std::stop_token stop) override;
  std::shared_ptr<const Conditioning> restore(std::span<const at::Tensor> tensors) override;
  at::Tensor speak(const SpeakInput& input, std::stop_token stop) override;

  // The steps of prepare() and speak(), for parity tests.
  at::Tensor style(const at::Tensor& spectrogram);                    // [1, bins, T] -> [1, gin, 1]
  std::vector<float> prompt_audio(const Recording& recording) const;  // at the spectrogram's rate
  at::Tensor prompt_mel(std::span<const float> audio) const;          // [T, mels], natural logarithms
  static at::Tensor normalise(const at::Tensor& log_mel);             // about -1..1
  at::Tensor condition(std::span<const std::int32_t> codes, std::span<const std::int32_t> phones, const at::Tensor& ge,
                       double speed, const std::stop_token& stop);  // [T, condition]
  // The same step by step: latent, bridge, and the three layers after it, each [1, C, T].
  std::vector<at::Tensor> condition_stages(std::span<const std::int32_t> codes, std::span<const std::int32_t> phones,
                                           const at::Tensor& ge, double speed, const std::stop_token& stop);
  FlowPrompt prompt(const at::Tensor& mel, const at::Tensor& condition) const;  // cut to each other and to the longest

  // A chunk's noise: [1, frames of the prompt and the chunk, mels], from the chunk's first frame and its length.
  using Noise = std::function<at::Tensor(std::int64_t first, std::int64_t frames)>;
  // A sentence, chunk after chunk, each going on from the last: [T, condition] -> [T, mels], normalised.
  at::Tensor paint(const at::Tensor& condition, FlowPrompt prompt, std::int64_t steps, const Noise& noise,
                   const std::stop_token& stop) const;
  // Sentences at once: their conditions in a row are cut into windows that overlap, painted as one batch, each from the
  // same prompt, and joined where their sounds match. Upstream's way of rendering several fragments; the seams are
  // heard more than those of paint(). Gives each sentence's samples, and how many there were after joining.
  struct Windows {
    at::Tensor mels;  // [windows, frames, mels]
    std::size_t joined = 0;
    std::vector<std::vector<float>> sentences;
  };
  // Of the windows: [windows, frames, mels].
  using WindowNoise = std::function<at::Tensor(std::int64_t windows, std::int64_t frames)>;
  Windows paint_windows(const std::vector<at::Tensor>& conditions, const FlowPrompt& prompt, std::int64_t steps,
                        const WindowNoise& noise, const std::stop_token& stop) const;

  at::Tensor vocode(const at::Tensor& log_mel, std::stop_token stop) const;  // [T, mels] -> [samples] on the CPU
  at::Tensor sound(const at::Tensor& mel, std::stop_token stop) const;       // the same of a normalised one

  // A row's sound does not depend on the prompt's frames: their noise is zero.
  at::Tensor with_prompt_noise(const at::Tensor& noise, std::int64_t prompt_frames) const;  // [B, T, mels]

  const DiT& net() const { return net_; }
  c10::Device device() const { return device_; }

 private:
  const at::Tensor& reference_condition(const SpeakInput& input, const Voiceprint& reference,
                                        const std::stop_token& stop);

  const FlowShape& shape_;
  int sample_rate_;
  torch::jit::Module s2_;
  reference::Format format_;
  c10::Device device_;
  ConditionEncoder encoder_;
  DiT net_;
  std::unique_ptr<Vocoder> vocoder_;
};

}  // namespace gsv::acoustic
