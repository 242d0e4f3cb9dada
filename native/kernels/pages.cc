#include "kernels/pages.h"

#include <cstdint>

#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace gsv::kernels {

#if defined(__linux__) && defined(MADV_HUGEPAGE)

namespace {

size_t whole_pages(size_t bytes) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

}  // namespace

void* map_pages(size_t bytes) {
  const size_t size = whole_pages(bytes);
  void* mapped = mmap(nullptr, size + kLargePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  auto* const start = static_cast<std::byte*>(mapped);
  const size_t before = (kLargePage - reinterpret_cast<uintptr_t>(start) % kLargePage) % kLargePage;
  if (before > 0) munmap(start, before);
  munmap(start + before + size, kLargePage - before);
  madvise(start + before, size / kLargePage * kLargePage, MADV_HUGEPAGE);
  return start + before;
}

void unmap_pages(void* block, size_t bytes) { munmap(block, whole_pages(bytes)); }

#else

void* map_pages(size_t) { return nullptr; }
void unmap_pages(void*, size_t) {}

#endif

}  // namespace gsv::kernels
