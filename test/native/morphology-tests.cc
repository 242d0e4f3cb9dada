// The morphology room with real dictionaries. usage: morphology-tests JAPANESE KOREAN WORK_FOLDER
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

#include "expect.h"
#include "morphology/morphology.h"
#include "morphology/phonemes.h"

namespace {

using gsv::JapaneseAnalyzer;
using gsv::KoreanAnalyzer;
using gsv::test::Suite;
namespace fs = std::filesystem;

// Phones of a stretch without the marks of the accent.
std::string plain_phones(const JapaneseAnalyzer& analyzer, std::string_view text) {
  std::string plain;
  std::istringstream phones(analyzer.phones(text));
  for (std::string phone; phones >> phone;) {
    if (phone == "#" || phone == "[" || phone == "]") continue;
    plain.append(plain.empty() ? "" : " ").append(phone);
  }
  return plain;
}

std::string repeated(std::string_view part, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += part;
  return text;
}

void write(const fs::path& file, std::string_view content) { std::ofstream(file, std::ios::binary) << content; }

void add_japanese(Suite& suite, const JapaneseAnalyzer& analyzer) {
  suite.add("Japanese words become phones with marks of their accent", [&] {
    suite.equal(analyzer.phones("雨が降る"), std::string("a ] m e g a # f u ] r u"), "phones");
    suite.equal(analyzer.phones("雨。降る"), std::string("a ] m e _ f u ] r u"), "phones around a pause");
  });
  suite.add("the pitch falls, rises, and a phrase ends where its moras say", [&] {
    const std::vector<gsv::Phoneme> phonemes = {
        {"o", -1, 1, 3, 3}, {"k", 0, 2, 2, 3}, {"o", 0, 2, 2, 3}, {"N", 1, 3, 1, 3}, {"a", -1, 1, 1, 1}, {}, {}};
    suite.equal(gsv::accented_phones(phonemes), std::string("o [ k o ] N # a _ _"), "phones");
  });
  suite.add("half-width kana, ASCII letters and digits are read", [&] {
    suite.equal(plain_phones(analyzer, "ｶﾞ"), std::string("g a"), "kana with a mark");
    suite.is_true(!analyzer.phones("GPT-4 abc 123").empty(), "ASCII");
  });
  suite.add("what has no sound gives no phones", [&] {
    for (const std::string& text :
         {std::string(), std::string(" "), std::string("\0", 1), std::string("\xFF\xC0\x80")}) {
      suite.equal(analyzer.phones(text), std::string(), "phones");
    }
  });
  suite.add("NUL and bytes that are not UTF-8 are left out", [&] {
    const std::string broken = std::string("雨\0が", 7) + "\xE3\x81" + "降\xF0\x9F" + "る\xED\xA0\x80";
    suite.equal(plain_phones(analyzer, broken), std::string("a m e g a f u r u"), "phones");
  });
  suite.add("stretches beyond every buffer of OpenJTalk are read whole", [&] {
    // ん is one phone, so a phone lost at a cut would show in the count.
    for (const size_t count : {300u, 341u, 342u, 900u, 3000u}) {
      suite.equal(plain_phones(analyzer, repeated("ン", count)).size(), 2 * count - 1,
                  "characters of " + std::to_string(count) + " phones");
    }
    suite.is_true(!analyzer.phones(repeated("w", 5000)).empty(), "5,000 letters");
    suite.is_true(!analyzer.phones(repeated("7", 400)).empty(), "400 digits");
    suite.is_true(!analyzer.phones(repeated("1,", 3000)).empty(), "3,000 commas");
    suite.is_true(!analyzer.phones(repeated("１．", 3000)).empty(), "3,000 points");
  });
  suite.add("several threads read as one does", [&] {
    const std::string text = "今日は三月十四日で、午後三時に会議があります";
    const std::string wanted = analyzer.phones(text);
    std::vector<std::string> got(4);
    std::vector<std::thread> threads;
    for (std::string& each : got) {
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) each = analyzer.phones(text);
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const std::string& each : got) suite.equal(each, wanted, "phones");
  });
}

// Mixes of what the rules look for, and of bytes that they do not.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> parts = {"一",
                                                 "二",
                                                 "十",
                                                 "百",
                                                 "千",
                                                 "万",
                                                 "億",
                                                 "０",
                                                 "１",
                                                 "3",
                                                 "8",
                                                 "，",
                                                 "．",
                                                 ".",
                                                 ",",
                                                 "日",
                                                 "月",
                                                 "人",
                                                 "本",
                                                 "ー",
                                                 "ッ",
                                                 "ン",
                                                 "’",
                                                 "？",
                                                 "?",
                                                 "、",
                                                 "。",
                                                 "あ",
                                                 "ア",
                                                 "ヴ",
                                                 "ゃ",
                                                 "ます",
                                                 "です",
                                                 "し",
                                                 "雨",
                                                 "東京",
                                                 "が",
                                                 "w",
                                                 "G",
                                                 " ",
                                                 "\t",
                                                 "-",
                                                 "%",
                                                 "ｶ",
                                                 "ﾞ",
                                                 "々",
                                                 "한",
                                                 "국",
                                                 "어",
                                                 "는",
                                                 "\xF0\x9F\x98\x80",
                                                 "\xE3",
                                                 std::string("\0", 1)};
  std::string text;
  const size_t count = random() % 40;
  const size_t repeats = random() % 20 == 0 ? 60 : 1;
  for (size_t i = 0; i < count; ++i) text += repeated(parts[random() % parts.size()], repeats);
  return text;
}

