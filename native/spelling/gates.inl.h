// The gates, written so that the compiler makes lanes of the loop. Included inside an unnamed namespace by a file that
// is compiled for its instructions; calls nothing of a standard header, or the linker could keep a copy that an older
// processor cannot run.

// exp within 2 units in the last place.
inline float exponential(float x) {
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
  constexpr float kLog2E = 1.44269504f;
  constexpr float kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  const float shifted = x * kLog2E + kRound;
  const float n = shifted - kRound;
  const float r = (x - n * kLn2High) - n * kLn2Low;
  float series = 1.9875691500e-4f;
  series = series * r + 1.3981999507e-3f;
  series = series * r + 8.3334519073e-3f;
  series = series * r + 4.1665795894e-2f;
  series = series * r + 1.6666665459e-1f;
  series = series * r + 5.0000001201e-1f;
  const int bits = (__builtin_bit_cast(int, shifted) << 23) + (127 << 23);
  return (series * r * r + r + 1.0f) * __builtin_bit_cast(float, bits);
}

inline float sigmoid(float x) { return 1.0f / (1.0f + exponential(-x)); }
inline float tangent(float x) { return 1.0f - 2.0f / (exponential(2.0f * x) + 1.0f); }

inline void apply_gates(const float* __restrict input, const float* __restrict state, float* __restrict hidden,
                        int units) {
  for (int unit = 0; unit < units; ++unit) {
    const float reset = sigmoid(input[unit] + state[unit]);
    const float update = sigmoid(input[units + unit] + state[units + unit]);
    const float candidate = tangent(input[2 * units + unit] + reset * state[2 * units + unit]);
    hidden[unit] = (1.0f - update) * candidate + update * hidden[unit];
  }
}
