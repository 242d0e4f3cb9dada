// The NEON body of 64-bit Arm, whose every processor has it.
#include <arm_neon.h>

#include "kernels/bodies.h"

namespace gsv::kernels {
namespace {

constexpr const char* kName = "neon";
constexpr int kVectorRegisters = 32;
constexpr int kTileRows = 6;
constexpr int kTileRowsI8 = 6;
constexpr int kWinogradRows = 6;
constexpr int kWinogradPanels = 1;

inline void prefetch(const void* address) { __builtin_prefetch(address); }
inline float square_root(float x) { return vget_lane_f32(vsqrt_f32(vdup_n_f32(x)), 0); }

struct Lanes {
  static constexpr int kRegisters = 4;
  float32x4_t v[4];

  static Lanes zero() { return set(0.0f); }
  static Lanes set(float value) {
    const float32x4_t all = vdupq_n_f32(value);
    return {{all, all, all, all}};
  }
  static Lanes load(const float* from) {
    return {{vld1q_f32(from), vld1q_f32(from + 4), vld1q_f32(from + 8), vld1q_f32(from + 12)}};
  }
  static Lanes load(const Half* from) {
    const auto* at = reinterpret_cast<const float16_t*>(from);
    return {{vcvt_f32_f16(vld1_f16(at)), vcvt_f32_f16(vld1_f16(at + 4)), vcvt_f32_f16(vld1_f16(at + 8)),
             vcvt_f32_f16(vld1_f16(at + 12))}};
  }
  void store(float* to) const {
    for (int i = 0; i < 4; ++i) vst1q_f32(to + 4 * i, v[i]);
  }
  void store(Half* to) const {
    for (int i = 0; i < 4; ++i) vst1_f16(reinterpret_cast<float16_t*>(to) + 4 * i, vcvt_f16_f32(v[i]));
  }
  void add_product(Lanes a, Lanes b) {
    for (int i = 0; i < 4; ++i) v[i] = vfmaq_f32(v[i], a.v[i], b.v[i]);
  }
  // 2^n where these lanes hold n + 1.5 * 2^23.
  Lanes power_of_two() const {
    Lanes out;
    for (int i = 0; i < 4; ++i) {
      const int32x4_t biased = vaddq_s32(vreinterpretq_s32_f32(v[i]), vdupq_n_s32(127));
      out.v[i] = vreinterpretq_f32_s32(vshlq_n_s32(biased, 23));
    }
    return out;
  }
};

inline Lanes operator+(Lanes a, Lanes b) {
  for (int i = 0; i < 4; ++i) a.v[i] = vaddq_f32(a.v[i], b.v[i]);
  return a;
}
inline Lanes operator-(Lanes a, Lanes b) {
  for (int i = 0; i < 4; ++i) a.v[i] = vsubq_f32(a.v[i], b.v[i]);
  return a;
}
inline Lanes operator*(Lanes a, Lanes b) {
  for (int i = 0; i < 4; ++i) a.v[i] = vmulq_f32(a.v[i], b.v[i]);
  return a;
}
inline Lanes operator/(Lanes a, Lanes b) {
  for (int i = 0; i < 4; ++i) a.v[i] = vdivq_f32(a.v[i], b.v[i]);
  return a;
}
inline Lanes max(Lanes a, Lanes b) {
  for (int i = 0; i < 4; ++i) a.v[i] = vmaxq_f32(a.v[i], b.v[i]);
  return a;
}

// 16 pairs of int16.
struct Pairs {
  int16x8_t v[4];

  static Pairs load(const int8_t* from) {
    const int8x16_t low = vld1q_s8(from), high = vld1q_s8(from + 16);
    return {{vmovl_s8(vget_low_s8(low)), vmovl_high_s8(low), vmovl_s8(vget_low_s8(high)), vmovl_high_s8(high)}};
  }
  static Pairs set(const int16_t* two) {
    int32_t both;
    __builtin_memcpy(&both, two, sizeof both);
    const int16x8_t all = vreinterpretq_s16_s32(vdupq_n_s32(both));
    return {{all, all, all, all}};
  }
};

// 16 sums of int32.
struct PairSums {
  int32x4_t v[4];

  static PairSums zero() {
    const int32x4_t none = vdupq_n_s32(0);
    return {{none, none, none, none}};
  }
  void add_products(Pairs a, Pairs b) {
    for (int i = 0; i < 4; ++i) {
      const int32x4_t low = vmull_s16(vget_low_s16(a.v[i]), vget_low_s16(b.v[i]));
      v[i] = vaddq_s32(v[i], vpaddq_s32(low, vmull_high_s16(a.v[i], b.v[i])));
    }
  }
  Lanes to_float() const {
    return {{vcvtq_f32_s32(v[0]), vcvtq_f32_s32(v[1]), vcvtq_f32_s32(v[2]), vcvtq_f32_s32(v[3])}};
  }
};

#include "kernels/body.inl.h"
#include "kernels/gate.inl.h"
#include "kernels/limits.inl.h"
#include "kernels/snake.inl.h"
#include "kernels/winograd.inl.h"

constexpr MatmulFn kMatmulFixed = nullptr;  // 16-bit products are no faster here

#include "kernels/table.inl.h"

}  // namespace

const Kernels& neon_body() { return kKernels; }

}  // namespace gsv::kernels
