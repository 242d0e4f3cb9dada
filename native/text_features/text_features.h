// BERT features: one vector a character of Chinese, repeated for each of its phones; zeros everywhere else.
#pragma once

#include <ATen/ATen.h>

#include <deque>
#include <functional>
#include <vector>

#include "engine/api.h"
#include "text_features/bert.h"

namespace gsv::text_features {

// [hidden, ids - 2]: the third last hidden state of the characters between [CLS] and [SEP].
at::Tensor character_features(Bert& bert, const std::vector<std::int64_t>& ids);

// Character features by ids.
using Features = std::function<at::Tensor(const std::vector<std::int64_t>& ids)>;

// Features of texts that come with every sentence, such as a reference's transcript: the latest are remembered.
// Not for two threads at once.
class FeatureMemory {
 public:
  at::Tensor of(const std::vector<std::int64_t>& ids, const Features& features);

 private:
  struct Entry {
    std::vector<std::int64_t> ids;
    at::Tensor features;
  };
  std::deque<Entry> entries_;
};

// Writes the features of every span of `text` into `out` [hidden, all phones], beginning at column `first_column`.
// Throws ERR_GSV_WRONG_TYPE when a span's counts do not fit its phones.
void write_phone_features(const Features& features, const PhoneSequence& text, std::size_t first_column,
                          at::Tensor& out);

}  // namespace gsv::text_features
