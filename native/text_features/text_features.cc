#include "text_features/text_features.h"

#include <algorithm>
#include <numeric>

#include "error.h"

namespace gsv::text_features {

at::Tensor character_features(Bert& bert, const std::vector<std::int64_t>& ids) { return bert(ids).transpose(0, 1); }

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
