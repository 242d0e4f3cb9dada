// v1 to v2ProPlus in parts that sound as the whole sentence does: each is decoded with tokens before and behind it, and
// a frame has the noise that it has in the sentence. What differs is what the tokens that are not there yet would
// change.
#pragma once

#include <vector>

#include "acoustic/synthesizer.h"

namespace gsv::acoustic {

class SynthesizerParts final : public ChunkDecoder {
 public:
  // `input` without codes.
  SynthesizerParts(Synthesizer& network, DecodeInput input, const Chunking& plan, std::uint64_t seed,
                   std::uint32_t sentence);

  at::Tensor decode(std::span<const std::int32_t> codes, std::span<const std::int32_t> ahead,
                    std::stop_token stop) override;
  std::size_t overlap_samples() const override;

 private:
  // Frames of the sentence at its speed.
  struct Range {
    std::int64_t begin, end;
    std::int64_t size() const { return end - begin; }
  };

  std::int64_t frames_of(std::int64_t tokens) const;
  void remember(std::span<const std::int32_t> codes);
  at::Tensor at_speed(const at::Tensor& hidden, Range wanted, double step) const;
  at::Tensor wave_of(const at::Tensor& hidden, Range flow, Range heard, const std::stop_token& stop);

  Synthesizer& network_;
  DecodeInput input_;
  std::int64_t overlap_tokens_, overlap_;  // the same in frames
  std::int64_t farthest_;                  // tokens of context; 0: all
  std::uint64_t seed_;
  std::uint32_t sentence_;
  std::vector<std::int32_t> context_;
  std::int64_t forgotten_ = 0;  // tokens before the context
  std::int64_t settled_ = 0;    // frames that no later part changes
};

}  // namespace gsv::acoustic
