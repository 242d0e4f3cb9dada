// binary16 in integer arithmetic, for processors and tools without the instruction. Rounds to nearest even.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/kernels.h"

namespace gsv::kernels {

inline float half_to_float(Half half) {
  const uint32_t sign = static_cast<uint32_t>(half.bits & 0x8000u) << 16;
  const uint32_t magnitude = half.bits & 0x7fffu;
  // Placing the exponent as it is and multiplying by 2^112 moves the bias, subnormals included.
  uint32_t bits = magnitude << 13;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  value *= 0x1p112f;
  std::memcpy(&bits, &value, sizeof bits);
  if (magnitude >= 0x7c00u) bits |= 0x7f800000u;
  bits |= sign;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline Half float_to_half(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const uint16_t sign = static_cast<uint16_t>(bits >> 16 & 0x8000u);
  bits &= 0x7fffffffu;
  if (bits > 0x7f800000u) return {static_cast<uint16_t>(sign | 0x7e00u)};
  if (bits >= 0x477ff000u) return {static_cast<uint16_t>(sign | 0x7c00u)};  // 65520 and more round to infinity
  if (bits < 0x38800000u) {  // below 2^-14: adding 0.5 lets the addition round to the subnormal's unit
    float magnitude;
    std::memcpy(&magnitude, &bits, sizeof magnitude);
    magnitude += 0.5f;
    std::memcpy(&bits, &magnitude, sizeof bits);
    return {static_cast<uint16_t>(sign | (bits - 0x3f000000u))};
  }
  bits += 0xc8000000u + 0x0fffu + (bits >> 13 & 1u);  // exponent bias 127 to 15, ties to even
  return {static_cast<uint16_t>(sign | bits >> 13)};
}

}  // namespace gsv::kernels
