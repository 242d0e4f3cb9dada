#include "engine/chunked_speech.h"

#include <algorithm>
#include <utility>

#include "engine/finite.h"
#include "signal/signal.h"

namespace gsv::engine {
namespace {

// Samples, as upstream's. Exact chunks lie where the sentence has them.
constexpr std::size_t kJoinSearch = 320;

}  // namespace

ChunkedSpeech::ChunkedSpeech(const Chunking& plan, std::span<const float> quietness,
                             std::unique_ptr<acoustic::ChunkDecoder> decoder)
    : plan_(plan), chunker_(plan, quietness), decoder_(std::move(decoder)) {}

void ChunkedSpeech::add(std::int32_t token) {
  const std::span<const std::int32_t> codes = chunker_.add(token);
  if (codes.empty()) return;
  whole_.assign(codes.begin(), codes.end());
  ahead_.assign(chunker_.ahead().begin(), chunker_.ahead().end());
}

SpokenChunk ChunkedSpeech::chunk(const std::stop_token& stop) {
  std::vector<std::int32_t> codes = std::exchange(whole_, {});
  std::vector<float> samples = spoken(joined(codes, ahead_, true, stop), true);
  return {std::move(samples), std::move(codes)};
}

std::vector<float> ChunkedSpeech::rest(const std::stop_token& stop) {
  const std::span<const std::int32_t> codes = chunker_.rest();
  return spoken(codes.empty() ? std::exchange(tail_, {}) : joined(codes, {}, plan_.exact, stop), false);
}

std::vector<float> ChunkedSpeech::joined(std::span<const std::int32_t> codes, std::span<const std::int32_t> ahead,
                                         bool cross_fade, const std::stop_token& stop) {
  std::vector<float> samples = finite(decoder_->decode(codes, ahead, stop));
  return cross_fade && !tail_.empty() ? signal::join(tail_, samples, plan_.exact ? 0 : kJoinSearch) : samples;
}

// Holds the overlap back for the next chunk to be joined with.
std::vector<float> ChunkedSpeech::spoken(std::vector<float> samples, bool more) {
  if (more) {
    const std::size_t held = std::min(samples.size(), decoder_->overlap_samples());
    tail_.assign(samples.end() - static_cast<std::ptrdiff_t>(held), samples.end());
    samples.resize(samples.size() - held);
  }
  if (plan_.exact) {
    for (float& sample : samples) sample = std::clamp(sample, -1.0F, 1.0F);
  } else {
    signal::limit_peak(samples);
  }
  return samples;
}

}  // namespace gsv::engine
