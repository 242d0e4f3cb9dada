#include "mecab_model.h"
#include "morphology.h"
#include "utf8.h"

namespace gsv {
namespace {

// A lattice takes about 2 kB a byte of text, so a long text is parsed in parts.
constexpr size_t kMaxPart = 8192;

// After the last space within the limit; without one, between two characters.
size_t part_length(std::string_view rest) {
  if (rest.size() <= kMaxPart) return rest.size();
  const size_t space = rest.substr(0, kMaxPart).find_last_of(" \t\n\r");
  return space == std::string_view::npos || space == 0 ? utf8_border(rest, kMaxPart) : space;
}

std::string first_field(std::string_view feature) { return std::string(feature.substr(0, feature.find(','))); }

}  // namespace

struct KoreanAnalyzer::State {
  MecabModel model;
};

KoreanAnalyzer::KoreanAnalyzer(const std::string& dictionary) : state_(new State{{dictionary, {}}}) {}
KoreanAnalyzer::~KoreanAnalyzer() = default;
KoreanAnalyzer::KoreanAnalyzer(KoreanAnalyzer&&) noexcept = default;
KoreanAnalyzer& KoreanAnalyzer::operator=(KoreanAnalyzer&&) noexcept = default;

std::vector<Morpheme> KoreanAnalyzer::parse(std::string_view utf8) const {
  const std::string text = valid_utf8(utf8);
  std::vector<Morpheme> morphemes;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t length = part_length(rest);
    state_->model.parse(std::string(rest.substr(0, length)), [&](std::string_view surface, std::string_view feature) {
      morphemes.push_back({std::string(surface), first_field(feature)});
    });
    rest.remove_prefix(length);
  }
  return morphemes;
}

}  // namespace gsv
