// Pronunciations of words in kana to phonemes in moras in accent phrases, and those to phones with marks of the accent.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gsv {

// A phoneme and where its mora stands. The numbers go up to 49, as in an HTS full-context label.
struct Phoneme {
  const char* name;   // null for a pause, which has no mora
  int from_nucleus;   // moras after the accent nucleus; 0 on it
  int mora;           // in its accent phrase, from 1; 0 for a pause
  int mora_from_end;  // from 1
  int phrase_length;  // moras
};

// Phones apart by spaces, `_` for a pause, each with the mark of its accent after it: `#` an accent phrase ends,
// `]` the pitch falls, `[` it rises.
std::string accented_phones(const std::vector<Phoneme>& phonemes);

class PhonemeSequence {
 public:
  // is_chained: the word goes on in the accent phrase of the one before. accent: the phrase's nucleus, 0 for none.
  void push_word(std::string_view pronunciation, int accent, bool is_chained);

  std::vector<Phoneme> phonemes() const;

 private:
  struct Sound {
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
  void push_sound(const char* name) { sounds_.push_back({name, static_cast<int>(moras_.size()) - 1}); }
  Phoneme place(const Sound& sound) const;

  std::vector<Sound> sounds_;
  std::vector<Mora> moras_;
  std::vector<Phrase> phrases_;
  bool pause_is_due_ = false;
};

}  // namespace gsv
