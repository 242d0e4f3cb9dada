// Text from outside made safe for code that trusts it to be UTF-8 without NUL.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gsv {

// Bytes of the code point at `at`, or 0 when what stands there is not one.
size_t utf8_length(std::string_view text, size_t at);

// The text without NUL and without bytes that are not UTF-8.
std::string valid_utf8(std::string_view text);

// The last code point border at or before `limit`, at least one code point from the start of a non-empty valid text.
size_t utf8_border(std::string_view text, size_t limit);

}  // namespace gsv
