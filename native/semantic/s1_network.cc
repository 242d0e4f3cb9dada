#include "semantic/s1_network.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "error.h"

namespace gsv::semantic {
namespace {

using kernels::Format;
using kernels::kPanel;
using kernels::kRowsInFixed;
using kernels::Matmul;
using kernels::PackedLinear;
using kernels::padded;

constexpr int kQueryBlock = 48;      // rows of one attention block: a multiple of every body's tile
constexpr int kRowsInParallel = 16;  // fewer rows than this are normalised by the calling thread

std::vector<float> load(const S1Weights& weights, const std::string& name, int64_t count) {
  std::vector<float> values = weights.tensor(name);
  if (static_cast<int64_t>(values.size()) != count) {
    throw Error(code::kModelMismatch, name + " holds " + std::to_string(values.size()) + " values, its config needs " +
                                          std::to_string(count));
  }
  return values;
}

kernels::Buffer<float> load_buffer(const S1Weights& weights, const std::string& name, int64_t count) {
  const std::vector<float> values = load(weights, name, count);
  kernels::Buffer<float> buffer(padded(static_cast<int>(count)));
  std::copy(values.begin(), values.end(), buffer.data());
  return buffer;
}

void check(const S1Config& c) {
  const bool counts = c.layers > 0 && c.heads > 0 && c.width > 0 && c.ffn > 0 && c.phones > 0 && c.bert_width > 0;
  if (counts && c.width % c.heads == 0 && c.width % 2 == 0 && c.vocab > 1 && c.eos == c.vocab - 1) return;
  throw Error(code::kUnsupportedConfig,
              "this s1 config cannot run: n_layer " + std::to_string(c.layers) + ", head " + std::to_string(c.heads) +
                  ", hidden_dim " + std::to_string(c.width) + " (an even multiple of head is needed), vocab_size " +
                  std::to_string(c.vocab) + ", EOS " + std::to_string(c.eos) + " (vocab_size - 1 is needed)",
              "s1");
}

Format format_of(Precision precision) {
  switch (precision) {
    case Precision::kFp32:
      return Format::kFloat;
    case Precision::kFp16:
      return Format::kHalf;
    case Precision::kInt8:
      return Format::kInt8;
  }
  return Format::kFloat;
}

// Panels of one claim: about four claims a thread, in whole groups of eight panels when there are enough.
int panels_per_chunk(int panels, int threads) {
  constexpr int kGroup = 8;
  const int share = (panels + threads - 1) / threads;
  return share >= 4 * kGroup ? share / (4 * kGroup) * kGroup : std::min(share, kGroup);
}

}  // namespace

S1Network::S1Network(const S1Weights& weights, Precision precision, std::shared_ptr<kernels::ThreadPool> pool)
    : config_(weights.config),
      half_cache_(precision != Precision::kFp32),
      kernels_(kernels::detect()),
      pool_(std::move(pool)) {
  check(config_);
  const int width = config_.width;
  const auto linear = [&](const std::string& name, const char* weight, const char* bias, int n, int k, Format format) {
    const std::vector<float> values = load(weights, name + weight, int64_t{n} * k);
    const std::vector<float> offsets = bias == nullptr ? std::vector<float>() : load(weights, name + bias, n);
    return PackedLinear(values, offsets, n, k, format, kernels_, *pool_);
  };
  const Format format = format_of(precision);
  for (int i = 0; i < config_.layers; ++i) {
    const std::string name = "h.layers." + std::to_string(i) + ".";
    layers_.push_back({
        linear(name + "self_attn.in_proj_", "weight", "bias", 3 * width, width, format),
        linear(name + "self_attn.out_proj.", "weight", "bias", width, width, format),
        linear(name + "linear1.", "weight", "bias", config_.ffn, width, format),
        linear(name + "linear2.", "weight", "bias", width, config_.ffn, format),
        {load_buffer(weights, name + "norm1.weight", width), load_buffer(weights, name + "norm1.bias", width)},
        {load_buffer(weights, name + "norm2.weight", width), load_buffer(weights, name + "norm2.bias", width)},
    });
  }
  // The ends of the network are small and decide the most: int8 keeps them in half.
  const Format ends = precision == Precision::kFp32 ? Format::kFloat : Format::kHalf;
  bert_ = linear("bert_proj.", "weight", "bias", width, config_.bert_width, ends);
  predict_ = linear("ar_predict_layer.", "weight", nullptr, config_.vocab, width, ends);
  text_embedding_ = load_buffer(weights, "ar_text_embedding.word_embeddings.weight", int64_t{config_.phones} * width);
  audio_embedding_ = load_buffer(weights, "ar_audio_embedding.word_embeddings.weight", int64_t{config_.vocab} * width);
  text_alpha_ = load(weights, "ar_text_position.alpha", 1)[0];
  audio_alpha_ = load(weights, "ar_audio_position.alpha", 1)[0];
  const float step = static_cast<float>(-(std::log(10000.0) / width));
  for (int i = 0; i < width; i += 2) {
    frequencies_.push_back(static_cast<float>(std::exp(static_cast<double>(static_cast<float>(i) * step))));
  }
}

KvShape S1Network::kv_shape() const {
  return {config_.layers, config_.heads, config_.width / config_.heads, half_cache_};
}

size_t S1Network::step_bytes() const {
  size_t total = predict_.bytes();
  for (const Layer& layer : layers_) {
    total += layer.qkv.bytes() + layer.out.bytes() + layer.up.bytes() + layer.down.bytes();
  }
  return total;
}

void S1Network::add_position(float alpha, int position, float* x) const {
  for (size_t i = 0; i < frequencies_.size(); ++i) {
    const float angle = static_cast<float>(position) * frequencies_[i];
    x[2 * i] += alpha * std::sin(angle);
    x[2 * i + 1] += alpha * std::cos(angle);
  }
}

void S1Network::embed_token(int32_t token, int position, float* x) const {
  std::copy_n(audio_embedding_.data() + int64_t{token} * config_.width, config_.width, x);
  add_position(audio_alpha_, position, x);
}

void S1Network::embed_phones(std::span<const int32_t> phones, const float* bert, Activations& a) const {
  const int count = static_cast<int>(phones.size());
  const Rows x{a.x.data(), a.width_stride};
  if (bert != nullptr) {
    const int64_t stride = row_stride(config_.bert_width);
    kernels::Buffer<float> rows(count * stride);
    for (int channel = 0; channel < config_.bert_width; ++channel) {
      for (int i = 0; i < count; ++i) rows[i * stride + channel] = bert[int64_t{channel} * count + i];
    }
    linear(bert_, {rows.data(), stride}, count, x, false, a);
  } else {
    for (int i = 0; i < count; ++i) std::copy_n(bert_.matmul().bias, config_.width, x.data + i * x.stride);
  }
  pool_->run(count, [&](int i, int) {
    float* row = x.data + i * x.stride;
    const float* embedding = text_embedding_.data() + int64_t{phones[i]} * config_.width;
    for (int j = 0; j < config_.width; ++j) row[j] += embedding[j];
    add_position(text_alpha_, i, row);
  });
}

void S1Network::run_layer(int index, std::span<const RowPlace> places, int first, Activations& a) const {
  const Layer& layer = layers_[index];
  const int count = static_cast<int>(places.size()) - first;
  const auto from = [first](kernels::Buffer<float>& buffer, int64_t stride) {
    return Rows{buffer.data() + first * stride, stride};
  };
  linear(layer.qkv, {a.x.data(), a.width_stride}, static_cast<int>(places.size()), {a.qkv.data(), a.qkv_stride}, false,
         a);
  store_keys_and_values(index, places, a);
  attend(index, places, first, a);
  const Rows added = from(a.added, a.width_stride);
  linear(layer.out, from(a.attended, a.width_stride), count, added, false, a);
  add_norm(layer.norm1, first, count, a);
  const Rows hidden = from(a.hidden, a.hidden_stride);
  linear(layer.up, from(a.x, a.width_stride), count, hidden, true, a);
  linear(layer.down, hidden, count, added, false, a);
  add_norm(layer.norm2, first, count, a);
}

void S1Network::predict(int first, int count, Activations& a) const {
  linear(predict_, {a.x.data() + first * a.width_stride, a.width_stride}, count, {a.logits.data(), a.logits_stride},
         false, a);
}

void S1Network::linear(const PackedLinear& layer, Rows x, int count, Rows y, bool relu, Activations& a) const {
  Matmul m = layer.matmul();
  m.rows = count;
  m.y = y.data;
  m.y_stride = y.stride;
  m.relu = relu;
  m.x = x.data;
  m.x_stride = x.stride;
  const bool fixed =
      layer.format() == Format::kHalf && a.prompt && count >= kRowsInFixed && kernels_.matmul_f16_fixed != nullptr;
  if (layer.format() == Format::kInt8 || fixed) {
    const auto quantise = [&](int row, int) {
      a.scales[row] = kernels_.quantise(x.data + row * x.stride, layer.k(), a.quantised.data() + row * x.stride);
    };
    if (count < kRowsInParallel) {
      for (int row = 0; row < count; ++row) quantise(row, 0);
    } else {
      pool_->run(count, quantise);
    }
    m.x = a.quantised.data();
    m.x_scale = a.scales.data();
  }
  const kernels::MatmulFn body = fixed ? kernels_.matmul_f16_fixed : layer.body(kernels_);
  const int panels = layer.panels();
  const int share = panels_per_chunk(panels, pool_->threads());
  pool_->run((panels + share - 1) / share,
             [&](int chunk, int) { body(m, chunk * share, std::min(panels, (chunk + 1) * share)); });
}

void S1Network::store_keys_and_values(int layer, std::span<const RowPlace> places, Activations& a) const {
  const int head_dim = config_.width / config_.heads;
  const auto store = half_cache_ ? kernels_.store_kv_f16 : kernels_.store_kv_f32;
  const auto store_head = [&](int head, int) {
    for (size_t row = 0; row < places.size(); ++row) {
      const float* q = a.qkv.data() + static_cast<int64_t>(row) * a.qkv_stride + head * head_dim;
      store(places[row].cache->slot(layer, head), q + config_.width, q + 2 * config_.width, head_dim,
            places[row].position);
    }
  };
  if (places.size() < kRowsInParallel) {
    for (int head = 0; head < config_.heads; ++head) store_head(head, 0);
  } else {
    pool_->run(config_.heads, store_head);
  }
}

void S1Network::attend(int layer, std::span<const RowPlace> places, int first, Activations& a) const {
  // Rows of one cache share its keys: blocks of them become one product. Rows of a step each have their own.
  const bool one_cache = places.front().cache == places.back().cache;
  const int rows = static_cast<int>(places.size()) - first;
  const int block = one_cache ? kQueryBlock : 1;
  const int blocks = (rows + block - 1) / block;
  const int longest = std::max_element(places.begin(), places.end(), [](const RowPlace& p, const RowPlace& q) {
                        return p.visible < q.visible;
                      })->visible;
  const int64_t scores_size = std::min(block, rows) * row_stride(longest);
  if (a.scores.size() < static_cast<size_t>(scores_size * pool_->threads())) {
    // Half as much again, so that a sentence which grows by a position a step rarely comes here.
    a.scores = kernels::Buffer<float>(scores_size * pool_->threads() * 3 / 2);
  }
  pool_->run(blocks * config_.heads, [&](int unit, int worker) {
    const int head = unit % config_.heads;
    const int begin = first + unit / config_.heads * block;
    const auto some = places.subspan(begin, std::min<size_t>(block, places.size() - begin));
    attend_block(some.front().cache->slot(layer, head), head, some, begin, a.scores.data() + worker * scores_size, a);
  });
}

void S1Network::attend_block(const kernels::KvSlot& slot, int head, std::span<const RowPlace> places, int first,
                             float* scores, Activations& a) const {
  const int head_dim = config_.width / config_.heads;
  const auto matmul = half_cache_ ? kernels_.matmul_f16 : kernels_.matmul_f32;
  const int visible = places.back().visible;  // rows see at least what the rows before them see
  Matmul product;
  product.weights = slot.keys;
  product.panel_stride = int64_t{head_dim} * kPanel;
  product.n = padded(visible);
  product.k = head_dim;
  product.x = a.qkv.data() + first * a.qkv_stride + head * head_dim;
  product.x_stride = a.qkv_stride;
  product.rows = static_cast<int>(places.size());
  product.y = scores;
  product.y_stride = row_stride(visible);
  matmul(product, 0, product.n / kPanel);

  const float scale = 1.0f / std::sqrt(static_cast<float>(head_dim));
  for (size_t row = 0; row < places.size(); ++row) {
    kernels_.softmax(scores + static_cast<int64_t>(row) * product.y_stride, places[row].visible, visible, scale);
  }
  float* attended = a.attended.data() + first * a.width_stride + head * head_dim;
  if (product.rows == 1) {
    (half_cache_ ? kernels_.mix_f16 : kernels_.mix_f32)(slot, scores, visible, head_dim, attended);
    return;
  }
  product.weights = slot.values;
  product.panel_stride = slot.value_stride;
  product.n = head_dim;
  product.k = visible;
  product.x = scores;
  product.x_stride = product.y_stride;
  product.y = attended;
  product.y_stride = a.width_stride;
  matmul(product, 0, padded(head_dim) / kPanel);
}

void S1Network::add_norm(const Norm& norm, int first, int count, Activations& a) const {
  const auto one = [&](int i, int) {
    const int64_t at = (first + i) * a.width_stride;
    kernels_.add_layer_norm(a.x.data() + at, a.added.data() + at, norm.weight.data(), norm.bias.data(), config_.width);
  };
  if (count < kRowsInParallel) {
    for (int i = 0; i < count; ++i) one(i, 0);
  } else {
    pool_->run(count, one);
  }
}

}  // namespace gsv::semantic
