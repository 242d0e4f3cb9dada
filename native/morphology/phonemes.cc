#include "phonemes.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "jpcommon_rule_utf_8.h"

namespace gsv {
namespace {

constexpr size_t kKanaBytes = 3;
// Fields A and F count up to this, as in the full label.
constexpr int kMaxMoras = 49;
constexpr const char* kSilence = "-sil+/A:xx+xx+xx/F:xx_";
constexpr const char* kPause = "-pau+/A:xx+xx+xx/F:xx_";

struct Sound {
  const char* first;
  const char* second;  // null when the mora is one phoneme
};

using Sounds = std::unordered_map<std::string_view, Sound>;

// OpenJTalk's list is searched from its start, longer moras first.
Sounds read_sounds() {
  Sounds sounds;
  for (const char* const* entry = jpcommon_mora_list; entry[0] != nullptr; entry += 3) {
    sounds.emplace(entry[0], Sound{entry[1], entry[2]});
  }
  return sounds;
}

// The sound of the mora that the text begins with, and its length in bytes; no length when there is none.
std::pair<Sound, size_t> next_sound(std::string_view text) {
  static const Sounds sounds = read_sounds();  // constant from here on
  for (const size_t length : {2 * kKanaBytes, kKanaBytes}) {
    const auto found = sounds.find(text.substr(0, length));
    if (found != sounds.end()) return {found->second, found->first.size()};
  }
  return {{nullptr, nullptr}, 0};
}

void append_number(std::string& label, const char* before, int number) {
  char digits[8];  // two and a sign
  label.append(before).append(digits, std::to_chars(digits, digits + sizeof(digits), number).ptr);
}

int clamped(int count) { return std::clamp(count, 1, kMaxMoras); }

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
  if (!phonemes_.empty() && !pause_is_due_) push_mora(phonemes_.back().name, nullptr);
}

void PhonemeSequence::push_mora(const char* first, const char* second) {
  if (pause_is_due_ && !phonemes_.empty()) phonemes_.push_back({nullptr, -1});
  pause_is_due_ = false;
  moras_.push_back({static_cast<int>(phrases_.size()) - 1, ++phrases_.back().moras});
  push_phoneme(first);
  if (second != nullptr) push_phoneme(second);
}

std::vector<std::string> PhonemeSequence::labels() const {
  if (phonemes_.empty()) return {};
  std::vector<std::string> labels;
  labels.reserve(phonemes_.size() + 2);
  labels.emplace_back(kSilence);
  for (const Phoneme& each : phonemes_) labels.push_back(each.mora < 0 ? kPause : label(each));
  labels.emplace_back(kSilence);
  return labels;
}

std::string PhonemeSequence::label(const Phoneme& phoneme) const {
  const Mora& mora = moras_[phoneme.mora];
  const Phrase& phrase = phrases_[mora.phrase];
  const int accent = phrase.accent == 0 ? phrase.moras : phrase.accent;
  std::string label("-");
  label.append(phoneme.name);
  append_number(label, "+/A:", std::clamp(mora.place - accent, -kMaxMoras, kMaxMoras));
  append_number(label, "+", clamped(mora.place));
  append_number(label, "+", clamped(phrase.moras - mora.place + 1));
  append_number(label, "/F:", clamped(phrase.moras));
  return label.append("_");
}

}  // namespace gsv
