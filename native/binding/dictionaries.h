// Open dictionaries of one environment, by path: opening one maps 100 MB, so each is opened once.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "morphology/morphology.h"

namespace gsv::binding {

class Dictionaries {
 public:
  const JapaneseAnalyzer& japanese(const std::string& dictionary, const std::string& user_dictionary) {
    const auto key = std::pair(dictionary, user_dictionary);
    const auto found = japanese_.find(key);
    if (found != japanese_.end()) return found->second;
    return japanese_.emplace(key, JapaneseAnalyzer(dictionary, user_dictionary)).first->second;
  }

  const KoreanAnalyzer& korean(const std::string& dictionary) {
    const auto found = korean_.find(dictionary);
    if (found != korean_.end()) return found->second;
    return korean_.emplace(dictionary, KoreanAnalyzer(dictionary)).first->second;
  }

 private:
  std::map<std::pair<std::string, std::string>, JapaneseAnalyzer> japanese_;
  std::map<std::string, KoreanAnalyzer> korean_;
};

}  // namespace gsv::binding
