// What a core can do at most; see kernels.h. Included after body.inl.h.

double multiply_add(int64_t rounds) {
  constexpr int kChains = (kVectorRegisters - 4) / Lanes::kRegisters;  // enough to hide the latency
  alignas(64) float start[kPanel];  // registers that began alike would be computed once
  for (int i = 0; i < kPanel; ++i) start[i] = static_cast<float>(i);
  Lanes sum[kChains];
#pragma GCC unroll 28
  for (int i = 0; i < kChains; ++i) sum[i] = Lanes::load(start) + Lanes::set(static_cast<float>(i));
  const Lanes factor = Lanes::set(0.9999f);
  for (int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 28
    for (int i = 0; i < kChains; ++i) sum[i].add_product(sum[i], factor);
  }
  Lanes total = Lanes::zero();
#pragma GCC unroll 28
  for (int i = 0; i < kChains; ++i) total = total + sum[i];
  // The sum is used, so that it has to be computed; it changes nothing.
  return 2.0 * kPanel * kChains * static_cast<double>(rounds) + (sum_lanes(total) == 0.5f ? 1.0 : 0.0);
}

float read(const float* from, int64_t n) {
  Lanes sum[4] = {Lanes::zero(), Lanes::zero(), Lanes::zero(), Lanes::zero()};
  for (int64_t i = 0; i < n; i += 4 * kPanel) {
#pragma GCC unroll 4
    for (int c = 0; c < 4; ++c) sum[c] = sum[c] + Lanes::load(from + i + c * kPanel);
  }
  return sum_lanes((sum[0] + sum[1]) + (sum[2] + sum[3]));
}
