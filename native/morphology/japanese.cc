#include <cstdlib>
#include <utility>

#include "error.h"
#include "jpcommon.h"
#include "mecab_model.h"
#include "morphology.h"
#include "njd.h"
#include "njd2jpcommon.h"
#include "njd_set_accent_phrase.h"
#include "njd_set_accent_type.h"
#include "njd_set_digit.h"
#include "njd_set_pronunciation.h"
#include "njd_set_unvoiced_vowel.h"
#include "text2mecab.h"
#include "utf8.h"

namespace gsv {
namespace {

// OpenJTalk works in buffers of this size, unchecked: one word with its feature, or one word's pronunciation.
constexpr size_t kWordBuffer = 1024;
// njd_set_unvoiced_vowel may add a mark of 3 bytes to each kana of 3 bytes.
constexpr size_t kMaxPronunciation = kWordBuffer / 2 - 4;
// Upstream's buffer for a whole stretch; a longer one overran it there, so nothing is lost by cutting it here.
constexpr size_t kMaxStretch = 8191;
// Labels take time in the square of the stretch, so what must be cut is cut well below the limit.
constexpr size_t kCutStretch = 1500;

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

class Utterance {
 public:
  explicit Utterance(Words& words) {
    JPCommon_initialize(&common_);
    njd2jpcommon(&common_, words.get());
    JPCommon_make_label(&common_);
  }
  ~Utterance() { JPCommon_clear(&common_); }
  Utterance(const Utterance&) = delete;
  Utterance& operator=(const Utterance&) = delete;

  std::vector<std::string> labels() {
    char** first = JPCommon_get_label_feature(&common_);
    const int count = first == nullptr ? 0 : JPCommon_get_label_size(&common_);
    return {first, first + count};
  }

 private:
  JPCommon common_;
};

// ASCII becomes full-width, control characters go, half-width kana with marks are joined.
std::string to_dictionary_form(const std::string& text) {
  std::string wide(3 * text.size() + 1, '\0');
  text2mecab(wide.data(), text.c_str());
  wide.resize(wide.find('\0'));
  return wide;
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
    njd_set_unvoiced_vowel(words.get());
    return Utterance(words).labels();
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

std::vector<std::string> JapaneseAnalyzer::full_context_labels(std::string_view utf8) const {
  const std::string text = to_dictionary_form(valid_utf8(utf8));
  if (text.empty()) return {};
  return text.size() > kMaxStretch ? state_->analyze_in_parts(text, kCutStretch) : state_->analyze(text);
}

bool has_morphology() { return true; }

}  // namespace gsv
