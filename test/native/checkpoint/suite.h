// A few lines of test runner: each test is a sentence and a function; a failed check throws.
#pragma once

#include <cstdio>
#include <functional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>

#include "error.h"

namespace gsv::test {

inline void check(bool claim, const std::string& what, std::source_location at = std::source_location::current()) {
  if (!claim) throw std::runtime_error(what + " (line " + std::to_string(at.line()) + ")");
}

template <class A, class B>
void check_equal(const A& found, const B& wanted, const std::string& what,
                 std::source_location at = std::source_location::current()) {
  check(found == wanted, what + " is not as expected", at);
}

inline void check_equal(std::string_view found, std::string_view wanted, const std::string& what,
                        std::source_location at = std::source_location::current()) {
  check(found == wanted, what + " is '" + std::string(found) + "', not '" + std::string(wanted) + "'", at);
}

// `work` must throw a gsv::Error of this code whose message holds `part`.
inline void check_throws(std::string_view code, std::string_view part, const std::function<void()>& work,
                         std::source_location at = std::source_location::current()) {
  try {
    work();
  } catch (const Error& error) {
    check(error.code() == code && std::string_view(error.what()).find(part) != std::string_view::npos,
          "threw " + error.code() + ": " + error.what(), at);
    return;
  }
  check(false, "threw nothing, not " + std::string(code), at);
}

class Suite {
 public:
  explicit Suite(std::string fixtures, std::string scratch)
      : fixtures_(std::move(fixtures)), scratch_(std::move(scratch)) {}

  void test(const char* name, const std::function<void()>& body) {
    ++count_;
    try {
      body();
      std::printf("ok %d - %s\n", count_, name);
    } catch (const std::exception& error) {
      ++failures_;
      std::printf("not ok %d - %s: %s\n", count_, name, error.what());
    }
  }

  std::string fixture(const std::string& name) const { return fixtures_ + "/" + name; }
  std::string scratch(const std::string& name) const { return scratch_ + "/" + name; }
  int count() const { return count_; }
  int failures() const { return failures_; }

 private:
  std::string fixtures_, scratch_;
  int count_ = 0, failures_ = 0;
};

}  // namespace gsv::test
