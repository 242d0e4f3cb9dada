#include "checkpoint/float_convert.h"

#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace gsv::checkpoint {
namespace {

template <class T>
T load(const std::byte* in, std::size_t index) {
  T value;
  std::memcpy(&value, in + index * sizeof(T), sizeof(T));
  return value;
}

float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t{half & 0x8000U} << 16;
  const std::uint32_t magnitude = half & 0x7FFFU;
  if (magnitude >= 0x7C00) {  // infinity, NaN (made quiet, as the processor does)
    const std::uint32_t quiet = magnitude > 0x7C00 ? 0x00400000U : 0U;
    return std::bit_cast<float>(sign | 0x7F800000U | quiet | ((magnitude & 0x3FFU) << 13));
  }
  if (magnitude >= 0x0400) return std::bit_cast<float>(sign | ((magnitude << 13) + (std::uint32_t{112} << 23)));
  const float subnormal = static_cast<float>(magnitude) * 0x1p-24F;
  return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(subnormal));
}

#if defined(__x86_64__)
__attribute__((target("avx,f16c"))) void f16_to_f32_f16c(const std::byte* in, std::span<float> out) {
  std::size_t i = 0;
  for (; i + 8 <= out.size(); i += 8) {
    const __m128i halves = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + 2 * i));
    _mm256_storeu_ps(out.data() + i, _mm256_cvtph_ps(halves));
  }
  f16_to_f32_portable(in + 2 * i, out.subspan(i));
}
#endif

void f16_to_f32(const std::byte* in, std::span<float> out) {
#if defined(__x86_64__)
  // Every processor with AVX2 has F16C, which not every compiler can ask for.
  if (__builtin_cpu_supports("avx2")) return f16_to_f32_f16c(in, out);
#endif
  f16_to_f32_portable(in, out);
}

void bf16_to_f32(const std::byte* in, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = std::bit_cast<float>(std::uint32_t{load<std::uint16_t>(in, i)} << 16);
  }
}

}  // namespace

void f16_to_f32_portable(const std::byte* in, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = half_to_float(load<std::uint16_t>(in, i));
}

void to_f32(DType dtype, const std::byte* in, std::span<float> out) {
  switch (dtype) {
    case DType::kF16:
      return f16_to_f32(in, out);
    case DType::kBF16:
      return bf16_to_f32(in, out);
    case DType::kF64:
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(load<double>(in, i));
      return;
    default:
      if (!out.empty()) std::memcpy(out.data(), in, out.size_bytes());
  }
}

}  // namespace gsv::checkpoint
