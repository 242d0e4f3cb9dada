#include "acoustic/pro.h"

#include <utility>

namespace gsv::acoustic {

ProSynthesizer::ProSynthesizer(Parts parts) : Synthesizer(parts), speaker_(std::move(parts.speaker)) {}

at::Tensor ProSynthesizer::speaker(const at::Tensor& fbank) {
  return speaker_->get().forward({fbank.to(device_)}).toTensor();
}

at::Tensor ProSynthesizer::with_speaker(const at::Tensor& spectral_style, const at::Tensor& speaker) {
  return s2_.get_method("speaker_embedding")({spectral_style, speaker.to(device_)}).toTensor();
}

at::Tensor ProSynthesizer::style_of(const Recording& recording) {
  return with_speaker(Synthesizer::style_of(recording), speaker(reference::speaker_fbank(recording, format_)));
}

}  // namespace gsv::acoustic
