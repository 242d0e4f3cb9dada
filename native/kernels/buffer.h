// Zeroed memory on a cache line, of plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>

#ifdef __linux__
#include <sys/mman.h>
#endif

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
    const size_t alignment = pages == Pages::kLarge && count * sizeof(T) >= kLargePage ? kLargePage : kLine;
    block_.reset(std::calloc(count * sizeof(T) + alignment, 1));
    if (!block_) throw std::bad_alloc();
    const auto address = reinterpret_cast<uintptr_t>(block_.get());
    data_ = reinterpret_cast<T*>((address + alignment - 1) / alignment * alignment);
#ifdef MADV_HUGEPAGE
    if (alignment == kLargePage) madvise(data_, count * sizeof(T) / kLargePage * kLargePage, MADV_HUGEPAGE);
#endif
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  size_t size() const { return size_; }
  size_t bytes() const { return size_ * sizeof(T); }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }

 private:
  static constexpr size_t kLine = 64;
  static constexpr size_t kLargePage = size_t{2} << 20;
  struct Free {
    void operator()(void* block) const { std::free(block); }
  };
  std::unique_ptr<void, Free> block_;
  T* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace gsv::kernels
