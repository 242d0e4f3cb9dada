#include "text_features/text_features.h"

#include <algorithm>
#include <numeric>

#include "error.h"

namespace gsv::text_features {

namespace {

std::int64_t rows(const torch::jit::Module& embeddings, const char* name) {
  return embeddings.attr(name).toModule().attr("weight").toTensor().size(0);
}

// The vocabulary is a file of its own, which may be that of another BERT.
void check(const torch::jit::Module& bert, const std::vector<std::int64_t>& ids) {
  const torch::jit::Module embeddings = bert.attr("embeddings").toModule();
  const std::int64_t words = rows(embeddings, "word_embeddings"), places = rows(embeddings, "position_embeddings");
  for (const std::int64_t id : ids) {
    if (id >= 0 && id < words) continue;
    throw Error(code::kModelMismatch,
                "BERT's vocabulary names token " + std::to_string(id) + "; embeddings.word_embeddings.weight has " +
                    std::to_string(words) + " rows: the vocabulary is that of another BERT",
                "bert");
  }
  if (static_cast<std::int64_t>(ids.size()) <= places) return;
  throw Error(code::kModelMismatch,
              "a sentence has " + std::to_string(ids.size()) +
                  " characters for BERT; embeddings.position_embeddings.weight has " + std::to_string(places) +
                  " rows: cut the text into shorter sentences",
              "bert");
}

}  // namespace

at::Tensor character_features(torch::jit::Module& bert, const std::vector<std::int64_t>& ids) {
  check(bert, ids);
  const at::Tensor input = at::tensor(ids, at::kLong).unsqueeze(0);
  const c10::Device device = (*bert.parameters().begin()).device();
  return bert.forward({input.to(device)}).toTensor().transpose(0, 1).cpu();
}

at::Tensor FeatureMemory::of(const std::vector<std::int64_t>& ids, const Features& features) {
  constexpr std::size_t kMost = 32;
  const auto known = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.ids == ids; });
  if (known != entries_.end()) return known->features;
  entries_.push_front({ids, features(ids)});
  if (entries_.size() > kMost) entries_.pop_back();
  return entries_.front().features;
}

void write_phone_features(const Features& features, const PhoneSequence& text, std::size_t first_column,
                          at::Tensor& out) {
  for (const BertSpan& span : text.bert) {
    const std::int64_t phones = std::accumulate(span.phones_per_id.begin(), span.phones_per_id.end(), std::int64_t{0});
    const bool fits = span.ids.size() == span.phones_per_id.size() + 2 &&
                      span.first_phone + static_cast<std::size_t>(phones) <= text.phones.size();
    if (!fits) throw Error(code::kWrongType, "word2ph does not fit its ids and phones");
    const at::Tensor counts = at::tensor(span.phones_per_id, at::kInt).to(at::kLong);
    out.narrow(1, static_cast<std::int64_t>(first_column + span.first_phone), phones)
        .copy_(features(span.ids).repeat_interleave(counts, 1));
  }
}

}  // namespace gsv::text_features
