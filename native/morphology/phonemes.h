// Pronunciations of words in kana to phonemes in moras in accent phrases, and what a label says of each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gsv {

class PhonemeSequence {
 public:
  // is_chained: the word goes on in the accent phrase of the one before. accent: the phrase's nucleus, 0 for none.
  void push_word(std::string_view pronunciation, int accent, bool is_chained);

  // A label a phoneme with silence at both ends; none without a phoneme.
  std::vector<std::string> labels() const;

 private:
  struct Phoneme {
    const char* name;
    int mora;  // index into moras_, -1 for a pause
  };
  struct Mora {
    int phrase;  // index into phrases_
    int place;   // in its phrase, from 1
  };
  struct Phrase {
    int accent;
    int moras;
  };

  void lengthen();
  void push_mora(const char* first, const char* second);
  void push_phoneme(const char* name) { phonemes_.push_back({name, static_cast<int>(moras_.size()) - 1}); }
  std::string label(const Phoneme& phoneme) const;

  std::vector<Phoneme> phonemes_;
  std::vector<Mora> moras_;
  std::vector<Phrase> phrases_;
  bool pause_is_due_ = false;
};

}  // namespace gsv
