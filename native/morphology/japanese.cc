#include <utility>

#include "error.h"
#include "mecab_model.h"
#include "morphology.h"
#include "njd.h"
#include "njd_set_accent_phrase.h"
#include "njd_set_accent_type.h"
#include "njd_set_digit.h"
#include "njd_set_pronunciation.h"
#include "openjtalk_memory.h"
#include "phonemes.h"
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

class Words {
 public:
  Words() { NJD_initialize(&njd_); }
  ~Words() { NJD_clear(&njd_); }
  Words(const Words&) = delete;
  Words& operator=(const Words&) = delete;

  NJD* get() { return &njd_; }
  NJDNode* first() const { return njd_.head; }

  bool fits() const {
    for (NJDNode* node = njd_.head; node != nullptr; node = node->next) {
      if (std::string_view(NJDNode_get_pron(node)).size() > kMaxPronunciation) return false;
    }
    return true;
  }

 private:
  NJD njd_;
};

std::vector<Phoneme> phonemes_of(const Words& words) {
  PhonemeSequence phonemes;
  for (NJDNode* node = words.first(); node != nullptr; node = node->next) {
    phonemes.push_word(NJDNode_get_pron(node), NJDNode_get_acc(node), NJDNode_get_chain_flag(node) == 1);
  }
  return phonemes.phonemes();
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
    auto* node = static_cast<NJDNode*>(gsv_openjtalk_calloc(1, sizeof(NJDNode)));
    NJDNode_initialize(node);
    NJDNode_load(node, std::string(surface).append(",").append(feature).c_str());
    NJD_push_node(njd, node);
  });
}

}  // namespace

struct JapaneseAnalyzer::State {
  MecabModel model;

  std::vector<Phoneme> analyze(const std::string& text) const {
    OpenjtalkRoom room;
    Words words;
    read_words(model, text, words.get());
    njd_set_pronunciation(words.get());
    if (!words.fits()) return analyze_in_parts(text, text.size() / 2);
    njd_set_digit(words.get());
    njd_set_accent_phrase(words.get());
    njd_set_accent_type(words.get());
    // Devoicing would come here; it only makes vowels capitals, and phones have none.
    return phonemes_of(words);
  }

  std::vector<Phoneme> analyze_in_parts(const std::string& text, size_t part_size) const {
    std::vector<Phoneme> phonemes;
    for (size_t at = 0; at < text.size();) {
      const std::string rest = text.substr(at, part_size + 4);
      const size_t length = utf8_border(rest, part_size);
      const std::vector<Phoneme> more = analyze(rest.substr(0, length));
      phonemes.insert(phonemes.end(), more.begin(), more.end());
      at += length;
    }
    return phonemes;
  }
};

JapaneseAnalyzer::JapaneseAnalyzer(const std::string& dictionary, const std::string& user_dictionary)
    : state_(new State{{dictionary, user_dictionary}}) {}
JapaneseAnalyzer::~JapaneseAnalyzer() = default;
JapaneseAnalyzer::JapaneseAnalyzer(JapaneseAnalyzer&&) noexcept = default;
JapaneseAnalyzer& JapaneseAnalyzer::operator=(JapaneseAnalyzer&&) noexcept = default;

std::string JapaneseAnalyzer::phones(std::string_view utf8) const {
  const std::string text = to_dictionary_form(valid_utf8(utf8));
  if (text.empty()) return {};
  const bool is_long = text.size() > kMaxStretch;
  return accented_phones(is_long ? state_->analyze_in_parts(text, kCutStretch) : state_->analyze(text));
}

bool has_morphology() { return true; }

}  // namespace gsv
