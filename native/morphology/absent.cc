// The room in a build that OpenJTalk's sources could not be fetched for: everything compiles, opening an analyser
// throws.
#include "error.h"
#include "morphology.h"

namespace gsv {
namespace {

[[noreturn]] void throw_absent() {
  throw Error(
      code::kNativeLibrary,
      "this build of gpt-sovits has no Japanese and Korean word analysis, because OpenJTalk's sources could not be "
      "fetched; run `node scripts/openjtalk.mjs` in the package's folder, then `npm run build:native`");
}

}  // namespace

struct JapaneseAnalyzer::State {};
struct KoreanAnalyzer::State {};

bool has_morphology() { return false; }

JapaneseAnalyzer::JapaneseAnalyzer(const std::string&, const std::string&) { throw_absent(); }
JapaneseAnalyzer::~JapaneseAnalyzer() = default;
JapaneseAnalyzer::JapaneseAnalyzer(JapaneseAnalyzer&&) noexcept = default;
JapaneseAnalyzer& JapaneseAnalyzer::operator=(JapaneseAnalyzer&&) noexcept = default;
std::string JapaneseAnalyzer::phones(std::string_view) const { throw_absent(); }

KoreanAnalyzer::KoreanAnalyzer(const std::string&) { throw_absent(); }
KoreanAnalyzer::~KoreanAnalyzer() = default;
KoreanAnalyzer::KoreanAnalyzer(KoreanAnalyzer&&) noexcept = default;
KoreanAnalyzer& KoreanAnalyzer::operator=(KoreanAnalyzer&&) noexcept = default;
std::vector<Morpheme> KoreanAnalyzer::parse(std::string_view) const { throw_absent(); }

void compile_user_dictionary(const std::string&, const std::string&, const std::string&) { throw_absent(); }

}  // namespace gsv
