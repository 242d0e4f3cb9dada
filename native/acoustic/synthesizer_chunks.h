// v1 to v2ProPlus in chunks as upstream makes them: each is decoded with the tokens before it as context, and its
// latent is blended with that of the chunk before where both cover the same frames.
#pragma once

#include <vector>

#include "acoustic/synthesizer.h"

namespace gsv::acoustic {

class SynthesizerChunks final : public ChunkDecoder {
 public:
  // `input` without codes.
  SynthesizerChunks(Synthesizer& network, DecodeInput input, const Chunking& plan, std::uint64_t seed,
                    std::uint32_t sentence);

  at::Tensor decode(std::span<const std::int32_t> codes, std::span<const std::int32_t> ahead,
                    std::stop_token stop) override;
  std::size_t overlap_samples() const override;

  // `noise` as Synthesizer::latents takes it, of the frames that are kept.
  at::Tensor decode(std::span<const std::int32_t> codes, const at::Tensor& noise, std::stop_token stop);
  const at::Tensor& hidden() const { return last_; }  // [1, hidden, frames] of the last chunk, blended

 private:
  double samples_per_token() const;
  at::Tensor blended(at::Tensor hidden, std::int64_t frames) const;

  Synthesizer& network_;
  DecodeInput input_;
  std::int64_t overlap_;  // tokens
  std::uint64_t seed_;
  std::uint32_t sentence_;
  std::uint32_t chunk_ = 0;
  std::vector<std::int32_t> context_;
  at::Tensor last_;
};

}  // namespace gsv::acoustic
