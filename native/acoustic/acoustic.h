// The second stage, whatever the version: semantic tokens and phones -> waveform in the style of a reference.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "acoustic/linear.h"
#include "blueprint/module.h"
#include "engine/api.h"
#include "engine/version.h"
#include "kernels/thread_pool.h"
#include "reference/reference.h"

namespace gsv::acoustic {

// What a version takes of a reference, made once and used by every sentence; only the version that made it reads it.
class Conditioning {
 public:
  virtual ~Conditioning() = default;
  // What Acoustic::restore makes it from again.
  virtual std::vector<at::Tensor> tensors() const = 0;
};

struct SpeakInput {
  std::span<const std::int32_t> codes;          // semantic tokens of the sentence, 25 a second; at least one
  std::span<const std::int32_t> phones;         // of the sentence
  std::span<const std::int32_t> prompt_codes;   // semantic tokens of the reference
  std::span<const std::int32_t> prompt_phones;  // of its transcript; empty when there is none
  const Conditioning& conditioning;
  double speed = 1;
  float noise_scale = 0.5F;        // versions up to v2ProPlus
  int sample_steps = 0;            // of flow matching, v3 and v4; 0: the version's default
  bool overlapped_chunks = false;  // likewise: chunks are painted apart and joined, not each on from the last
  std::uint64_t seed = 0;          // noise is a pure function of (seed, sentence)
  std::uint32_t sentence = 0;
};

// Speaks one sentence in chunks, while its tokens still come.
class ChunkDecoder {
 public:
  virtual ~ChunkDecoder() = default;

  // The tokens since the last call -> [samples]: their sound, led by that of the overlap with what was there before.
  // `ahead`, where the plan is exact: those behind them, which come again with the next call; none when the sentence
  // ends. A chunk that is too short to be decoded well is decoded with more of the past, of which only the overlap is
  // given. Throws ERR_GSV_ABORTED.
  virtual at::Tensor decode(std::span<const std::int32_t> codes, std::span<const std::int32_t> ahead,
                            std::stop_token stop) = 0;

  virtual std::size_t overlap_samples() const = 0;
};

class Acoustic {
 public:
  virtual ~Acoustic() = default;

  virtual int sample_rate() const = 0;  // Hz, of what is spoken

  // HuBERT's features [1, 768, T50] -> semantic tokens [T25] int64.
  virtual at::Tensor semantic_codes(const at::Tensor& features) = 0;

  // At least one recording, checked by reference::check. Throws ERR_GSV_ABORTED.
  virtual std::shared_ptr<const Conditioning> prepare(std::span<const Recording> recordings, std::stop_token stop) = 0;

  // From the tensors of one that the same networks prepared. Throws ERR_GSV_WRONG_TYPE when they cannot be of one.
  virtual std::shared_ptr<const Conditioning> restore(std::span<const at::Tensor> tensors) = 0;

  // -> [samples] on the CPU, as the networks gave them: neither peak-limited nor checked. Throws ERR_GSV_ABORTED.
  virtual at::Tensor speak(const SpeakInput& input, std::stop_token stop) = 0;

  // The same in chunks; `input.codes` is not read, the rest must outlive the decoder. Null for a version that needs a
  // sentence's tokens whole.
  virtual std::unique_ptr<ChunkDecoder> open_chunks(const SpeakInput& input, const Chunking& plan) {
    static_cast<void>(input), static_cast<void>(plan);
    return nullptr;
  }
};

// What an implementation is built from. Weights are on `device`.
struct Parts {
  torch::jit::Module s2;
  std::shared_ptr<blueprint::SharedModule> speaker, vocoder;  // null: not given
  reference::Format format;
  c10::Device device;
  std::shared_ptr<kernels::ThreadPool> pool;
  Arithmetic arithmetic = Arithmetic::kFloat;  // of v3's and v4's transformer
};

// Throws ERR_GSV_MISSING_MODEL naming a part that the version needs and that was not given.
std::unique_ptr<Acoustic> make_acoustic(const Version& version, Parts parts);

// For restore(): throws unless there are as many tensors as `dimensions`, each of so many dimensions.
void check_tensors(std::span<const at::Tensor> tensors, std::initializer_list<std::int64_t> dimensions);

at::Tensor long_row(std::span<const std::int32_t> values);  // [1, n] int64

}  // namespace gsv::acoustic
