// The plain body: every processor runs it, and the fast ones are tested against it.
#include "kernels/bodies.h"
#include "kernels/half.h"

namespace gsv::kernels {
namespace {

constexpr const char* kName = "portable";
constexpr int kVectorRegisters = 8;
constexpr int kTileRows = 4;
constexpr int kTileRowsI8 = 4;
constexpr int kWinogradRows = 3;
constexpr int kWinogradPanels = 1;

inline void prefetch(const void*) {}

// Newton's steps from a bit-level guess: the body calls no libm.
inline float square_root(float x) {
  if (!(x > 0.0f) || x > 3.0e38f) return x;
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  bits = (bits >> 1) + 0x1fbd1df5u;
  float y;
  std::memcpy(&y, &bits, sizeof y);
  for (int i = 0; i < 4; ++i) y = 0.5f * (y + x / y);
  return y;
}

struct Lanes {
  static constexpr int kRegisters = 1;
  float v[kPanel];

  static Lanes set(float value) {
    Lanes out;
    for (float& lane : out.v) lane = value;
    return out;
  }
  static Lanes zero() { return set(0.0f); }
  static Lanes load(const float* from) {
    Lanes out;
    std::memcpy(out.v, from, sizeof out.v);
    return out;
  }
  static Lanes load(const Half* from) {
    Lanes out;
    for (int i = 0; i < kPanel; ++i) out.v[i] = half_to_float(from[i]);
    return out;
  }
  void store(float* to) const { std::memcpy(to, v, sizeof v); }
  void store(Half* to) const {
    for (int i = 0; i < kPanel; ++i) to[i] = float_to_half(v[i]);
  }
  void add_product(const Lanes& a, const Lanes& b) {
    for (int i = 0; i < kPanel; ++i) v[i] += a.v[i] * b.v[i];
  }
  // 2^n where these lanes hold n + 1.5 * 2^23.
  Lanes power_of_two() const {
    Lanes out;
    for (int i = 0; i < kPanel; ++i) {
      uint32_t bits;
      std::memcpy(&bits, &v[i], sizeof bits);
      bits = (bits + 127u) << 23;
      std::memcpy(&out.v[i], &bits, sizeof bits);
    }
    return out;
  }
};

template <class Operation>
inline Lanes zip(const Lanes& a, const Lanes& b, Operation operation) {
  Lanes out;
  for (int i = 0; i < kPanel; ++i) out.v[i] = operation(a.v[i], b.v[i]);
  return out;
}
inline Lanes operator+(const Lanes& a, const Lanes& b) {
  return zip(a, b, [](float x, float y) { return x + y; });
}
inline Lanes operator-(const Lanes& a, const Lanes& b) {
  return zip(a, b, [](float x, float y) { return x - y; });
}
inline Lanes operator*(const Lanes& a, const Lanes& b) {
  return zip(a, b, [](float x, float y) { return x * y; });
}
inline Lanes operator/(const Lanes& a, const Lanes& b) {
  return zip(a, b, [](float x, float y) { return x / y; });
}
inline Lanes max(const Lanes& a, const Lanes& b) {
  return zip(a, b, [](float x, float y) { return x > y ? x : y; });
}

// 16 pairs of int16.
struct Pairs {
  int16_t v[2 * kPanel];

  static Pairs load(const int8_t* from) {
    Pairs out;
    for (int i = 0; i < 2 * kPanel; ++i) out.v[i] = from[i];
    return out;
  }
  static Pairs set(const int16_t* two) {
    Pairs out;
    for (int i = 0; i < 2 * kPanel; ++i) out.v[i] = two[i % 2];
    return out;
  }
};

// 16 sums of int32.
struct PairSums {
  int32_t v[kPanel];

  static PairSums zero() { return {}; }
  void add_products(const Pairs& a, const Pairs& b) {
    for (int i = 0; i < kPanel; ++i) v[i] += a.v[2 * i] * b.v[2 * i] + a.v[2 * i + 1] * b.v[2 * i + 1];
  }
  Lanes to_float() const {
    Lanes out;
    for (int i = 0; i < kPanel; ++i) out.v[i] = static_cast<float>(v[i]);
    return out;
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

const Kernels& portable_body() { return kKernels; }

}  // namespace gsv::kernels
