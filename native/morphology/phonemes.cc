#include "phonemes.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "jpcommon_rule_utf_8.h"

namespace gsv {
namespace {

constexpr size_t kKanaBytes = 3;
// A full-context label counts up to this.
constexpr int kMaxMoras = 49;

struct MoraSounds {
  const char* first;
  const char* second;  // null when the mora is one phoneme
};

// Number of the kana that the text has at a place, from U+3000 on; -1 when there is none.
int kana_at(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[at + i]); };
  if (text.size() < at + kKanaBytes || byte(0) != 0xE3 || byte(1) > 0x83) return -1;
  return (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
}

// OpenJTalk's list of moras, which are one kana or two.
class Sounds {
 public:
  Sounds() {
    for (const char* const* entry = jpcommon_mora_list; entry[0] != nullptr; entry += 3) {
      const int first = kana_at(entry[0], 0);
      const int second = kana_at(entry[0], kKanaBytes);
      if (second < 0) {
        alone_[first] = {entry[1], entry[2]};
      } else {
        ends_mora_[second] = true;
        pairs_.emplace(kKana * first + second, MoraSounds{entry[1], entry[2]});
      }
    }
  }

  // The sound of the mora that the text begins with, the longer one first, and its length in bytes; no length when
  // there is none.
  std::pair<MoraSounds, size_t> next(std::string_view text) const {
    const int first = kana_at(text, 0);
    if (first < 0) return {};
    const int second = kana_at(text, kKanaBytes);
    if (second >= 0 && ends_mora_[second]) {
      const auto pair = pairs_.find(kKana * first + second);
      if (pair != pairs_.end()) return {pair->second, 2 * kKanaBytes};
    }
    return {alone_[first], alone_[first].first == nullptr ? 0 : kKanaBytes};
  }

 private:
  static constexpr int kKana = 256;
  std::array<MoraSounds, kKana> alone_{};
  std::array<bool, kKana> ends_mora_{};
  std::unordered_map<int, MoraSounds> pairs_;
};

std::pair<MoraSounds, size_t> next_sound(std::string_view text) {
  static const Sounds sounds;  // constant from here on
  return sounds.next(text);
}

int clamped(int count) { return std::clamp(count, 1, kMaxMoras); }

// A phoneme on which an accent phrase can end.
bool can_end_phrase(std::string_view name) {
  return name == "cl" || (name.size() == 1 && std::string_view("aeiouN").find(name[0]) != std::string_view::npos);
}

// NUL for none. A pause has none, and no phoneme has one before it.
char accent_mark(const Phoneme& phoneme, const Phoneme& next) {
  if (phoneme.name == nullptr || next.name == nullptr) return '\0';
  if (phoneme.mora_from_end == 1 && next.mora == 1 && can_end_phrase(phoneme.name)) return '#';
  const bool is_last = phoneme.mora == phoneme.phrase_length;
  if (phoneme.from_nucleus == 0 && next.mora == phoneme.mora + 1 && !is_last) return ']';
  return phoneme.mora == 1 && next.mora == 2 ? '[' : '\0';
}

}  // namespace

void PhonemeSequence::push_word(std::string_view pronunciation, int accent, bool is_chained) {
  if (pronunciation == JPCOMMON_MORA_SHORT_PAUSE || pronunciation == JPCOMMON_MORA_QUESTION) {
    pause_is_due_ = true;
    return;
  }
  bool has_begun = false;
  while (!pronunciation.empty()) {
    if (pronunciation.starts_with(JPCOMMON_MORA_LONG_VOWEL)) {
      lengthen();
      pronunciation.remove_prefix(kKanaBytes);
      continue;
    }
    // The mark of a devoiced vowel: phones do not tell them apart.
    if (pronunciation.starts_with(JPCOMMON_MORA_UNVOICE)) {
      pronunciation.remove_prefix(kKanaBytes);
      continue;
    }
    const auto [sound, length] = next_sound(pronunciation);
    if (length == 0) return;
    if (!has_begun && (phrases_.empty() || !is_chained)) phrases_.push_back({accent, 0});
    has_begun = true;
    push_mora(sound.first, sound.second);
    pronunciation.remove_prefix(length);
  }
}

// A long vowel says the last phoneme again in a mora of its own. At the start, and after a pause, there is none.
void PhonemeSequence::lengthen() {
  if (!sounds_.empty() && !pause_is_due_) push_mora(sounds_.back().name, nullptr);
}

void PhonemeSequence::push_mora(const char* first, const char* second) {
  if (pause_is_due_ && !sounds_.empty()) sounds_.push_back({nullptr, -1});
  pause_is_due_ = false;
  moras_.push_back({static_cast<int>(phrases_.size()) - 1, ++phrases_.back().moras});
  push_sound(first);
  if (second != nullptr) push_sound(second);
}

std::vector<Phoneme> PhonemeSequence::phonemes() const {
  std::vector<Phoneme> phonemes;
  phonemes.reserve(sounds_.size());
  for (const Sound& each : sounds_) phonemes.push_back(place(each));
  return phonemes;
}

Phoneme PhonemeSequence::place(const Sound& sound) const {
  if (sound.mora < 0) return {};
  const Mora& mora = moras_[sound.mora];
  const Phrase& phrase = phrases_[mora.phrase];
  const int accent = phrase.accent == 0 ? phrase.moras : phrase.accent;
  return {.name = sound.name,
          .from_nucleus = std::clamp(mora.place - accent, -kMaxMoras, kMaxMoras),
          .mora = clamped(mora.place),
          .mora_from_end = clamped(phrase.moras - mora.place + 1),
          .phrase_length = clamped(phrase.moras)};
}

std::string accented_phones(const std::vector<Phoneme>& phonemes) {
  std::string phones;
  phones.reserve(4 * phonemes.size());
  for (size_t i = 0; i < phonemes.size(); ++i) {
    if (i > 0) phones.push_back(' ');
    phones.append(phonemes[i].name == nullptr ? "_" : phonemes[i].name);
    const char mark = i + 1 < phonemes.size() ? accent_mark(phonemes[i], phonemes[i + 1]) : '\0';
    if (mark != '\0') phones.append({' ', mark});
  }
  return phones;
}

}  // namespace gsv
