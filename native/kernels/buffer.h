// Zeroed memory on a cache line, of plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>

#include "kernels/pages.h"

namespace gsv::kernels {

// Large pages make streaming through weights and caches cheaper.
enum class Pages { kPlain, kLarge };

template <class T>
class Buffer {
 public:
  Buffer() = default;

  explicit Buffer(size_t count, Pages pages = Pages::kPlain) : size_(count) {
    if (count == 0) return;
    if (count > (SIZE_MAX - 2 * kLargePage) / sizeof(T)) throw std::bad_alloc();
    const size_t bytes = count * sizeof(T);
    if (pages == Pages::kLarge && bytes >= kLargePage) block_ = {map_pages(bytes), Free{bytes}};
    if (!block_) block_ = {std::calloc(bytes + kLine, 1), Free{}};
    if (!block_) throw std::bad_alloc();
    const auto address = reinterpret_cast<uintptr_t>(block_.get());
    data_ = reinterpret_cast<T*>((address + kLine - 1) / kLine * kLine);
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  size_t size() const { return size_; }
  size_t bytes() const { return size_ * sizeof(T); }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }

 private:
  static constexpr size_t kLine = 64;
  struct Free {
    size_t mapped = 0;  // bytes; 0: an allocator's
    void operator()(void* block) const { mapped > 0 ? unmap_pages(block, mapped) : std::free(block); }
  };
  std::unique_ptr<void, Free> block_;
  T* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace gsv::kernels
