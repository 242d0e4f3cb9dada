#include "mecab_connector.h"

#include <charconv>
#include <fstream>
#include <string>
#include <string_view>

#include "common.h"
#include "param.h"
#include "utils.h"

namespace MeCab {
namespace {

constexpr size_t kMaxPartOfSpeechId = 65535;  // Node::posid has 16 bits

// "id,cost,id,cost,…"; what is not a number ends the list.
std::vector<int> parse_penalties(std::string_view list) {
  std::vector<int> numbers;
  const char* at = list.data();
  const char* const end = at + list.size();
  while (at < end) {
    int number = 0;
    const auto [next, failure] = std::from_chars(at, end, number);
    if (failure != std::errc()) break;
    numbers.push_back(number);
    at = next < end && *next == ',' ? next + 1 : end;
  }
  std::vector<int> penalties;
  for (size_t i = 0; i + 1 < numbers.size(); i += 2) {
    if (numbers[i] < 0 || static_cast<size_t>(numbers[i]) > kMaxPartOfSpeechId) continue;
    const size_t id = static_cast<size_t>(numbers[i]);
    if (penalties.size() <= id) penalties.resize(id + 1);
    penalties[id] = numbers[i + 1];
  }
  return penalties;
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// OpenJTalk's MeCab does not read dicrc, whose lines are `key = value`. No file, no setting.
std::string read_setting(const std::string& file, std::string_view key) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    const size_t equals = line.find('=');
    if (equals == std::string::npos || trimmed(std::string_view(line).substr(0, equals)) != key) continue;
    return std::string(trimmed(std::string_view(line).substr(equals + 1)));
  }
  return {};
}

}  // namespace

bool Connector::open(const Param& param) {
  const std::string dictionary = param.get<std::string>("dicdir");
  space_penalties_ = parse_penalties(read_setting(create_filename(dictionary, DICRC), "left-space-penalty-factor"));
  return open(create_filename(dictionary, MATRIX_FILE).c_str());
}

bool Connector::open(const char* filename, const char* mode) {
  CHECK_FALSE(file_.open(filename, mode)) << "cannot open: " << filename;
  CHECK_FALSE(file_.size() >= 2) << "file size is invalid: " << filename;
  left_size_ = static_cast<unsigned short>(file_[0]);
  right_size_ = static_cast<unsigned short>(file_[1]);
  CHECK_FALSE(static_cast<size_t>(left_size_) * right_size_ + 2 == file_.size())
      << "file size is invalid: " << filename;
  matrix_ = file_.begin() + 2;
  return true;
}

}  // namespace MeCab
