#include <cstdlib>
#include <string_view>

#include "kernels/bodies.h"

#if defined(GSV_KERNELS_X86) && defined(_MSC_VER)
#include <immintrin.h>
#include <intrin.h>
#endif

namespace gsv::kernels {
namespace {

#if defined(GSV_KERNELS_X86) && defined(_MSC_VER)
struct Leaf {
  int eax, ebx, ecx, edx;
};
Leaf cpuid(int leaf) {
  int r[4];
  __cpuidex(r, leaf, 0);
  return {r[0], r[1], r[2], r[3]};
}
bool bit(int word, int index) { return (static_cast<unsigned>(word) >> index & 1u) != 0; }
bool saves(unsigned long long mask) { return bit(cpuid(1).ecx, 27) && (_xgetbv(0) & mask) == mask; }
bool has_avx2() {
  const Leaf one = cpuid(1);
  return saves(0x6) && bit(cpuid(7).ebx, 5) && bit(one.ecx, 12) && bit(one.ecx, 29);  // AVX2, FMA, F16C
}
bool has_avx512() {
  const Leaf seven = cpuid(7);
  return saves(0xe6) && bit(seven.ebx, 16) && bit(seven.ebx, 17) && bit(seven.ebx, 30) && bit(seven.ebx, 31) &&
         bit(seven.ecx, 11);  // F, DQ, BW, VL, VNNI
}
#elif defined(GSV_KERNELS_X86)
bool has_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}
bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vnni");
}
#endif

}  // namespace

const Kernels* by_name(const char* name) {
  const std::string_view wanted = name;
#ifdef GSV_KERNELS_X86
  if (wanted == "avx512") return has_avx512() ? &avx512_body() : nullptr;
  if (wanted == "avx2") return has_avx2() ? &avx2_body() : nullptr;
#endif
#ifdef GSV_KERNELS_ARM
  if (wanted == "neon") return &neon_body();
#endif
  return wanted == "portable" ? &portable_body() : nullptr;
}

const Kernels& detect() {
  const char* asked = std::getenv("GSV_ISA");
  if (asked != nullptr) {
    if (const Kernels* body = by_name(asked)) return *body;
  }
  for (const char* name : {"avx512", "avx2", "neon"}) {
    if (const Kernels* body = by_name(name)) return *body;
  }
  return portable_body();
}

}  // namespace gsv::kernels
