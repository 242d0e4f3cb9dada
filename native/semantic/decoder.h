// The s1 network as the token loop sees it: a prompt goes in once, then one token a step; logits come out.
// A Decoder holds the weights, is immutable and may be shared by threads; a Batch holds what one caller changes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

namespace gsv::kernels {
class ThreadPool;
}

namespace gsv::semantic {

// Storage of the weights; arithmetic is float32 in each, int8 multiplies in integers. The KV cache is float32 with
// kFp32 and half with the others.
enum class Precision { kFp32, kFp16, kInt8 };

struct S1Config {
  int layers = 0;
  int heads = 0;
  int width = 0;   // hidden_dim, equal to embedding_dim; a multiple of heads and of 2
  int ffn = 0;     // rows of linear1
  int vocab = 0;   // semantic tokens and EOS, the last one
  int phones = 0;  // phoneme_vocab_size
  int eos = 0;     // vocab - 1
  int bert_width = 1024;
};

struct S1Weights {
  S1Config config;
  // The row-major float32 values of an upstream tensor, named without the checkpoint's "model." prefix, as in
  // "h.layers.0.self_attn.in_proj_weight". Called once a tensor, from one thread, while the decoder is made.
  std::function<std::vector<float>(std::string_view name)> tensor;
};

struct Prompt {
  std::span<const int32_t> phones;    // of the reference text, then of the sentence; at least one
  const float* bert = nullptr;        // [bert_width, phones.size()]; null stands for zeros
  std::span<const int32_t> semantic;  // tokens of the reference; empty without one
};

struct RowToken {
  int row;
  int32_t token;
};

// Rows advance together but know nothing of each other: a row's logits are the same alone and beside others.
// Not for two threads at once.
class Batch {
 public:
  virtual ~Batch() = default;
  virtual int rows() const = 0;

  // Fills row's cache with the prompt and its logits with the prediction of the first token. max_new is the number of
  // tokens that step() may append. What the row held before is forgotten.
  // False when the stop was seen (it is read between layers): the row is then empty.
  // Throws kOutOfRange for an index outside its table and for a prompt without phones.
  virtual bool prefill(int row, const Prompt& prompt, int max_new, std::stop_token stop) = 0;

  // Appends one token to each named row (each at most once, all prefilled) and predicts the next.
  virtual void step(std::span<const RowToken> tokens) = 0;

  // [vocab] of the row's latest prediction. The sampler writes into it.
  virtual std::span<float> logits(int row) = 0;

  // Gives the row's memory back.
  virtual void release(int row) = 0;
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual const S1Config& config() const = 0;
  // Of weights, all of which a step reads; 0 when it is not known.
  virtual size_t weight_bytes() const { return 0; }
  // Of keys and values, for one position of one row.
  virtual size_t position_bytes() const = 0;
  // The decoder must outlive the batch.
  virtual std::unique_ptr<Batch> open(int rows) const = 0;
};

// The CPU body: own kernels, no torch. Packs the weights on the pool's threads.
// Throws kUnsupportedConfig for a shape it cannot run and kModelMismatch for a tensor of another size.
std::unique_ptr<Decoder> make_cpu_decoder(const S1Weights& weights, Precision precision,
                                          std::shared_ptr<kernels::ThreadPool> pool);

}  // namespace gsv::semantic
