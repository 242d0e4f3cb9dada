// One sentence spoken in chunks while its tokens still come: when a chunk is whole, how it is decoded and joined.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "acoustic/acoustic.h"
#include "engine/api.h"
#include "engine/chunker.h"

namespace gsv::engine {

class ChunkedSpeech {
 public:
  // `quietness` as the Chunker takes it.
  ChunkedSpeech(const Chunking& plan, std::span<const float> quietness,
                std::unique_ptr<acoustic::ChunkDecoder> decoder);

  void add(std::int32_t token);
  bool has_chunk() const { return !whole_.empty(); }
  // The chunk that is whole. Throws ERR_GSV_ABORTED and ERR_GSV_NON_FINITE_AUDIO.
  SpokenChunk chunk(const std::stop_token& stop);
  // The sound of what is left when the sentence has ended. Throws the same.
  std::vector<float> rest(const std::stop_token& stop);

 private:
  std::vector<float> joined(std::span<const std::int32_t> codes, std::span<const std::int32_t> ahead, bool cross_fade,
                            const std::stop_token& stop);
  std::vector<float> spoken(std::vector<float> samples, bool more);

  Chunking plan_;
  Chunker chunker_;
  std::unique_ptr<acoustic::ChunkDecoder> decoder_;
  std::vector<std::int32_t> whole_;  // tokens of a chunk that is not decoded yet
  std::vector<std::int32_t> ahead_;  // tokens behind it, which it sees
  std::vector<float> tail_;          // overlap held back, to be joined with the next chunk
};

}  // namespace gsv::engine
