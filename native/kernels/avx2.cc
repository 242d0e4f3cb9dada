// The AVX2 + FMA + F16C body.
#include <immintrin.h>

#include "kernels/bodies.h"

namespace gsv::kernels {
namespace {

constexpr const char* kName = "avx2";
constexpr int kVectorRegisters = 16;
constexpr int kTileRows = 6;
constexpr int kTileRowsI8 = 4;  // GCC spills the sums of 5
constexpr int kWinogradRows = 6;
constexpr int kWinogradPanels = 1;

inline void prefetch(const void* address) { _mm_prefetch(static_cast<const char*>(address), _MM_HINT_T1); }
inline float square_root(float x) { return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x))); }

struct Lanes {
  static constexpr int kRegisters = 2;
  __m256 low, high;

  static Lanes zero() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
  static Lanes set(float value) { return {_mm256_set1_ps(value), _mm256_set1_ps(value)}; }
  static Lanes load(const float* from) { return {_mm256_loadu_ps(from), _mm256_loadu_ps(from + 8)}; }
  static Lanes load(const Half* from) {
    const auto* at = reinterpret_cast<const __m128i*>(from);
    return {_mm256_cvtph_ps(_mm_loadu_si128(at)), _mm256_cvtph_ps(_mm_loadu_si128(at + 1))};
  }
  void store(float* to) const {
    _mm256_storeu_ps(to, low);
    _mm256_storeu_ps(to + 8, high);
  }
  void store(Half* to) const {
    auto* at = reinterpret_cast<__m128i*>(to);
    _mm_storeu_si128(at, _mm256_cvtps_ph(low, _MM_FROUND_TO_NEAREST_INT));
    _mm_storeu_si128(at + 1, _mm256_cvtps_ph(high, _MM_FROUND_TO_NEAREST_INT));
  }
  void add_product(Lanes a, Lanes b) {
    low = _mm256_fmadd_ps(a.low, b.low, low);
    high = _mm256_fmadd_ps(a.high, b.high, high);
  }
  // 2^n where these lanes hold n + 1.5 * 2^23.
  Lanes power_of_two() const { return {power_of_two(low), power_of_two(high)}; }
  static __m256 power_of_two(__m256 n) {
    const __m256i biased = _mm256_add_epi32(_mm256_castps_si256(n), _mm256_set1_epi32(127));
    return _mm256_castsi256_ps(_mm256_slli_epi32(biased, 23));
  }
};

inline Lanes operator+(Lanes a, Lanes b) { return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)}; }
inline Lanes operator-(Lanes a, Lanes b) { return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)}; }
inline Lanes operator*(Lanes a, Lanes b) { return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)}; }
inline Lanes operator/(Lanes a, Lanes b) { return {_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high)}; }
inline Lanes max(Lanes a, Lanes b) { return {_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)}; }

// 16 pairs of int16.
struct Pairs {
  __m256i low, high;

  static Pairs load(const int8_t* from) {
    const auto* at = reinterpret_cast<const __m128i*>(from);
    return {_mm256_cvtepi8_epi16(_mm_loadu_si128(at)), _mm256_cvtepi8_epi16(_mm_loadu_si128(at + 1))};
  }
  static Pairs load(const int16_t* from) {
    const auto* at = reinterpret_cast<const __m256i*>(from);
    return {_mm256_loadu_si256(at), _mm256_loadu_si256(at + 1)};
  }
  static Pairs round(Lanes first, Lanes second) {
    return {round(first.low, second.low), round(first.high, second.high)};
  }
  static __m256i round(__m256 first, __m256 second) {
    const __m256i high = _mm256_slli_epi32(_mm256_cvtps_epi32(second), 16);
    return _mm256_blend_epi16(_mm256_cvtps_epi32(first), high, 0xaa);
  }
  void store(int16_t* to) const {
    auto* at = reinterpret_cast<__m256i*>(to);
    _mm256_storeu_si256(at, low);
    _mm256_storeu_si256(at + 1, high);
  }
  static Pairs set(const int16_t* two) {
    int32_t both;
    __builtin_memcpy(&both, two, sizeof both);
    return {_mm256_set1_epi32(both), _mm256_set1_epi32(both)};
  }
};

// 16 sums of int32.
struct PairSums {
  __m256i low, high;

  static PairSums zero() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
  void add_products(Pairs a, Pairs b) {
    low = _mm256_add_epi32(low, _mm256_madd_epi16(a.low, b.low));
    high = _mm256_add_epi32(high, _mm256_madd_epi16(a.high, b.high));
  }
  Lanes to_float() const { return {_mm256_cvtepi32_ps(low), _mm256_cvtepi32_ps(high)}; }
};

#include "kernels/body.inl.h"
#include "kernels/fixed.inl.h"
#include "kernels/gate.inl.h"
#include "kernels/limits.inl.h"
#include "kernels/snake.inl.h"
#include "kernels/winograd.inl.h"

constexpr MatmulFn kMatmulFixed = matmul_fixed;

#include "kernels/table.inl.h"

}  // namespace

const Kernels& avx2_body() { return kKernels; }

}  // namespace gsv::kernels
