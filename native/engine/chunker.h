// When to hand out the tokens of a sentence that is still being spoken.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/api.h"

namespace gsv::engine {

// How like silence each token sounds, from its embedding: the cosine with that of the token that upstream takes for
// silence. `embedding` is [vocab, width] row-major; empty when the vocabulary is too small to have that token.
std::vector<float> quietness(std::span<const float> embedding, int vocab);

class Chunker {
 public:
  // `quietness` outlives the chunker; it is read for Chunking::Cut::kQuiet only.
  Chunker(const Chunking& plan, std::span<const float> quietness);

  // Takes the next token; answers with the chunk that it ends, or nothing. The span is good until the next call.
  std::span<const std::int32_t> add(std::int32_t token);
  // The tokens behind the chunk that add() gave, which the next one begins with; none unless plan.exact.
  std::span<const std::int32_t> ahead() const;
  // What is left when the sentence has ended; may be empty.
  std::span<const std::int32_t> rest();

 private:
  std::optional<std::size_t> cut() const;
  float quiet_at(std::size_t length) const;
  std::optional<std::size_t> quietest_of_few() const;
  std::optional<std::size_t> quietest_of_all() const;

  Chunking plan_;
  std::span<const float> quietness_;
  std::size_t lookahead_;              // tokens behind a chunk
  std::size_t wanted_;                 // length of the next chunk
  std::optional<std::size_t> end_;     // of the next chunk, when that is decided
  std::vector<std::int32_t> waiting_;  // tokens not handed out
  std::vector<std::int32_t> chunk_;
};

}  // namespace gsv::engine
