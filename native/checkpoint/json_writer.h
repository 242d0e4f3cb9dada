#pragma once

#include <string>
#include <string_view>

namespace gsv::checkpoint {

// Appends `text` in quotes, escaped. Bytes that are no UTF-8 become U+FFFD.
void append_json(std::string& out, std::string_view text);

// The shortest digits that read back the same, whatever the locale; null for NaN and infinities.
void append_json(std::string& out, double number);

}  // namespace gsv::checkpoint
