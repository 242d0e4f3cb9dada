// Large blocks of zeroed memory, straight from the system.
#pragma once

#include <cstddef>

namespace gsv::kernels {

inline constexpr size_t kLargePage = size_t{2} << 20;

// A block on a large page's boundary, of whole pages, none of them touched; null where the system has none to give, or
// no large pages. An allocator would keep what lies before the boundary and behind the end, and zero it by touching it.
void* map_pages(size_t bytes);
void unmap_pages(void* block, size_t bytes);

}  // namespace gsv::kernels
