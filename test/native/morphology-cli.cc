// Speaks to the morphology room from a script, a text a line (JSON is not needed: texts hold no newline).
// usage: morphology-cli ja DICTIONARY [USER.dic] | ko DICTIONARY | compile DICTIONARY IN.csv OUT.dic
// ja prints the phones of each line, if any, then an empty line; ko prints `surface<TAB>tag` a word, then an empty
// line.
#include <iostream>
#include <string>

#include "error.h"
#include "morphology/morphology.h"

namespace {

void speak_japanese(const gsv::JapaneseAnalyzer& analyzer) {
  for (std::string line; std::getline(std::cin, line);) {
    const std::string phones = analyzer.phones(line);
    if (!phones.empty()) std::cout << phones << '\n';
    std::cout << std::endl;
  }
}

void speak_korean(const gsv::KoreanAnalyzer& analyzer) {
  for (std::string line; std::getline(std::cin, line);) {
    for (const gsv::Morpheme& each : analyzer.parse(line)) std::cout << each.surface << '\t' << each.tag << '\n';
    std::cout << std::endl;
  }
}

int run(int count, char** arguments) {
  const std::string mode = count > 2 ? arguments[1] : "";
  if (mode == "ja") {
    speak_japanese(gsv::JapaneseAnalyzer(arguments[2], count > 3 ? arguments[3] : ""));
  } else if (mode == "ko") {
    speak_korean(gsv::KoreanAnalyzer(arguments[2]));
  } else if (mode == "compile" && count == 5) {
    gsv::compile_user_dictionary(arguments[2], arguments[3], arguments[4]);
  } else {
    std::cerr << "usage: morphology-cli ja DICTIONARY [USER.dic] | ko DICTIONARY | compile DICTIONARY IN.csv OUT.dic\n";
    return 2;
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run(count, arguments);
  } catch (const gsv::Error& error) {
    std::cerr << error.code() << ": " << error.what() << '\n' << error.detail() << '\n';
    return 1;
  }
}
