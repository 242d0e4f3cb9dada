// Reads the JSON that a safetensors header is made of: objects, strings and lists of whole numbers, nothing deeper.
// Anything else is ERR_GSV_CORRUPT_MODEL.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gsv::checkpoint {

class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) : text_(text) {}

  // Calls `entry` with each key, the cursor standing before its value, which `entry` must read.
  void object(const std::function<void(const std::string& key)>& entry);
  std::string string();
  std::vector<std::int64_t> integers(std::size_t max_count);
  void finish();  // nothing but spaces may be left

 private:
  char peek();
  void expect(char letter);
  bool skip(char letter);
  std::int64_t integer();
  std::uint32_t escape_unit();
  void append_escape(std::string& out);

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace gsv::checkpoint
