// One opened dictionary and the lattices that parse with it.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "mecab.h"

namespace gsv {

class MecabModel {
 public:
  MecabModel(const std::string& dictionary, const std::string& user_dictionary);

  // Calls visit(surface, feature) for each word. `text` must be valid UTF-8 without NUL.
  template <typename Visit>
  void parse(const std::string& text, Visit visit) const {
    Lease lease(*this);
    lease.parse(text);
    for (const MeCab::Node* node = lease.first(); node != nullptr; node = node->next) {
      if (node->stat == MECAB_BOS_NODE || node->stat == MECAB_EOS_NODE) continue;
      visit(std::string_view(node->surface, node->length), node->feature);
    }
  }

 private:
  // A lattice is 1 MB of scratch memory for one parse at a time; it goes back to the pool with the lease.
  class Lease {
   public:
    explicit Lease(const MecabModel& model);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    void parse(const std::string& text);
    const MeCab::Node* first() const { return lattice_->bos_node(); }

   private:
    const MecabModel& model_;
    std::unique_ptr<MeCab::Lattice> lattice_;
  };

  std::unique_ptr<MeCab::Model> model_;
  std::unique_ptr<MeCab::Tagger> tagger_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<MeCab::Lattice>> idle_;  // guarded by mutex_
};

}  // namespace gsv
