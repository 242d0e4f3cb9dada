// Half weights against int14 activations, many rows: twice the products a cycle of float arithmetic.
//
// A block of inputs is rounded to integers with a scale for each output, as fine as 32-bit sums allow: the sum of the
// integers' magnitudes times the largest activation stays below 2^31 whatever the signs. Shorter blocks allow finer
// integers: the logits of a full-size network are off by 8e-4 (512: 3.4e-3, 64: 5e-4 but a tenth slower), where half
// alone gives 2.7e-4 and bfloat16 2e-3.

constexpr int kFixedBlock = 128;
constexpr float kMagnitudes = 2147483647.0f / kInt14 - kFixedBlock;  // each rounding adds up to a half

inline Lanes magnitude(Lanes x) { return max(x, Lanes::zero() - x); }

// Integers of one output are pairs beside those of the 15 others, [k / 2][16][2]. Returns what a unit is worth.
inline Lanes round_block(const Half* from, int count, int16_t* to) {
  Lanes sum = Lanes::zero();
  Lanes top = Lanes::set(1e-30f);
  for (int k = 0; k < count; ++k) {
    const Lanes value = magnitude(Lanes::load(from + int64_t{k} * kPanel));
    sum = sum + value;
    top = max(top, value);
  }
  const Lanes unit = max(sum * Lanes::set(1.0f / kMagnitudes), top * Lanes::set(1.0f / 32767.0f));
  const Lanes levels = Lanes::set(1.0f) / unit;
  for (int k = 0; k < count; k += 2) {
    const Lanes first = Lanes::load(from + int64_t{k} * kPanel) * levels;
    const Lanes second = k + 1 < count ? Lanes::load(from + int64_t{k + 1} * kPanel) * levels : Lanes::zero();
    Pairs::round(first, second).store(to + int64_t{k} * kPanel);
  }
  return unit;
}

template <int kPanels, int kRows>
void fixed_rest(const Matmul& m, const int16_t* w, const float* units, int panel, int rows, const Span& span) {
  if constexpr (kRows > 0) {
    if (rows == kRows) {
      tile_int<int16_t, kPanels, kRows>(m, w, kFixedBlock * kPanel, units, panel, m.rows - rows, span);
    } else {
      fixed_rest<kPanels, kRows - 1>(m, w, units, panel, rows, span);
    }
  }
}

template <int kPanels>
void fixed_panels(const Matmul& m, int panel, const Span& span) {
  alignas(64) int16_t w[kPanels * kFixedBlock * kPanel];
  alignas(64) float units[kPanels * kPanel];
  const Half* from = block_of<Half>(m, panel, span);
  for (int p = 0; p < kPanels; ++p) {
    round_block(from + p * m.panel_stride, span.count, w + p * kFixedBlock * kPanel).store(units + p * kPanel);
  }
  for (int row = 0; row + kTileRowsI8 <= m.rows; row += kTileRowsI8) {
    tile_int<int16_t, kPanels, kTileRowsI8>(m, w, kFixedBlock * kPanel, units, panel, row, span);
  }
  fixed_rest<kPanels, kTileRowsI8 - 1>(m, w, units, panel, m.rows % kTileRowsI8, span);
}

void matmul_fixed(const Matmul& m, int first_panel, int end_panel) {
  constexpr int kPanels = panels_for(kTileRowsI8);
  for (int k0 = 0; k0 < m.k; k0 += kFixedBlock) {
    const int count = m.k - k0 < kFixedBlock ? m.k - k0 : kFixedBlock;
    const Span span{k0, count, k0 == 0, k0 + count == m.k};
    int panel = first_panel;
    for (; panel + kPanels <= end_panel; panel += kPanels) fixed_panels<kPanels>(m, panel, span);
    for (; panel < end_panel; ++panel) fixed_panels<1>(m, panel, span);
  }
}
