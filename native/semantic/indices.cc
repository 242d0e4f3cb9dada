#include "semantic/indices.h"

#include <string>

#include "error.h"

namespace gsv::semantic {

void check_indices(std::span<const int32_t> indices, int limit, const char* what) {
  for (const int32_t index : indices) {
    if (index < 0 || index >= limit) {
      throw Error(code::kOutOfRange, std::string(what) + " " + std::to_string(index) + " is outside the table of " +
                                         std::to_string(limit));
    }
  }
}

void check_prompt(const Prompt& prompt, const S1Config& config) {
  if (prompt.phones.empty()) throw Error(code::kOutOfRange, "the sentence has no phones; give a text that is spoken");
  check_indices(prompt.phones, config.phones, "phone");
  check_indices(prompt.semantic, config.vocab, "semantic token");
}

void throw_no_room(int64_t length) {
  throw Error(code::kInternal, "a step needs a prefilled row with room; this one holds " + std::to_string(length));
}

}  // namespace gsv::semantic
