#include <algorithm>
#include <cstdlib>
#include <utility>

#include "error.h"
#include "jpcommon.h"
#include "mecab_model.h"
#include "morphology.h"
#include "njd.h"
#include "njd_set_accent_phrase.h"
#include "njd_set_accent_type.h"
#include "njd_set_digit.h"
#include "njd_set_pronunciation.h"
#include "text2mecab.h"
#include "utf8.h"

namespace gsv {
namespace {

// OpenJTalk works in buffers of this size, unchecked: one word with its feature, or one word's pronunciation.
constexpr size_t kWordBuffer = 1024;
// njd_set_digit may voice a counter's first kana, which takes no more room.
constexpr size_t kMaxPronunciation = kWordBuffer - 8;
// Upstream's buffer for a whole stretch; a longer one overran it there, so nothing is lost by cutting it here.
constexpr size_t kMaxStretch = 8191;
// What must be cut is cut into shorter parts, which need less memory at a time.
constexpr size_t kCutStretch = 1500;

constexpr const char* kSilence = "-sil+/A:xx+xx+xx/F:xx_";
constexpr const char* kPause = "-pau+/A:xx+xx+xx/F:xx_";

class Words {
 public:
  Words() { NJD_initialize(&njd_); }
  ~Words() { NJD_clear(&njd_); }
  Words(const Words&) = delete;
  Words& operator=(const Words&) = delete;

  NJD* get() { return &njd_; }

  bool fits() const {
    for (NJDNode* node = njd_.head; node != nullptr; node = node->next) {
      if (std::string_view(NJDNode_get_pron(node)).size() > kMaxPronunciation) return false;
    }
    return true;
  }

 private:
  NJD njd_;
};

// The words as phonemes in moras in accent phrases.
class Utterance {
 public:
  explicit Utterance(Words& words) {
    JPCommonLabel_initialize(&label_);
    for (NJDNode* node = words.get()->head; node != nullptr; node = node->next) {
      JPCommonLabel_push_word(&label_, NJDNode_get_pron(node), kAnyPartOfSpeech, kAnyConjugation, kAnyConjugation,
                              NJDNode_get_acc(node), NJDNode_get_chain_flag(node));
    }
  }
  ~Utterance() { JPCommonLabel_clear(&label_); }
  Utterance(const Utterance&) = delete;
  Utterance& operator=(const Utterance&) = delete;

  const JPCommonLabelPhoneme* first() const { return label_.phoneme_head; }

 private:
  // The words' grammar goes into fields of the label that are not made here.
  static constexpr const char* kAnyPartOfSpeech = "その他";
  static constexpr const char* kAnyConjugation = "*";

  JPCommonLabel label_;
};

// Fields A and F count up to this, as in the full label.
constexpr int kMaxMoras = 49;

int clamped(int count) { return std::clamp(count, 1, kMaxMoras); }

int mora_count(const JPCommonLabelAccentPhrase* phrase) {
  int count = 1;
  for (const JPCommonLabelMora* mora = phrase->head->head; mora != phrase->tail->tail; mora = mora->next) ++count;
  return count;
}

// The numbers of one phoneme's label, kept from phoneme to phoneme so that a phrase is counted once.
class Position {
 public:
  void move_to(const JPCommonLabelMora* mora) {
    const JPCommonLabelAccentPhrase* phrase = mora->up->up;
    if (phrase != phrase_) {
      phrase_ = phrase;
      moras_ = mora_count(phrase);
      index_ = 0;
      mora_ = nullptr;
    }
    if (mora != mora_) ++index_;
    mora_ = mora;
  }

  std::string label(const char* phoneme) const {
    const int accent = phrase_->accent == 0 ? moras_ : phrase_->accent;
    const int from_accent = std::clamp(index_ - accent, -kMaxMoras, kMaxMoras);
    return std::string("-")
        .append(phoneme)
        .append("+/A:")
        .append(std::to_string(from_accent))
        .append("+")
        .append(std::to_string(clamped(index_)))
        .append("+")
        .append(std::to_string(clamped(moras_ - index_ + 1)))
        .append("/F:")
        .append(std::to_string(clamped(moras_)))
        .append("_");
  }

