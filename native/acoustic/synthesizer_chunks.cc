#include "acoustic/synthesizer_chunks.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "acoustic/noise.h"

namespace gsv::acoustic {
namespace {

// Fewer tokens are decoded with more of the past: upstream renders no chunk shorter than this.
constexpr std::int64_t kShortestChunk = 10;
}  // namespace

SynthesizerChunks::SynthesizerChunks(Synthesizer& network, DecodeInput input, const Chunking& plan, std::uint64_t seed,
                                     std::uint32_t sentence)
    : network_(network), input_(std::move(input)), overlap_(plan.overlap_tokens), seed_(seed), sentence_(sentence) {}

double SynthesizerChunks::samples_per_token() const {
  return static_cast<double>(kFramesPerToken * network_.samples_per_frame()) / input_.speed;
}

std::size_t SynthesizerChunks::overlap_samples() const {
  return static_cast<std::size_t>(std::ceil(static_cast<double>(overlap_) * samples_per_token()));
}

// Equal-power windows, as upstream's: the two weights do not sum to 1.
at::Tensor SynthesizerChunks::blended(at::Tensor hidden, std::int64_t frames) const {
  const std::int64_t count = std::min({frames, last_.size(2), hidden.size(2)});
  const double quarter = std::numbers::pi / (2.0 * static_cast<double>(count));
  const at::Tensor angle = at::arange(count, hidden.options()) * quarter;
  at::Tensor head = hidden.narrow(2, 0, count);
  const at::Tensor past = last_.narrow(2, last_.size(2) - count, count);
  head.copy_(angle.sin() * head + angle.cos() * past);
  return hidden;
}

at::Tensor SynthesizerChunks::decode(std::span<const std::int32_t> codes, std::span<const std::int32_t> /*ahead*/,
                                     std::stop_token stop) {
  return decode(codes, at::Tensor(), std::move(stop));
}

at::Tensor SynthesizerChunks::decode(std::span<const std::int32_t> codes, const at::Tensor& noise,
                                     std::stop_token stop) {
  const bool first = context_.empty();
  const auto count = static_cast<std::int64_t>(codes.size());
  context_.insert(context_.end(), codes.begin(), codes.end());
  const std::int64_t past = overlap_ + (first ? 0 : std::max<std::int64_t>(0, kShortestChunk - count));

  input_.codes = long_row(context_).unsqueeze(0);
  at::Tensor hidden = network_.hidden(input_, stop);
  if (!first) {
    const std::int64_t kept = std::min(hidden.size(2), kFramesPerToken * (count + past));
    hidden = blended(hidden.narrow(2, hidden.size(2) - kept, kept).clone(), kFramesPerToken * past);
  }
  last_ = hidden;
  Latents latents = network_.prior(hidden, input_);
  network_.add_noise(latents, input_,
                     noise.defined() ? noise : normal_noise(latents.m_p.sizes(), seed_, sentence_, chunk_), stop);
  ++chunk_;
  const at::Tensor wave = network_.waveform(latents, input_.style, std::move(stop));
  if (past == overlap_) return wave;
  const auto wanted = static_cast<std::int64_t>(static_cast<double>(overlap_ + count) * samples_per_token());
  return wave.narrow(0, wave.size(0) - std::min(wave.size(0), wanted), std::min(wave.size(0), wanted));
}

}  // namespace gsv::acoustic
