#include "acoustic/synthesizer_parts.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "acoustic/noise.h"

namespace gsv::acoustic {
namespace {

// Frames at each side of what is heard that are decoded as well, so that the edges are not heard. The flow looks 32
// frames far; the generator, which costs more, about 10, of which the farthest hardly matter: where an edge is this
// near, what is heard is still fading in or out.
constexpr std::int64_t kFlowMargin = 32, kGeneratorMargin = 4;
constexpr std::int64_t kMarginTokens = kFlowMargin / kFramesPerToken;

}  // namespace

SynthesizerParts::SynthesizerParts(Synthesizer& network, DecodeInput input, const Chunking& plan, std::uint64_t seed,
                                   std::uint32_t sentence)
    : network_(network),
      input_(std::move(input)),
      overlap_tokens_(plan.overlap_tokens),
      overlap_(std::llround(std::ceil(static_cast<double>(kFramesPerToken * overlap_tokens_) / input_.speed))),
      farthest_(plan.context_tokens),
      seed_(seed),
      sentence_(sentence) {}

std::size_t SynthesizerParts::overlap_samples() const {
  return static_cast<std::size_t>(overlap_ * network_.samples_per_frame());
}

std::int64_t SynthesizerParts::frames_of(std::int64_t tokens) const {
  return static_cast<std::int64_t>(static_cast<double>(kFramesPerToken * tokens) / input_.speed);
}

void SynthesizerParts::remember(std::span<const std::int32_t> codes) {
  context_.insert(context_.end(), codes.begin(), codes.end());
  if (farthest_ == 0) return;
  const auto needed = static_cast<std::int64_t>(codes.size()) + overlap_tokens_ + kMarginTokens;
  const std::int64_t more = static_cast<std::int64_t>(context_.size()) - std::max(farthest_, needed);
  if (more <= 0) return;
  context_.erase(context_.begin(), context_.begin() + more);
  forgotten_ += more;
}

// hidden: [1, hidden, frames at speed 1] of the context -> [1, hidden, wanted]; `step` frames of it to one at speed.
at::Tensor SynthesizerParts::at_speed(const at::Tensor& hidden, Range wanted, double step) const {
  const std::int64_t first = kFramesPerToken * forgotten_, last = hidden.size(2) - 1;
  if (input_.speed == 1) return hidden.narrow(2, wanted.begin - first, wanted.size());
  const at::Tensor centre = at::arange(wanted.begin, wanted.end, at::kDouble) + 0.5;
  const at::Tensor place = (centre * step - 0.5 - static_cast<double>(first)).clamp(0, last).to(hidden.device());
  const at::Tensor left = place.floor().to(at::kLong);
  return at::lerp(hidden.index_select(2, left), hidden.index_select(2, (left + 1).clamp_max(last)),
                  (place - left).to(hidden.scalar_type()));
}

at::Tensor SynthesizerParts::decode(std::span<const std::int32_t> codes, std::span<const std::int32_t> ahead,
                                    std::stop_token stop) {
  const bool is_last = ahead.empty(), is_whole = is_last && context_.empty();
  remember(codes);
  const auto spoken = forgotten_ + static_cast<std::int64_t>(context_.size());
  std::vector<std::int32_t> seen = context_;
  seen.insert(seen.end(), ahead.begin(), ahead.end());
  input_.codes = long_row(seen).unsqueeze(0);
  const at::Tensor hidden = network_.hidden(input_, stop);

  const std::int64_t more = is_last && input_.speed != 1;  // a sentence has one frame more than fits
  const Range heard{settled_, frames_of(spoken) + more};
  const Range known{forgotten_ > 0 ? frames_of(forgotten_) + 1 : 0,
                    frames_of(spoken + static_cast<std::int64_t>(ahead.size())) + more};
  const Range flow{std::max(known.begin, heard.begin - kFlowMargin), std::min(known.end, heard.end + kFlowMargin)};
  // The whole is stretched to its frames; before the end is there, nobody knows how many they are.
  const double step = is_whole ? static_cast<double>(hidden.size(2)) / static_cast<double>(heard.end) : input_.speed;
  const at::Tensor wave = wave_of(at_speed(hidden, flow, step), flow, heard, stop);
  settled_ = std::max(settled_, heard.end - overlap_);
  return wave;
}

// hidden: [1, hidden, flow] -> [samples of `heard`].
at::Tensor SynthesizerParts::wave_of(const at::Tensor& hidden, Range flow, Range heard, const std::stop_token& stop) {
  DecodeInput at_speed = input_;
  at_speed.speed = 1;
  Latents latents = network_.prior(hidden, at_speed);
  network_.add_noise(latents, input_, frame_noise(latents.m_p.size(1), flow.begin, flow.size(), seed_, sentence_),
                     stop);
  const Range run{std::max(flow.begin, heard.begin - kGeneratorMargin),
                  std::min(flow.end, heard.end + kGeneratorMargin)};
  latents.z = latents.z.narrow(2, run.begin - flow.begin, run.size());
  const std::int64_t up = network_.samples_per_frame();
  return network_.waveform(latents, input_.style, stop).narrow(0, (heard.begin - run.begin) * up, heard.size() * up);
}

}  // namespace gsv::acoustic
