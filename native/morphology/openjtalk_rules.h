// Included by the compiler before every OpenJTalk and MeCab source. A library neither prints nor ends the process:
// what they would print is dropped, what they would exit for is thrown as gsv::Error. OpenJTalk's memory is ours.
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

namespace gsv {
[[noreturn]] void refuse_mecab_input(const std::string& reason);

// Collects the message of a failed check of MeCab's.
class MecabComplaint {
 public:
  template <typename T>
  MecabComplaint& operator<<(const T& part) {
    text_ << part;
    return *this;
  }
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
};

struct MecabRefusal {
  int operator&(const MecabComplaint& complaint) const { refuse_mecab_input(complaint.text()); }
};
}  // namespace gsv

namespace std {
// A stream without a buffer drops what is written. One per thread: writing sets its error bits.
inline thread_local ostream gsv_dropped{nullptr};
}  // namespace std

#include "common.h"
#undef CHECK_DIE
#define CHECK_DIE(condition) (condition) ? 0 : gsv::MecabRefusal() & gsv::MecabComplaint()

// Stands in for MeCab's own connector.h: one that knows the space penalty of the Korean dictionary.
#define MECAB_CONNECTOR_H_
#include "mecab_connector.h"

#define cout gsv_dropped
#define cerr gsv_dropped
extern "C" {
#else
#include "openjtalk_memory.h"

#define calloc gsv_openjtalk_calloc
#define strdup gsv_openjtalk_strdup
#define free gsv_openjtalk_free

// Rules compare short words that mostly differ at once: a call for each took as long as the rest of them.
static inline int gsv_compare_words(const char* a, const char* b) {
  while (*a != '\0' && *a == *b) {
    ++a;
    ++b;
  }
  return (unsigned char)*a - (unsigned char)*b;
}
#define strcmp gsv_compare_words
#endif
#if defined(__GNUC__)
__attribute__((noreturn))
#endif
void gsv_refuse_openjtalk_input(void);
#ifdef __cplusplus
}
#endif

#define printf(...) ((void)0)
#define fprintf(...) ((void)0)
#define exit(status) gsv_refuse_openjtalk_input()
