// The gate of a WaveNet layer; see kernels.h. Included after body.inl.h.

inline Lanes min_zero(Lanes x) { return Lanes::zero() - max(Lanes::zero() - x, Lanes::zero()); }

// tanh(a) * sigmoid(b) as quotients of exponentials of what is not positive: no overflow, one division.
inline Lanes gated(Lanes a, Lanes b) {
  const Lanes twice = a + a;
  const Lanes p = exp_nonpositive(min_zero(twice)), q = exp_nonpositive(min_zero(Lanes::zero() - twice));
  const Lanes r = exp_nonpositive(min_zero(b)), s = exp_nonpositive(min_zero(Lanes::zero() - b));
  return (p - q) * r / ((p + q) * (r + s));
}

void gate(const float* x, int channels, float* y) {
  const int whole = channels / kPanel * kPanel;
  for (int c = 0; c < whole; c += kPanel) gated(Lanes::load(x + c), Lanes::load(x + channels + c)).store(y + c);
  const int rest = channels - whole;
  if (rest > 0) store_part(gated(load_part(x + whole, rest), load_part(x + channels + whole, rest)), y + whole, rest);
}
