// Damaged checkpoints, the same for the same seed on every machine.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "forge.h"

namespace gsv::test {

struct Mutant {
  std::string bytes;
  std::string how;         // "flip of s1_v2.ckpt"
  bool forbidden = false;  // asks for a global that must be refused by name
};

class MutantMaker {
 public:
  MutantMaker(const std::string& fixtures, std::uint64_t seed);
  Mutant make();
  const std::vector<std::string>& seeds() const { return paths_; }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
  std::uint64_t extreme();
  void overwrite(std::string& bytes, std::size_t at, std::size_t width);
  void flip_bits(std::string& bytes);
  void splice(std::string& bytes);
  void forge_zip_field(std::string& bytes);
  void forge_pickle(std::string& pickle);
  std::string with_pickle(const std::string& bytes, const std::function<void(std::string&)>& change);
  void forge_safetensors(std::string& bytes);
  std::string forbidden_call();

  std::mt19937_64 random_;
  std::vector<std::string> paths_, names_, contents_;
};

}  // namespace gsv::test
