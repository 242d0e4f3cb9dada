// The AVX-512 body: F, BW, DQ, VL and VNNI.
#include <immintrin.h>

#include "kernels/bodies.h"

namespace gsv::kernels {
namespace {

constexpr const char* kName = "avx512";
constexpr int kVectorRegisters = 32;
constexpr int kTileRows = 12;
constexpr int kTileRowsI8 = 8;
constexpr int kWinogradRows = 12;
constexpr int kWinogradPanels = 2;

inline void prefetch(const void* address) { _mm_prefetch(static_cast<const char*>(address), _MM_HINT_T1); }
inline float square_root(float x) { return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x))); }

struct Lanes {
  static constexpr int kRegisters = 1;
  __m512 v;

  static Lanes zero() { return {_mm512_setzero_ps()}; }
  static Lanes set(float value) { return {_mm512_set1_ps(value)}; }
  static Lanes load(const float* from) { return {_mm512_loadu_ps(from)}; }
  static Lanes load(const Half* from) {
    return {_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)))};
  }
  void store(float* to) const { _mm512_storeu_ps(to, v); }
  void store(Half* to) const {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
  }
  void add_product(Lanes a, Lanes b) { v = _mm512_fmadd_ps(a.v, b.v, v); }
  // 2^n where these lanes hold n + 1.5 * 2^23.
  Lanes power_of_two() const {
    const __m512i biased = _mm512_add_epi32(_mm512_castps_si512(v), _mm512_set1_epi32(127));
    return {_mm512_castsi512_ps(_mm512_slli_epi32(biased, 23))};
  }
};

inline Lanes operator+(Lanes a, Lanes b) { return {_mm512_add_ps(a.v, b.v)}; }
inline Lanes operator-(Lanes a, Lanes b) { return {_mm512_sub_ps(a.v, b.v)}; }
inline Lanes operator*(Lanes a, Lanes b) { return {_mm512_mul_ps(a.v, b.v)}; }
inline Lanes operator/(Lanes a, Lanes b) { return {_mm512_div_ps(a.v, b.v)}; }
inline Lanes max(Lanes a, Lanes b) { return {_mm512_max_ps(a.v, b.v)}; }

// 16 pairs of int16.
struct Pairs {
  __m512i v;

  static Pairs load(const int8_t* from) {
    return {_mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)))};
  }
  static Pairs load(const int16_t* from) { return {_mm512_loadu_si512(from)}; }
  static Pairs round(Lanes first, Lanes second) {
    const __m512i high = _mm512_slli_epi32(_mm512_cvtps_epi32(second.v), 16);
    return {_mm512_mask_blend_epi16(0xaaaaaaaau, _mm512_cvtps_epi32(first.v), high)};
  }
  void store(int16_t* to) const { _mm512_storeu_si512(to, v); }
  static Pairs set(const int16_t* two) {
    int32_t both;
    __builtin_memcpy(&both, two, sizeof both);
    return {_mm512_set1_epi32(both)};
  }
};

// 16 sums of int32.
struct PairSums {
  __m512i v;

  static PairSums zero() { return {_mm512_setzero_si512()}; }
  void add_products(Pairs a, Pairs b) {
#ifdef __GNUC__
    asm("vpdpwssd %2, %1, %0" : "+v"(v) : "v"(a.v), "v"(b.v));  // GCC 12 spills the sums around the intrinsic
#else
    v = _mm512_dpwssd_epi32(v, a.v, b.v);
#endif
  }
  Lanes to_float() const { return {_mm512_cvtepi32_ps(v)}; }
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

const Kernels& avx512_body() { return kKernels; }

}  // namespace gsv::kernels
