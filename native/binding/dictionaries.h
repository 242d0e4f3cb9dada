// Open dictionaries of one environment, by path: opening one maps 100 MB, so each is opened once.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "morphology/morphology.h"

namespace gsv::binding {

class Dictionaries {
 public:
  // The dictionary's number: a text is many stretches, and a number is cheaper to pass than two paths.
  std::size_t open_japanese(const std::string& dictionary, const std::string& user_dictionary) {
    const auto key = std::pair(dictionary, user_dictionary);
    const auto found = numbers_.find(key);
    if (found != numbers_.end()) return found->second;
    japanese_.emplace_back(dictionary, user_dictionary);
    return numbers_.emplace(key, japanese_.size() - 1).first->second;
  }

  // Null for a number that was not given out.
  const JapaneseAnalyzer* japanese(std::size_t number) const {
    return number < japanese_.size() ? &japanese_[number] : nullptr;
  }

  const KoreanAnalyzer& korean(const std::string& dictionary) {
    const auto found = korean_.find(dictionary);
    if (found != korean_.end()) return found->second;
    return korean_.emplace(dictionary, KoreanAnalyzer(dictionary)).first->second;
  }

 private:
  std::vector<JapaneseAnalyzer> japanese_;
  std::map<std::pair<std::string, std::string>, std::size_t> numbers_;
  std::map<std::string, KoreanAnalyzer> korean_;
};

}  // namespace gsv::binding
