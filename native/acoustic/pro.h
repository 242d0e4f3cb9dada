// v2Pro and v2ProPlus: the style also holds what a speaker network heard in the reference.
#pragma once

#include "acoustic/synthesizer.h"

namespace gsv::acoustic {

class ProSynthesizer final : public Synthesizer {
 public:
  explicit ProSynthesizer(Parts parts);  // needs parts.speaker

  at::Tensor speaker(const at::Tensor& fbank);  // [1, frames, 80] -> [1, 20480]
  at::Tensor with_speaker(const at::Tensor& spectral_style, const at::Tensor& speaker);  // -> [1, gin, 1]

 protected:
  at::Tensor style_of(const Recording& recording) override;

 private:
  std::shared_ptr<blueprint::SharedModule> speaker_;
};

}  // namespace gsv::acoustic
