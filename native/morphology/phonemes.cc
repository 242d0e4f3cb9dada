#include "phonemes.h"

#include <algorithm>
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

using Sounds = std::unordered_map<std::string_view, MoraSounds>;

// OpenJTalk's list is searched from its start, longer moras first.
Sounds read_sounds() {
  Sounds sounds;
  for (const char* const* entry = jpcommon_mora_list; entry[0] != nullptr; entry += 3) {
    sounds.emplace(entry[0], MoraSounds{entry[1], entry[2]});
  }
  return sounds;
}

// The sound of the mora that the text begins with, and its length in bytes; no length when there is none.
std::pair<MoraSounds, size_t> next_sound(std::string_view text) {
  static const Sounds sounds = read_sounds();  // constant from here on
  for (const size_t length : {2 * kKanaBytes, kKanaBytes}) {
    const auto found = sounds.find(text.substr(0, length));
    if (found != sounds.end()) return {found->second, found->first.size()};
  }
  return {{nullptr, nullptr}, 0};
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
