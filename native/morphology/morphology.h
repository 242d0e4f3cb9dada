// Japanese and Korean word analysis over OpenJTalk and its MeCab core. The room's only entry; links no torch.
// A build without OpenJTalk's sources has these classes too: opening one throws ERR_GSV_NATIVE_LIBRARY.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gsv {

// True when this build holds OpenJTalk.
bool has_morphology();

class JapaneseAnalyzer {
 public:
  // dictionary: folder of the compiled naist-jdic (sys.dic, matrix.bin, char.bin, unk.dic), mapped into memory.
  // user_dictionary: a file made by compile_user_dictionary, or empty.
  explicit JapaneseAnalyzer(const std::string& dictionary, const std::string& user_dictionary = {});
  ~JapaneseAnalyzer();
  JapaneseAnalyzer(JapaneseAnalyzer&&) noexcept;
  JapaneseAnalyzer& operator=(JapaneseAnalyzer&&) noexcept;

  // Phones of one stretch of text apart by spaces, `_` for a pause; empty when nothing of the text has a sound. Marks
  // of the accent stand after the phone: `#` an accent phrase ends, `]` the pitch falls, `[` it rises.
  // Any bytes are taken: what is not UTF-8 is left out. Safe from several threads at once.
  std::string phones(std::string_view utf8) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct Morpheme {
  std::string surface;
  std::string tag;  // first field of the dictionary's feature, such as NNG or VV+EC
};

class KoreanAnalyzer {
 public:
  // dictionary: folder of the compiled mecab-ko-dic.
  explicit KoreanAnalyzer(const std::string& dictionary);
  ~KoreanAnalyzer();
  KoreanAnalyzer(KoreanAnalyzer&&) noexcept;
  KoreanAnalyzer& operator=(KoreanAnalyzer&&) noexcept;

  // Words of a text in order; spaces between them are not part of any. Safe from several threads at once.
  std::vector<Morpheme> parse(std::string_view utf8) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Compiles a Japanese user dictionary in MeCab's CSV format (`*` for ids and costs that the dictionary shall choose)
// into `output`, which appears whole or not at all.
void compile_user_dictionary(const std::string& dictionary, const std::string& csv, const std::string& output);

}  // namespace gsv