void add_random(Suite& suite, const JapaneseAnalyzer& japanese, const KoreanAnalyzer& korean) {
  suite.add("random texts are read without a crash", [&] {
    std::mt19937 random(1);  // the seed of every such text
    for (int i = 0; i < 3000; ++i) {
      const std::string text = random_text(random);
      const std::string phones = japanese.phones(text);
      suite.is_true(!phones.starts_with(' ') && !phones.ends_with(' '),
                    "spaces between phones of text " + std::to_string(i));
      korean.parse(text);
    }
  });
}

void add_korean(Suite& suite, const KoreanAnalyzer& analyzer) {
  suite.add("Korean words have their parts of speech", [&] {
    std::string joined;
    for (const gsv::Morpheme& each : analyzer.parse("낮잠을 자고 있다.")) joined += each.surface + "/" + each.tag + " ";
    suite.equal(joined, std::string("낮잠/NNG 을/JKO 자/VV 고/EC 있/VX 다/EF ./SF "), "morphemes");
  });
  suite.add("a particle does not follow a space", [&] {
    // Without the dictionary's space penalty 이 is taken for the particle.
    const auto morphemes = analyzer.parse("다른 창 뒤로 창 이동");
    suite.equal(morphemes.back().surface, std::string("이동"), "last word");
  });
  suite.add("a long text is parsed whole", [&] {
    const std::string text = repeated("창문을 열고 ", 5000);
    std::string joined;
    for (const gsv::Morpheme& each : analyzer.parse(text)) joined += each.surface;
    suite.equal(joined.size(), text.size() - 2 * 5000, "bytes without spaces");
    suite.is_true(!analyzer.parse(repeated("가", 20000)).empty(), "20,000 syllables without a space");
  });
}

const std::string kWord = "重音テ,*,*,-32767,名詞,固有名詞,一般,*,*,*,カサネテ,カサネテ,カサネテ,0/4,*\n";

void add_user_dictionary(Suite& suite, const std::string& dictionary, const fs::path& work) {
  suite.add("a user dictionary changes how a word is read", [=, &suite] {
    const fs::path csv = work / "words, 語.csv";
    const fs::path compiled = work / "words, 語.dic";
    write(csv, "\xEF\xBB\xBF" + kWord + "\r\n" + kWord);
    gsv::compile_user_dictionary(dictionary, csv.string(), compiled.string());
    const JapaneseAnalyzer analyzer(dictionary, compiled.string());
    suite.equal(plain_phones(analyzer, "重音テ"), std::string("k a s a n e t e"), "phonemes");
    suite.equal(plain_phones(JapaneseAnalyzer(dictionary), "重音テ"), std::string("j u u o t o t e"), "without it");
  });
  suite.add("a faulty user dictionary is refused with its line, and leaves nothing behind", [=, &suite] {
    const fs::path csv = work / "faulty.csv";
    const fs::path compiled = work / "faulty.dic";
    const std::vector<std::string> faults = {"a\n",
                                             ",1,1,1,名詞\n",
                                             kWord.substr(0, 40) + "\n",
                                             "語,x" + kWord.substr(11),
                                             "語" + kWord.substr(9, 3) + "99999" + kWord.substr(12),
                                             repeated("語", 400) + kWord.substr(9),
                                             "東,*,*,1,名詞,一般,*,*,*,*,東:海,ト:カ,ト:カ,1/1:1/1:1/1,*\n",
                                             std::string(10000, 'x') + "\n",
                                             "\xFF" + kWord,
                                             "\n\n"};
    for (const std::string& fault : faults) {
      write(csv, fault);
      suite.throws(
          gsv::code::kUnsupportedFormat,
          [&] { gsv::compile_user_dictionary(dictionary, csv.string(), compiled.string()); }, fault.substr(0, 30));
      suite.is_true(!fs::exists(compiled), "a file for " + fault.substr(0, 30));
    }
    size_t files = 0;
    for (const auto& entry : fs::directory_iterator(work)) files += entry.path().filename().string().ends_with(".tmp");
    suite.equal(files, size_t{0}, "temporary folders");
  });
}

void add_damage(Suite& suite, const std::string& dictionary, const fs::path& work) {
  suite.add("a missing or damaged dictionary is a typed error", [=, &suite] {
    suite.throws(gsv::code::kFile, [&] { JapaneseAnalyzer((work / "absent").string()); }, "absent folder");
    suite.throws(
        gsv::code::kFile, [&] { JapaneseAnalyzer(dictionary, (work / "absent.dic").string()); }, "absent file");
    const fs::path damaged = work / "damaged";
    fs::create_directory(damaged);
    for (const char* name : {"unk.dic", "char.bin", "matrix.bin"})
      fs::copy(fs::path(dictionary) / name, damaged / name);
    for (const size_t size : {0u, 10u, 1000u}) {
      write(damaged / "sys.dic", std::string(size, 'x'));
      suite.throws(
          gsv::code::kUnsupportedFormat, [&] { KoreanAnalyzer(damaged.string()); }, std::to_string(size) + " bytes");
    }
    write(damaged / "words.dic", std::string(500, 'x'));
    suite.throws(
        gsv::code::kUnsupportedFormat, [&] { JapaneseAnalyzer(dictionary, (damaged / "words.dic").string()); },
        "damaged user dictionary");
  });
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  const JapaneseAnalyzer japanese(arguments[1]);
  const KoreanAnalyzer korean(arguments[2]);
  Suite suite;
  add_japanese(suite, japanese);
  add_korean(suite, korean);
  add_random(suite, japanese, korean);
  add_user_dictionary(suite, arguments[1], arguments[3]);
  add_damage(suite, arguments[1], arguments[3]);
  return suite.run();
}
