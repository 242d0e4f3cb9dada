// The cost of one word after another, in the place of MeCab's class of the same name. It adds what the Korean
// dictionary asks for: a penalty on particles and endings that follow a space (`left-space-penalty-factor` in dicrc).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mecab.h"
#include "mmap.h"

namespace MeCab {
class Param;

class Connector {
 public:
  bool open(const Param& param);
  bool open(const char* filename, const char* mode = "r");
  // The textual matrix is for makers of whole dictionaries; nobody makes one here.
  bool openText(const char*) { return false; }
  static bool compile(const char*, const char*) { return false; }
  void close() { file_.close(); }

  const char* what() { return what_.str(); }
  size_t left_size() const { return left_size_; }
  size_t right_size() const { return right_size_; }
  void set_left_size(size_t size) { left_size_ = static_cast<unsigned short>(size); }
  void set_right_size(size_t size) { right_size_ = static_cast<unsigned short>(size); }

  bool is_valid(size_t left_id, size_t right_id) const { return left_id < right_size_ && right_id < left_size_; }

  int transition_cost(unsigned short right_attribute, unsigned short left_attribute) const {
    return matrix_[right_attribute + static_cast<size_t>(left_size_) * left_attribute];
  }

  int cost(const Node* left, const Node* right) const {
    const int plain = transition_cost(left->rcAttr, right->lcAttr) + right->wcost;
    const bool follows_space = right->rlength != right->length;
    return follows_space && right->posid < space_penalties_.size() ? plain + space_penalties_[right->posid] : plain;
  }

 private:
  Mmap<short> file_;
  const short* matrix_ = nullptr;  // [right_size, left_size]
  unsigned short left_size_ = 0;
  unsigned short right_size_ = 0;
  std::vector<int> space_penalties_;  // by part-of-speech id; empty for Japanese
  whatlog what_;
};

}  // namespace MeCab
