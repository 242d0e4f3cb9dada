#include "text_features/bert.h"

#include "blueprint/memory.h"
#include "error.h"

namespace gsv::text_features {
namespace {

using blueprint::Held;
using blueprint::Weights;

const std::string kWords = "embeddings.word_embeddings.weight", kPlaces = "embeddings.position_embeddings.weight";
const blueprint::LayerNames kNames = {
    "attention.self.query",       "attention.self.key", "attention.self.value", "attention.output.dense",
    "attention.output.LayerNorm", "intermediate.dense", "output.dense",         "output.LayerNorm"};

}  // namespace

struct Bert::Network {
  Network(Weights&& weights, Held held);
  at::Tensor operator()(const at::Tensor& ids) const;  // [T] -> [T - 2, hidden]

  std::int64_t heads;
  double eps;
  at::Tensor words, places, kind;  // rows of embeddings, as the file holds them
  blueprint::Norm norm;
  std::vector<blueprint::TransformerLayer> layers;
};

Bert::Network::Network(Weights&& weights, Held held)
    : heads(weights.integer("n_heads")),
      eps(weights.number("eps")),
      words(weights.stored(kWords)),
      places(weights.stored(kPlaces)),
      kind(weights.stored("embeddings.token_type_embeddings.weight")),
      norm(weights, "embeddings.LayerNorm") {
  const std::int64_t count = weights.integer("n_layers") - weights.integer("unused_layers");
  for (std::int64_t i = 0; i < count; ++i) {
    layers.emplace_back(weights, "encoder.layer." + std::to_string(i) + ".", kNames, held);
  }
  blueprint::return_freed_memory();
}

at::Tensor Bert::Network::operator()(const at::Tensor& ids) const {
  at::Tensor x = words.index_select(0, ids).to(at::kFloat) + kind[0].to(at::kFloat);
  x = norm(x.add_(places.narrow(0, 0, ids.size(0)).to(at::kFloat)).unsqueeze(0), eps);
  for (const blueprint::TransformerLayer& layer : layers) x = layer(x, heads, eps);
  return x[0].slice(0, 1, -1);
}

Bert::Bert(const std::string& path, c10::Device device, Held held) : device_(device) {
  if (device.is_cpu()) {
    network_ = std::make_shared<const Network>(Weights(path, "bert"), held);
    words_ = network_->words.size(0);
    places_ = network_->places.size(0);
  } else {
    module_ = blueprint::open_module(path, "bert", device);
    const torch::jit::Module embeddings = module_->attr("embeddings").toModule();
    words_ = embeddings.attr("word_embeddings").toModule().attr("weight").toTensor().size(0);
    places_ = embeddings.attr("position_embeddings").toModule().attr("weight").toTensor().size(0);
  }
}

// The vocabulary is a file of its own, which may be that of another BERT.
void Bert::check(const std::vector<std::int64_t>& ids) const {
  for (const std::int64_t id : ids) {
    if (id >= 0 && id < words_) continue;
    throw Error(code::kModelMismatch,
                "BERT's vocabulary names token " + std::to_string(id) + "; " + kWords + " has " +
                    std::to_string(words_) + " rows: the vocabulary is that of another BERT",
                "bert");
  }
  if (static_cast<std::int64_t>(ids.size()) <= places_) return;
  throw Error(code::kModelMismatch,
              "a sentence has " + std::to_string(ids.size()) + " characters for BERT; " + kPlaces + " has " +
                  std::to_string(places_) + " rows: cut the text into shorter sentences",
              "bert");
}

at::Tensor Bert::operator()(const std::vector<std::int64_t>& ids) {
  check(ids);
  const at::Tensor input = at::tensor(ids, at::kLong);
  if (module_) return module_->forward({input.unsqueeze(0).to(device_)}).toTensor().cpu();
  return (*network_)(input);
}

}  // namespace gsv::text_features
