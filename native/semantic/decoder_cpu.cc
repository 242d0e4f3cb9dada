#include <algorithm>

#include "semantic/indices.h"
#include "semantic/s1_network.h"

namespace gsv::semantic {
namespace {

class CpuBatch : public Batch {
 public:
  CpuBatch(const S1Network& network, int rows)
      : network_(network), rows_(rows), step_activations_(network.config(), rows, rows), places_(rows) {
    for (Row& row : rows_) row.logits.resize(network.config().vocab);
  }

  int rows() const override { return static_cast<int>(rows_.size()); }
  std::span<float> logits(int row) override { return rows_[row].logits; }
  void release(int row) override { rows_[row].cache = KvCache(); }

  bool prefill(int row, const Prompt& prompt, int max_new, std::stop_token stop) override;
  void step(std::span<const RowToken> tokens) override;

 private:
  struct Row {
    KvCache cache;
    int audio_length = 0;  // the next token's position: audio counts from 0 behind the phones
    std::vector<float> logits;
  };

  void copy_logits(const Activations& a, int index, int row) {
    std::copy_n(a.logits.data() + index * a.logits_stride, network_.config().vocab, rows_[row].logits.begin());
  }

  const S1Network& network_;
  std::vector<Row> rows_;
  Activations step_activations_;
  std::vector<RowPlace> places_;
};

bool CpuBatch::prefill(int index, const Prompt& prompt, int max_new, std::stop_token stop) {
  const S1Config& config = network_.config();
  check_prompt(prompt, config);
  const int text = static_cast<int>(prompt.phones.size());
  const int audio = static_cast<int>(prompt.semantic.size());
  const int total = text + audio;

  Row& row = rows_[index];
  row.cache = KvCache(network_.kv_shape(), total + std::min(max_new, KvCache::kGrowth));
  row.audio_length = audio;
  Activations a(config, total, 1);
  a.prompt = true;
  network_.embed_phones(prompt.phones, prompt.bert, a);
  for (int i = 0; i < audio; ++i) network_.embed_token(prompt.semantic[i], i, a.x.data() + (text + i) * a.width_stride);

  std::vector<RowPlace> places(total);
  for (int i = 0; i < total; ++i) places[i] = {&row.cache, i, std::max(text, i + 1)};
  for (int layer = 0; layer < config.layers; ++layer) {
    if (stop.stop_requested()) {
      release(index);
      return false;
    }
    // Behind the last layer's keys and values only the last row is asked for.
    network_.run_layer(layer, places, layer + 1 == config.layers ? total - 1 : 0, a);
  }
  row.cache.set_length(total);
  network_.predict(total - 1, 1, a);
  copy_logits(a, 0, index);
  return true;
}

void CpuBatch::step(std::span<const RowToken> tokens) {
  Activations& a = step_activations_;
  const int count = static_cast<int>(tokens.size());
  if (count == 0) return;
  for (int i = 0; i < count; ++i) {
    check_indices({&tokens[i].token, 1}, network_.config().vocab, "semantic token");
    Row& row = rows_[tokens[i].row];
    const int position = row.cache.length();
    if (position == 0) throw_no_room(position);
    if (position == row.cache.capacity()) row.cache.grow();
    network_.embed_token(tokens[i].token, row.audio_length, a.x.data() + i * a.width_stride);
    places_[i] = {&row.cache, position, position + 1};
  }
  const auto places = std::span<const RowPlace>(places_).first(count);
  for (int layer = 0; layer < network_.config().layers; ++layer) network_.run_layer(layer, places, 0, a);
  network_.predict(0, count, a);
  for (int i = 0; i < count; ++i) {
    Row& row = rows_[tokens[i].row];
    row.cache.set_length(row.cache.length() + 1);
    ++row.audio_length;
    copy_logits(a, i, tokens[i].row);
  }
}

class CpuDecoder : public Decoder {
 public:
  CpuDecoder(const S1Weights& weights, Precision precision, std::shared_ptr<kernels::ThreadPool> pool)
      : network_(weights, precision, std::move(pool)) {}

  const S1Config& config() const override { return network_.config(); }
  size_t weight_bytes() const override { return network_.step_bytes(); }
  size_t position_bytes() const override {
    const KvShape shape = network_.kv_shape();
    return size_t{2} * shape.layers * shape.heads * shape.head_dim * (shape.half ? 2 : 4);
  }
  std::unique_ptr<Batch> open(int rows) const override { return std::make_unique<CpuBatch>(network_, rows); }

 private:
  S1Network network_;
};

}  // namespace

std::unique_ptr<Decoder> make_cpu_decoder(const S1Weights& weights, Precision precision,
                                          std::shared_ptr<kernels::ThreadPool> pool) {
  return std::make_unique<CpuDecoder>(weights, precision, std::move(pool));
}

}  // namespace gsv::semantic
