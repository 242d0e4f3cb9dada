// BigVGAN's activation. As in body.inl.h, nothing here may have external linkage.

// sin(x)^2 within 2e-7 for |x| below some thousands: x less the nearest multiple of pi, then a polynomial on
// [-pi/2, pi/2].
inline Lanes sine_squared(Lanes x) {
  const Lanes magic = Lanes::set(12582912.0f);  // 1.5 * 2^23: the sum's low bits are the rounded integer
  Lanes n = magic;
  n.add_product(x, Lanes::set(0.318309886f));
  n = n - magic;
  Lanes r = x;
  r.add_product(n, Lanes::set(-3.140625f));
  r.add_product(n, Lanes::set(-9.67502594e-4f));
  r.add_product(n, Lanes::set(-1.50995786e-7f));
  const Lanes z = r * r;
  constexpr float kCoefficients[] = {-1.980960286e-4f, 8.333066245e-3f, -1.666665955e-1f};
  Lanes p = Lanes::set(2.605780553e-6f);
  for (const float c : kCoefficients) {
    Lanes next = Lanes::set(c);
    next.add_product(p, z);
    p = next;
  }
  Lanes sine = r;
  sine.add_product(r * z, p);
  return sine * sine;
}

// Positions that are brought down together: what they need at twice the rate stays in the first cache.
constexpr int kSnakePositions = 32;

inline int clamped(int index, int length) { return index < 0 ? 0 : index < length ? index : length - 1; }

// 16 channels at both places of twice the rate that stand for position t.
inline void snake_pair(const SnakeSpan& span, int channel, int t, Lanes frequency, Lanes reciprocal, float* two) {
  constexpr int kHalf = kSnakeTaps / 2;
  const float* rows[kHalf + 1];
  for (int j = 0; j <= kHalf; ++j) {
    rows[j] = span.x + clamped(t - kHalf / 2 + j, span.length) * span.x_stride + channel;
  }
  Lanes even = Lanes::zero(), odd = Lanes::zero();
#pragma GCC unroll 6
  for (int j = 0; j < kHalf; ++j) {
    even.add_product(Lanes::load(rows[j]), Lanes::set(span.up[kSnakeTaps - 1 - 2 * j]));
    odd.add_product(Lanes::load(rows[j + 1]), Lanes::set(span.up[kSnakeTaps - 2 - 2 * j]));
  }
  even.add_product(sine_squared(even * frequency), reciprocal);
  odd.add_product(sine_squared(odd * frequency), reciprocal);
  even.store(two);
  odd.store(two + kPanel);
}

// The same outside the signal, where every place is its first or its last one.
inline void snake_edge(const SnakeSpan& span, int channel, int t, Lanes frequency, Lanes reciprocal, float* two) {
  snake_pair(span, channel, clamped(t, span.length), frequency, reciprocal, two);
  const Lanes edge = Lanes::load(two + (t < 0 ? 0 : kPanel));
  edge.store(two);
  edge.store(two + kPanel);
}

void snake(const SnakeSpan& span) {
  constexpr int kReach = kSnakeTaps / 4;  // positions whose places a position needs, to each side
  alignas(64) float places[(kSnakePositions + 2 * kReach) * 2 * kPanel];
  for (int begin = span.begin; begin < span.end; begin += kSnakePositions) {
    const int end = begin + kSnakePositions < span.end ? begin + kSnakePositions : span.end;
    for (int panel = 0; panel < span.channels; panel += kPanel) {
      // A last panel that is not full does channels again.
      const int channel = panel + kPanel <= span.channels ? panel : span.channels - kPanel;
      const Lanes frequency = Lanes::load(span.frequency + channel);
      const Lanes reciprocal = Lanes::load(span.reciprocal + channel);
      float* two = places;
      for (int t = begin - kReach; t < end + kReach; ++t, two += 2 * kPanel) {
        const bool inside = t >= 0 && t < span.length;
        if (inside) {
          snake_pair(span, channel, t, frequency, reciprocal, two);
        } else {
          snake_edge(span, channel, t, frequency, reciprocal, two);
        }
      }
      const float* from = places + kPanel;  // the first place of the first position's taps
      for (int t = begin; t < end; ++t, from += 2 * kPanel) {
        Lanes sum = Lanes::zero();
#pragma GCC unroll 12
        for (int j = 0; j < kSnakeTaps; ++j) {
          sum.add_product(Lanes::load(from + j * kPanel), Lanes::set(span.down[j]));
        }
        sum.store(span.y + t * span.y_stride + channel);
      }
    }
  }
}
