// The smallest frame for native tests: named cases, checks that say what they saw, one exit code.
#pragma once

#include <cmath>
#include <cstdio>
#include <exception>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "error.h"

namespace gsv::test {

class Suite {
 public:
  void add(std::string name, std::function<void()> body) { cases_.emplace_back(std::move(name), std::move(body)); }

  int run() {
    int failed = 0;
    for (const auto& [name, body] : cases_) {
      failures_ = 0;
      try {
        body();
      } catch (const std::exception& error) {
        fail(std::string("threw: ") + error.what());
      }
      std::printf("%s %s\n", failures_ == 0 ? "ok  " : "FAIL", name.c_str());
      failed += failures_ != 0;
    }
    std::printf("%zu passed, %d failed\n", cases_.size() - failed, failed);
    return failed == 0 ? 0 : 1;
  }

  void is_true(bool claim, const std::string& what) {
    if (!claim) fail(what);
  }

  template <class T>
  void equal(const T& got, const T& wanted, const std::string& what) {
    if (!(got == wanted)) fail(what + ": got " + text(got) + ", wanted " + text(wanted));
  }

  // Largest difference over the peak of wanted; NaN in wanted is skipped.
  void close(std::span<const float> got, std::span<const float> wanted, double tolerance, const std::string& what) {
    equal(got.size(), wanted.size(), what + " length");
    double worst = 0.0;
    double peak = 0.0;
    for (size_t i = 0; i < std::min(got.size(), wanted.size()); ++i) {
      if (std::isnan(wanted[i])) continue;
      peak = std::max(peak, std::fabs(static_cast<double>(wanted[i])));
      const double difference = std::fabs(static_cast<double>(got[i]) - wanted[i]);
      worst = std::isnan(difference) ? INFINITY : std::max(worst, difference);
    }
    const double error = peak > 0.0 ? worst / peak : worst;
    std::printf("     %s: %.2g of peak, %.0e allowed\n", what.c_str(), error, tolerance);
    if (!(error <= tolerance)) fail(what + " differs");
  }

  void throws(std::string_view code, const std::function<void()>& body, const std::string& what) {
    try {
      body();
    } catch (const Error& error) {
      equal(error.code(), std::string(code), what);
      return;
    }
    fail(what + " did not throw");
  }

  void fail(const std::string& what) {
    ++failures_;
    std::printf("     %s\n", what.c_str());
  }

 private:
  static std::string text(const std::string& value) { return value; }
  template <class T>
  static std::string text(const T& value) {
    return std::to_string(value);
  }
  template <class T>
  static std::string text(const std::vector<T>& values) {
    std::string out = "[";
    for (const T& value : values) out += std::to_string(value) + " ";
    return out + "]";
  }

  std::vector<std::pair<std::string, std::function<void()>>> cases_;
  int failures_ = 0;
};

}  // namespace gsv::test
