#include "text_features/bert.h"

#include <string>

#include "error.h"

namespace gsv::text_features {
namespace {

using blueprint::inner;

at::Tensor rows(const torch::jit::Module& module, const char* name) {
  return inner(module, {"embeddings", name}).attr("weight").toTensor();
}

blueprint::LayerParts parts_of(const torch::jit::Module& layer) {
  return {inner(layer, {"attention", "self", "query"}),
          inner(layer, {"attention", "self", "key"}),
          inner(layer, {"attention", "self", "value"}),
          inner(layer, {"attention", "output", "dense"}),
          inner(layer, {"attention", "output", "LayerNorm"}),
          inner(layer, {"intermediate", "dense"}),
          inner(layer, {"output", "dense"}),
          inner(layer, {"output", "LayerNorm"})};
}

}  // namespace

Bert::Bert(const torch::jit::Module& module)
    : module_(module),
      heads_(module.attr("n_heads").toInt()),
      eps_(module.attr("eps").toDouble()),
      words_(rows(module, "word_embeddings")),
      places_(rows(module, "position_embeddings")),
      kind_(rows(module, "token_type_embeddings")) {
  if (!words_.is_cpu()) return;
  norm_.emplace_back(inner(module, {"embeddings", "LayerNorm"}));
  const std::int64_t count = module.attr("n_layers").toInt() - module.attr("unused_layers").toInt();
  const torch::jit::Module layers = inner(module, {"encoder", "layer"});
  for (std::int64_t i = 0; i < count; ++i) {
    layers_.emplace_back(parts_of(layers.attr(std::to_string(i)).toModule()));
  }
}

// The vocabulary is a file of its own, which may be that of another BERT.
void Bert::check(const std::vector<std::int64_t>& ids) const {
  for (const std::int64_t id : ids) {
    if (id >= 0 && id < words_.size(0)) continue;
    throw Error(code::kModelMismatch,
                "BERT's vocabulary names token " + std::to_string(id) + "; embeddings.word_embeddings.weight has " +
                    std::to_string(words_.size(0)) + " rows: the vocabulary is that of another BERT",
                "bert");
  }
  if (static_cast<std::int64_t>(ids.size()) <= places_.size(0)) return;
  throw Error(code::kModelMismatch,
              "a sentence has " + std::to_string(ids.size()) +
                  " characters for BERT; embeddings.position_embeddings.weight has " + std::to_string(places_.size(0)) +
                  " rows: cut the text into shorter sentences",
              "bert");
}

at::Tensor Bert::operator()(const std::vector<std::int64_t>& ids) {
  check(ids);
  const at::Tensor input = at::tensor(ids, at::kLong);
  if (!words_.is_cpu()) return module_.forward({input.unsqueeze(0).to(words_.device())}).toTensor().cpu();
  return on_own_kernels(input);
}

at::Tensor Bert::on_own_kernels(const at::Tensor& ids) const {
  at::Tensor x = words_.index_select(0, ids).to(at::kFloat) + kind_[0].to(at::kFloat);
  x = norm_[0](x.add_(places_.narrow(0, 0, ids.size(0)).to(at::kFloat)).unsqueeze(0), eps_);
  for (const blueprint::TransformerLayer& layer : layers_) x = layer(x, heads_, eps_);
  return x[0].slice(0, 1, -1);
}

}  // namespace gsv::text_features
