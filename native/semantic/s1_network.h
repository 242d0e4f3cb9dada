// The packed s1 network and its arithmetic on the CPU: embeddings, layers, prediction. Immutable after construction.
#pragma once

#include <memory>
#include <vector>

#include "kernels/pack.h"
#include "semantic/activations.h"
#include "semantic/decoder.h"
#include "semantic/kv_cache.h"

namespace gsv::semantic {

// Which cache a row of activations belongs to and where. Positions below `visible` are seen by that row.
struct RowPlace {
  KvCache* cache;
  int position;
  int visible;
};

class S1Network {
 public:
  S1Network(const S1Weights& weights, Precision precision, std::shared_ptr<kernels::ThreadPool> pool);

  const S1Config& config() const { return config_; }
  KvShape kv_shape() const;
  size_t step_bytes() const;  // of the weights that one step reads

  // Write the input of one row: embedding + alpha * sine(position).
  void embed_token(int32_t token, int position, float* x) const;
  // All phones of a prompt into the first rows of a.x.
  void embed_phones(std::span<const int32_t> phones, const float* bert, Activations& a) const;

  // One layer over the rows of places. Only rows from first_output on are needed by what follows.
  void run_layer(int layer, std::span<const RowPlace> places, int first_output, Activations& a) const;

  // a.logits[i] = prediction of row first + i.
  void predict(int first, int count, Activations& a) const;

 private:
  struct Norm {
    kernels::Buffer<float> weight, bias;
  };
  struct Layer {
    kernels::PackedLinear qkv, out, up, down;
    Norm norm1, norm2;
  };
  struct Rows {
    float* data;
    int64_t stride;
  };

  void linear(const kernels::PackedLinear& layer, Rows x, int count, Rows y, bool relu, Activations& a) const;
  void store_keys_and_values(int layer, std::span<const RowPlace> places, Activations& a) const;
  void attend(int layer, std::span<const RowPlace> places, int first, Activations& a) const;
  void attend_block(const kernels::KvSlot& slot, int head, std::span<const RowPlace> places, int first, float* scores,
                    Activations& a) const;
  void add_norm(const Norm& norm, int first, int count, Activations& a) const;
  void add_position(float alpha, int position, float* x) const;

  S1Config config_;
  bool half_cache_;
  const kernels::Kernels& kernels_;
  std::shared_ptr<kernels::ThreadPool> pool_;
  std::vector<Layer> layers_;
  kernels::PackedLinear bert_, predict_;
  kernels::Buffer<float> text_embedding_;   // [phones, width]
  kernels::Buffer<float> audio_embedding_;  // [vocab, width]
  float text_alpha_ = 1.0f;
  float audio_alpha_ = 1.0f;
  std::vector<float> frequencies_;  // [width / 2]
};

}  // namespace gsv::semantic
