#include "engine/memory.h"

#include <utility>

#include "error.h"

namespace gsv::engine {
namespace {

std::string megabytes(std::uint64_t bytes) { return std::to_string((bytes + 999'999) / 1'000'000) + " MB"; }

}  // namespace

void Memory::hold(std::weak_ptr<const void> object, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  entries_.push_back({std::move(object), bytes});
}

std::uint64_t Memory::held() {
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [](const Entry& entry) { return entry.object.expired(); });
  std::uint64_t total = 0;
  for (const Entry& entry : entries_) total += entry.bytes;
  return total;
}

void Memory::check(const std::string& what, std::uint64_t needed, std::uint64_t limit) {
  const std::uint64_t already = held();
  if (limit == 0 || already + needed <= limit) return;
  throw Error(code::kInsufficientMemory, what + " needs " + megabytes(needed) + " and loaded voices hold " +
                                             megabytes(already) + "; maxMemory is " + megabytes(limit));
}

}  // namespace gsv::engine
