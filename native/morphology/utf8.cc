#include "utf8.h"

namespace gsv {
namespace {

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

size_t announced_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

// Overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte.
bool is_allowed_pair(unsigned char first, unsigned char second) {
  if (first == 0xE0) return second >= 0xA0;
  if (first == 0xED) return second <= 0x9F;
  if (first == 0xF0) return second >= 0x90;
  if (first == 0xF4) return second <= 0x8F;
  return true;
}

}  // namespace

size_t utf8_length(std::string_view text, size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const size_t length = announced_length(first);
  if (length == 0 || length > text.size() - at) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[at + i])) return 0;
  }
  if (length > 2 && !is_allowed_pair(first, static_cast<unsigned char>(text[at + 1]))) return 0;
  return length;
}

std::string valid_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t length = text[at] == '\0' ? 0 : utf8_length(text, at);
    result.append(text.substr(at, length));
    at += length == 0 ? 1 : length;
  }
  return result;
}

size_t utf8_border(std::string_view text, size_t limit) {
  if (limit >= text.size()) return text.size();
  size_t border = limit;
  while (border > 0 && is_continuation(text[border])) --border;
  if (border > 0) return border;
  border = 1;
  while (border < text.size() && is_continuation(text[border])) ++border;
  return border;
}

}  // namespace gsv
