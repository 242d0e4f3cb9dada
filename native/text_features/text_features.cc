#include "text_features/text_features.h"

#include <numeric>

#include "error.h"

namespace gsv::text_features {

at::Tensor character_features(torch::jit::Module& bert, const std::vector<std::int64_t>& ids) {
  const at::Tensor input = at::tensor(ids, at::kLong).unsqueeze(0);
  const c10::Device device = (*bert.parameters().begin()).device();
  return bert.forward({input.to(device)}).toTensor().transpose(0, 1).cpu();
}

void write_phone_features(torch::jit::Module& bert, const PhoneSequence& text, std::size_t first_column,
                          at::Tensor& out) {
  for (const BertSpan& span : text.bert) {
    const std::int64_t phones = std::accumulate(span.phones_per_id.begin(), span.phones_per_id.end(), std::int64_t{0});
    const bool fits = span.ids.size() == span.phones_per_id.size() + 2 &&
                      span.first_phone + static_cast<std::size_t>(phones) <= text.phones.size();
    if (!fits) throw Error(code::kWrongType, "word2ph does not fit its ids and phones");
    const at::Tensor counts = at::tensor(span.phones_per_id, at::kInt).to(at::kLong);
    const at::Tensor features = character_features(bert, span.ids).repeat_interleave(counts, 1);
    out.narrow(1, static_cast<std::int64_t>(first_column + span.first_phone), phones).copy_(features);
  }
}

}  // namespace gsv::text_features
