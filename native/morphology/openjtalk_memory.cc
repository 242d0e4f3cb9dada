#include "openjtalk_memory.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>

namespace gsv {
namespace {

thread_local OpenjtalkRoom* current = nullptr;

constexpr size_t aligned(size_t size) { return (size + alignof(void*) - 1) / alignof(void*) * alignof(void*); }

}  // namespace

OpenjtalkRoom::OpenjtalkRoom() : outer_(current) { current = this; }
OpenjtalkRoom::~OpenjtalkRoom() { current = outer_; }

void* OpenjtalkRoom::take(size_t size) {
  if (size > bytes_.size() - taken_) return nullptr;
  void* const memory = bytes_.data() + taken_;
  taken_ += std::min(aligned(size), bytes_.size() - taken_);
  return memory;
}

bool OpenjtalkRoom::holds(const void* memory) const {
  const std::less<const void*> is_before;
  return !is_before(memory, bytes_.data()) && is_before(memory, bytes_.data() + bytes_.size());
}

}  // namespace gsv

void* gsv_openjtalk_calloc(size_t count, size_t size) {
  void* const memory = gsv::current == nullptr ? nullptr : gsv::current->take(count * size);
  return memory == nullptr ? std::calloc(count, size) : std::memset(memory, 0, count * size);
}

char* gsv_openjtalk_strdup(const char* text) {
  const size_t size = std::strlen(text) + 1;
  void* const memory = gsv::current == nullptr ? nullptr : gsv::current->take(size);
  return static_cast<char*>(std::memcpy(memory == nullptr ? std::malloc(size) : memory, text, size));
}

void gsv_openjtalk_free(void* memory) {
  if (gsv::current == nullptr || !gsv::current->holds(memory)) std::free(memory);
}
