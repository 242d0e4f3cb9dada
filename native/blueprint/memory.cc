#include "blueprint/memory.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <unordered_map>

#include "kernels/pages.h"

#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

namespace gsv::blueprint {
namespace {

constexpr std::size_t kLeast = std::size_t{1} << 20;     // smaller ones are left to the allocator that was there
constexpr std::size_t kUnit = std::size_t{1} << 18;      // sizes are whole units, so that similar ones share a block
constexpr std::size_t kMostFree = std::size_t{1} << 27;  // bytes that are kept

class LargeBlocks final : public c10::Allocator {
 public:
  explicit LargeBlocks(c10::Allocator& small) : small_(small) {}

  c10::DataPtr allocate(std::size_t bytes) override {
    void* block =
        bytes >= kLeast && small_.raw_deleter() != nullptr ? take((bytes + kUnit - 1) / kUnit * kUnit) : nullptr;
    if (block == nullptr) return small_.allocate(bytes);
    return {block, block, &release, c10::Device(c10::kCPU)};
  }

  // Every block is its own context, as raw_deleter() wants it.
  c10::DeleterFnPtr raw_deleter() const override { return small_.raw_deleter() != nullptr ? &release : nullptr; }

  void copy_data(void* to, const void* from, std::size_t bytes) const override { default_copy_data(to, from, bytes); }

  void trim() {
    const std::lock_guard lock(mutex_);
    shrink(0);
  }

 private:
  static void release(void* block);

  void* take(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    const auto found = free_.lower_bound(bytes);
    if (found != free_.end() && found->first <= bytes + bytes / 4) {
      void* block = found->second;
      free_bytes_ -= found->first;
      free_.erase(found);
      return block;
    }
    void* block = kernels::map_pages(bytes);
    if (block != nullptr) sizes_.emplace(block, bytes);
    return block;
  }

  // Whether the block is one of these.
  bool give(void* block) {
    const std::lock_guard lock(mutex_);
    const auto found = sizes_.find(block);
    if (found == sizes_.end()) return false;
    free_.emplace(found->second, block);
    free_bytes_ += found->second;
    shrink(kMostFree);
    return true;
  }

  void shrink(std::size_t most) {
    while (free_bytes_ > most) {
      const auto smallest = free_.begin();
      kernels::unmap_pages(smallest->second, smallest->first);
      sizes_.erase(smallest->second);
      free_bytes_ -= smallest->first;
      free_.erase(smallest);
    }
  }

  c10::Allocator& small_;
  std::mutex mutex_;
  std::unordered_map<void*, std::size_t> sizes_;  // of all blocks
  std::multimap<std::size_t, void*> free_;        // by size
  std::size_t free_bytes_ = 0;
};

// Lives as long as the process: torch frees tensors of its own at the very end.
LargeBlocks* blocks = nullptr;

void LargeBlocks::release(void* block) {
  // Only these lie on the boundary of a large page, but for one of some hundred thousand.
  if (reinterpret_cast<std::uintptr_t>(block) % kernels::kLargePage == 0 && blocks->give(block)) return;
  blocks->small_.raw_deleter()(block);
}

}  // namespace

void keep_large_blocks() {
  static std::once_flag once;
  std::call_once(once, [] {
    blocks = new LargeBlocks(*c10::GetCPUAllocator());
    c10::SetCPUAllocator(blocks);
  });
}

void return_freed_memory() {
  if (blocks != nullptr) blocks->trim();
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace gsv::blueprint
