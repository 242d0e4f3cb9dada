#include "checkpoint/json_cursor.h"

#include <charconv>

#include "checkpoint/corrupt.h"

namespace gsv::checkpoint {
namespace {

void append_utf8(std::string& out, std::uint32_t point) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((point >> shift) & 0x3F)); };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | (point >> 6));
    tail(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0 | (point >> 12));
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xF0 | (point >> 18));
    tail(12), tail(6), tail(0);
  }
}

[[noreturn]] void malformed() { corrupt_model("has a malformed safetensors header"); }

}  // namespace

char JsonCursor::peek() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
    ++at_;
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonCursor::skip(char letter) {
  if (peek() != letter) return false;
  ++at_;
  return true;
}

void JsonCursor::expect(char letter) {
  if (!skip(letter)) malformed();
}

void JsonCursor::object(const std::function<void(const std::string& key)>& entry) {
  expect('{');
  if (skip('}')) return;
  do {
    const std::string key = string();
    expect(':');
    entry(key);
  } while (skip(','));
  expect('}');
}

std::string JsonCursor::string() {
  expect('"');
  std::string out;
  while (true) {
    if (at_ >= text_.size() || static_cast<unsigned char>(text_[at_]) < 0x20) malformed();
    const char letter = text_[at_++];
    if (letter == '"') return out;
    if (letter == '\\')
      append_escape(out);
    else
      out += letter;
  }
}

void JsonCursor::append_escape(std::string& out) {
  constexpr std::string_view kLetters = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
  if (at_ >= text_.size()) malformed();
  const char letter = text_[at_++];
  if (const std::size_t index = kLetters.find(letter); index != std::string_view::npos) {
    out += kMeanings[index];
    return;
  }
  if (letter != 'u') malformed();
  std::uint32_t point = escape_unit();
  if (point >= 0xD800 && point < 0xDC00 && text_.substr(at_).starts_with("\\u")) {
    at_ += 2;
    const std::uint32_t low = escape_unit();
    if (low < 0xDC00 || low > 0xDFFF) malformed();
    point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
  }
  append_utf8(out, point);
}

std::uint32_t JsonCursor::escape_unit() {
  const std::string_view digits = text_.substr(at_, 4);
  std::uint32_t unit = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
  if (digits.size() != 4 || error != std::errc{} || end != digits.data() + 4) malformed();
  at_ += 4;
  return unit;
}

std::vector<std::int64_t> JsonCursor::integers(std::size_t max_count) {
  std::vector<std::int64_t> numbers;
  expect('[');
  if (skip(']')) return numbers;
  do {
    if (numbers.size() == max_count) malformed();
    numbers.push_back(integer());
  } while (skip(','));
  expect(']');
  return numbers;
}

std::int64_t JsonCursor::integer() {
  peek();
  std::int64_t number = 0;
  const std::string_view rest = text_.substr(at_);
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc{}) malformed();
  at_ += static_cast<std::size_t>(end - rest.data());
  return number;
}

void JsonCursor::finish() {
  peek();
  if (at_ != text_.size()) malformed();
}

}  // namespace gsv::checkpoint
