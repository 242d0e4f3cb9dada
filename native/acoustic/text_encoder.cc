#include "acoustic/text_encoder.h"

#include <algorithm>
#include <string>
#include <utility>

#include "acoustic/convolution.h"
#include "error.h"

namespace gsv::acoustic {
namespace {

constexpr int kMixingHeads = 4;  // no config field sets it

torch::jit::Module inner(const torch::jit::Module& module, std::initializer_list<const char*> path) {
  torch::jit::Module at = module;
  for (const char* name : path) at = at.attr(name).toModule();
  return at;
}

Sequence rows_of(const at::Tensor& table, WeightsReader& reader) {
  const std::span<const float> values = reader.values(table);
  const auto count = static_cast<int>(table.size(0)), width = static_cast<int>(table.size(1));
  Sequence rows(count, width);
  for (int i = 0; i < count; ++i) std::copy_n(values.data() + std::int64_t{i} * width, width, rows.row(i));
  return rows;
}

// What each code is to the encoder: its row of the codebook through enc_p's first map.
Sequence projected_codes(const torch::jit::Module& s2, const kernels::Kernels& kernels, kernels::ThreadPool& pool) {
  WeightsReader reader;
  const torch::jit::Module codebook = child(inner(s2, {"quantizer", "vq"}), "layers", 0).attr("_codebook").toModule();
  const Sequence codes = rows_of(codebook.attr("embed").toTensor(), reader);
  const RowConvolution project(reader.same_length(inner(s2, {"enc_p", "ssl_proj"})), kernels, pool);
  Sequence out(codes.length(), project.outputs());
  project.run(codes, out);
  return out;
}

Sequence phone_embeddings(const torch::jit::Module& s2) {
  WeightsReader reader;
  return rows_of(inner(s2, {"enc_p", "text_embedding"}).attr("weight").toTensor(), reader);
}

EncoderStack stack(const torch::jit::Module& s2, const char* name, int share, const kernels::Kernels& kernels,
                   kernels::ThreadPool& pool) {
  return {inner(s2, {"enc_p", name}), static_cast<int>(s2.attr("n_layers").toInt()) / share,
          static_cast<int>(s2.attr("n_heads").toInt()), kernels, pool};
}

// Of parts of enc_p, their outputs side by side.
RowConvolution convolution(const torch::jit::Module& owner, std::initializer_list<const char*> names,
                           const kernels::Kernels& kernels, kernels::ThreadPool& pool) {
  WeightsReader reader;
  std::vector<torch::jit::Module> modules;
  for (const char* name : names) modules.push_back(owner.attr(name).toModule());
  return {reader.side_by_side(modules), kernels, pool};
}

}  // namespace

TextEncoder::TextEncoder(const torch::jit::Module& s2, std::shared_ptr<kernels::ThreadPool> pool)
    : pool_(std::move(pool)),
      kernels_(kernels::detect()),
      frames_per_token_(static_cast<int>(inner(s2, {"ssl_proj"}).attr("weight").toTensor().size(2))),
      frames_{projected_codes(s2, kernels_, *pool_), "semantic token"},
      phones_{phone_embeddings(s2), "phone"},
      frame_encoder_(stack(s2, "encoder_ssl", 2, kernels_, *pool_)),
      phone_encoder_(stack(s2, "encoder_text", 1, kernels_, *pool_)),
      last_encoder_(stack(s2, "encoder2", 2, kernels_, *pool_)),
      mixer_(inner(s2, {"enc_p", "mrte"}), kernels_, *pool_),
      prior_(convolution(inner(s2, {"enc_p"}), {"proj"}, kernels_, *pool_)) {
  drop_weights(inner(s2, {"enc_p"}));
}

TextEncoder::Mixer::Mixer(const torch::jit::Module& mrte, const kernels::Kernels& kernels, kernels::ThreadPool& pool)
    : frames_in(convolution(mrte, {"c_pre"}, kernels, pool)),
      phones_in(convolution(mrte, {"text_pre"}, kernels, pool)),
      queries(convolution(inner(mrte, {"cross_attention"}), {"conv_q"}, kernels, pool)),
      keys_and_values(convolution(inner(mrte, {"cross_attention"}), {"conv_k", "conv_v"}, kernels, pool)),
      attended(convolution(inner(mrte, {"cross_attention"}), {"conv_o"}, kernels, pool)),
      out(convolution(mrte, {"c_post"}, kernels, pool)) {}

Sequence TextEncoder::Table::look_up(std::span<const std::int64_t> ids, int times, int margin) const {
  Sequence out(static_cast<int>(ids.size()) * times, rows.channels(), margin);
  int row = 0;
  for (const std::int64_t id : ids) {
    if (id < 0 || id >= rows.length()) {
      throw Error(code::kOutOfRange, std::string(what) + " " + std::to_string(id) + " is outside the table of " +
                                         std::to_string(rows.length()));
    }
    for (int i = 0; i < times; ++i) std::copy_n(rows.row(static_cast<int>(id)), rows.stride(), out.row(row++));
  }
  return out;
}

Sequence TextEncoder::operator()(std::span<const std::int64_t> tokens, std::span<const std::int64_t> phones,
                                 std::span<const float> style, const std::stop_token& stop) const {
  Sequence frames = frames_.look_up(tokens, frames_per_token_, frame_encoder_.reach());
  frame_encoder_(frames, stop);
  Sequence text = phones_.look_up(phones, 1, phone_encoder_.reach());
  phone_encoder_(text, stop);
  Sequence latent = mix(frames, text, style);
  last_encoder_(latent, stop);
  return latent;
}

Sequence TextEncoder::mix(const Sequence& frames, const Sequence& phones, std::span<const float> style) const {
  const int width = mixer_.queries.outputs(), length = frames.length();
  Sequence x(length, width), queries(length, width), looked(length, width), attended(length, width);
  Sequence text(phones.length(), width), seen(phones.length(), 2 * width);
  mixer_.frames_in.run(frames, x);
  mixer_.phones_in.run(phones, text);
  mixer_.queries.run(x, queries);
  mixer_.keys_and_values.run(text, seen);
  Heads(kMixingHeads, width / kMixingHeads, kernels_, *pool_)
      .attend({&queries, 0}, {&seen, 0}, {&seen, width}, {}, looked);
  mixer_.attended.run(looked, attended);
  for (int t = 0; t < length; ++t) {
    float* row = x.row(t);
    const float* added = attended.row(t);
    for (int c = 0; c < width; ++c) row[c] += added[c] + style[c];
  }
  Sequence out(length, mixer_.out.outputs(), last_encoder_.reach());
  mixer_.out.run(x, out);
  return out;
}

Sequence TextEncoder::prior(const Sequence& latent) const {
  Sequence out(latent.length(), prior_.outputs());
  prior_.run(latent, out);
  return out;
}

}  // namespace gsv::acoustic