 private:
  const JPCommonLabelAccentPhrase* phrase_ = nullptr;
  const JPCommonLabelMora* mora_ = nullptr;
  int moras_ = 0;
  int index_ = 0;  // of mora_ in phrase_, from 1
};

std::vector<std::string> labels_of(const Utterance& utterance) {
  if (utterance.first() == nullptr) return {};
  std::vector<std::string> labels = {kSilence};
  Position position;
  for (const JPCommonLabelPhoneme* each = utterance.first(); each != nullptr; each = each->next) {
    if (each->up == nullptr) {
      labels.emplace_back(kPause);
      continue;
    }
    position.move_to(each->up);
    labels.push_back(position.label(each->phoneme));
  }
  labels.emplace_back(kSilence);
  return labels;
}

bool is_dictionary_form(char first_byte) {
  const auto byte = static_cast<unsigned char>(first_byte);
  return byte >= 0xE3 && byte <= 0xED;  // kana, han and hangul; what text2mecab changes is ASCII or begins with EF
}

// ASCII becomes full-width, control characters go, half-width kana with marks are joined.
std::string to_dictionary_form(const std::string& text) {
  std::string result;
  std::string other;
  std::string wide;
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    while (at < text.size() && is_dictionary_form(text[at])) at += 3;
    result.append(text, start, at - start);
    const size_t other_start = at;
    while (at < text.size() && !is_dictionary_form(text[at])) at += utf8_length(text, at);
    if (at == other_start) continue;
    other.assign(text, other_start, at - other_start);
    wide.assign(3 * other.size() + 1, '\0');
    text2mecab(wide.data(), other.c_str());
    result.append(wide.c_str());
  }
  return result;
}

void read_words(const MecabModel& model, const std::string& text, NJD* njd) {
  model.parse(text, [&](std::string_view surface, std::string_view feature) {
    if (surface.size() + feature.size() + 2 > kWordBuffer) {
      throw Error(code::kUnsupportedFormat, "the dictionary entry of " + std::string(surface.substr(0, 60)) + " is " +
                                                std::to_string(feature.size()) + " bytes long; OpenJTalk takes 1000");
    }
    auto* node = static_cast<NJDNode*>(std::calloc(1, sizeof(NJDNode)));
    NJDNode_initialize(node);
    NJDNode_load(node, std::string(surface).append(",").append(feature).c_str());
    NJD_push_node(njd, node);
  });
}

// The later part's leading silence and the earlier part's closing one stand where the cut is, not in the speech.
void append(std::vector<std::string>& labels, std::vector<std::string> more) {
  if (more.empty()) return;
  if (labels.empty()) {
    labels = std::move(more);
    return;
  }
  labels.pop_back();
  labels.insert(labels.end(), std::make_move_iterator(more.begin() + 1), std::make_move_iterator(more.end()));
}

}  // namespace

struct JapaneseAnalyzer::State {
  MecabModel model;

  std::vector<std::string> analyze(const std::string& text) const {
    Words words;
    read_words(model, text, words.get());
    njd_set_pronunciation(words.get());
    if (!words.fits()) return analyze_in_parts(text, text.size() / 2);
    njd_set_digit(words.get());
    njd_set_accent_phrase(words.get());
    njd_set_accent_type(words.get());
    // Devoicing would come here; it only makes vowels capitals, and phones have none.
    return labels_of(Utterance(words));
  }

  std::vector<std::string> analyze_in_parts(const std::string& text, size_t part_size) const {
    std::vector<std::string> labels;
    for (size_t at = 0; at < text.size();) {
      const std::string rest = text.substr(at, part_size + 4);
      const size_t length = utf8_border(rest, part_size);
      append(labels, analyze(rest.substr(0, length)));
      at += length;
    }
    return labels;
  }
};

JapaneseAnalyzer::JapaneseAnalyzer(const std::string& dictionary, const std::string& user_dictionary)
    : state_(new State{{dictionary, user_dictionary}}) {}
JapaneseAnalyzer::~JapaneseAnalyzer() = default;
JapaneseAnalyzer::JapaneseAnalyzer(JapaneseAnalyzer&&) noexcept = default;
JapaneseAnalyzer& JapaneseAnalyzer::operator=(JapaneseAnalyzer&&) noexcept = default;

std::vector<std::string> JapaneseAnalyzer::accent_labels(std::string_view utf8) const {
  const std::string text = to_dictionary_form(valid_utf8(utf8));
  if (text.empty()) return {};
  return text.size() > kMaxStretch ? state_->analyze_in_parts(text, kCutStretch) : state_->analyze(text);
}

bool has_morphology() { return true; }

}  // namespace gsv
