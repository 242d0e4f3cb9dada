// Where OpenJTalk's C code keeps the words of a text. It would ask the heap for a dozen strings a word, which took
// longer than its rules do.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
#include <array>
#include <cstddef>
extern "C" {
#endif

void* gsv_openjtalk_calloc(size_t count, size_t size);
char* gsv_openjtalk_strdup(const char* text);
void gsv_openjtalk_free(void* memory);

#ifdef __cplusplus
}

namespace gsv {

// While it lives the functions above take from its room on this thread, in order and never giving back; the heap has
// what does not fit. Rooms of one thread end in the order opposite to their beginning, after all that lies in them.
class OpenjtalkRoom {
 public:
  OpenjtalkRoom();
  ~OpenjtalkRoom();
  OpenjtalkRoom(const OpenjtalkRoom&) = delete;
  OpenjtalkRoom& operator=(const OpenjtalkRoom&) = delete;

  // Null when it is full.
  void* take(size_t size);
  bool holds(const void* memory) const;

 private:
  OpenjtalkRoom* const outer_;
  size_t taken_ = 0;
  alignas(std::max_align_t) std::array<std::byte, 32 * 1024> bytes_;  // some 100 words
};

}  // namespace gsv
#endif
