#include <charconv>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <random>

#include "error.h"
#include "mecab.h"
#include "morphology.h"
#include "utf8.h"

namespace gsv {
namespace {

namespace fs = std::filesystem;

// MeCab's and OpenJTalk's buffers for a line, and for a word with its feature.
constexpr size_t kMaxLine = 8000;
constexpr size_t kMaxWord = 1000;
constexpr size_t kHeadColumns = 4;    // surface, left id, right id, cost
constexpr size_t kAccentColumn = 13;  // "accent/moras", joined by colons in a compound
constexpr size_t kOriginColumn = 10;

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (const char each : line) {
    if (each == '"') quoted = !quoted;
    if (each == separator && !quoted) {
      parts.emplace_back();
    } else if (each != '"') {
      parts.back() += each;
    }
  }
  return parts;
}

bool is_number(const std::string& text) {
  int value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc() && end == text.data() + text.size();
}

// OpenJTalk takes the surfaces of a compound's parts from its origins, without asking whether they fit.
bool has_fitting_parts(const std::vector<std::string>& columns) {
  if (columns.size() <= kAccentColumn) return true;
  const size_t parts = split(columns[kAccentColumn], '/').size() - 1;
  if (parts < 2) return true;
  const std::vector<std::string> origins = split(columns[kOriginColumn], ':');
  size_t bytes = 0;
  for (size_t i = 0; i + 1 < parts && i < origins.size(); ++i) bytes += origins[i].size();
  return origins.size() == parts && bytes <= columns[0].size();
}

const char* fault_of(const std::string& line) {
  if (line.size() > kMaxLine) return "is longer than 8000 bytes";
  if (valid_utf8(line) != line) return "is not UTF-8";
  const std::vector<std::string> columns = split(line, ',');
  if (columns.size() <= kAccentColumn) return "has fewer than 14 columns";
  for (size_t i = 1; i < kHeadColumns; ++i) {
    if (columns[i] != "*" && !is_number(columns[i])) return "has an id or cost that is neither a whole number nor *";
  }
  if (columns[0].empty()) return "has no surface";
  if (line.size() > kMaxWord) return "is longer than 1000 bytes, the most that OpenJTalk takes for a word";
  if (!has_fitting_parts(columns)) return "is a compound whose parts do not add up to its surface";
  return nullptr;
}

std::string without_line_end(std::string line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
  return line;
}

// A folder beside the output, so that the finished file is moved within one file system; gone with the object.
class Workshop {
 public:
  explicit Workshop(const fs::path& output) {
    std::random_device random;
    folder_ = output;
    folder_.concat(".").concat(std::to_string(random())).concat(".tmp");
    fs::create_directory(folder_);
  }
  ~Workshop() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;

  std::string file(const char* name) const { return (folder_ / name).string(); }

 private:
  fs::path folder_;
};

size_t copy_checked(const std::string& csv, const std::string& target) {
  std::ifstream input(csv, std::ios::binary);
  if (!input) throw Error(code::kFile, "cannot read the user dictionary " + csv);
  std::ofstream output(target, std::ios::binary);
  size_t words = 0;
  std::string line;
  for (size_t number = 1; std::getline(input, line); ++number) {
    if (number == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    line = without_line_end(line);
    if (line.empty()) continue;
    if (const char* fault = fault_of(line)) {
      throw Error(code::kUnsupportedFormat, "line " + std::to_string(number) + " of " + csv + " " + fault);
    }
    output << line << '\n';
    ++words;
  }
  output.flush();
  if (!output) throw Error(code::kFile, "cannot write " + target);
  return words;
}

// MeCab's compiler keeps a static counter for its progress bar.
std::mutex& compiler_mutex() {
  static std::mutex mutex;
  return mutex;
}

void index(std::string dictionary, std::string csv, std::string output) {
  std::vector<std::string> arguments = {
      "mecab-dict-index", "-d", dictionary, "-u", output, "-f", "utf-8", "-t", "utf-8", csv};
  std::vector<char*> pointers;
  for (std::string& each : arguments) pointers.push_back(each.data());
  const std::lock_guard lock(compiler_mutex());
  if (mecab_dict_index(static_cast<int>(pointers.size()), pointers.data()) != 0 || !fs::exists(output)) {
    throw Error(code::kUnsupportedFormat, "MeCab could not compile the user dictionary " + csv);
  }
}

}  // namespace

void compile_user_dictionary(const std::string& dictionary, const std::string& csv, const std::string& output) try {
  const Workshop workshop(output);
  const std::string checked = workshop.file("words.csv");
  const std::string compiled = workshop.file("words.dic");
  if (copy_checked(csv, checked) == 0)
    throw Error(code::kUnsupportedFormat, "the user dictionary " + csv + " is empty");
  index(dictionary, checked, compiled);
  fs::rename(compiled, output);
} catch (const fs::filesystem_error& failure) {
  throw Error(code::kFile, "cannot write the compiled user dictionary " + output, failure.what());
}

}  // namespace gsv
