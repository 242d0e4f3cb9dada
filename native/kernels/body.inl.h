// The kernels, written once over 16 lanes. Each body's file defines Lanes, Pairs and PairSums for its instructions and
// then includes this inside its own unnamed namespace: nothing here may have external linkage, nor may a standard
// header's inline function be called, or the linker could keep a copy that an older processor cannot run.
// Every loop over an array of sums is unrolled: GCC stores one that is indexed at run time in each round.

constexpr int panels_for(int rows) {
  // As many panels as there are registers for sums, weights and one input; one row takes several to hide the latency of
  // the addition and to read several streams of memory, and uses each weight where it is loaded.
  const int room = rows == 1 ? (kVectorRegisters - 4) / Lanes::kRegisters
                             : (kVectorRegisters - 1) / ((rows + 1) * Lanes::kRegisters);
  return room >= 16 ? 8 : room >= 4 ? 4 : room >= 2 ? 2 : 1;
}

inline Lanes load_part(const float* from, int n) {
  alignas(64) float part[kPanel] = {};
  for (int i = 0; i < n; ++i) part[i] = from[i];
  return Lanes::load(part);
}

inline void store_part(Lanes lanes, float* to, int n) {
  alignas(64) float part[kPanel];
  lanes.store(part);
  for (int i = 0; i < n; ++i) to[i] = part[i];
}

inline float sum_lanes(Lanes lanes) {
  alignas(64) float part[kPanel];
  lanes.store(part);
  for (int width = kPanel / 2; width > 0; width /= 2)
    for (int i = 0; i < width; ++i) part[i] += part[i + width];
  return part[0];
}

inline float max_lanes(Lanes lanes) {
  alignas(64) float part[kPanel];
  lanes.store(part);
  float best = part[0];
  for (int i = 1; i < kPanel; ++i) best = part[i] > best ? part[i] : best;
  return best;
}

struct Span {
  int k0, count;
  bool first, last;
};

// Adds a block's sums to 16 outputs of one row.
inline void finish(const Matmul& m, Lanes sum, int panel, int row, const Span& span) {
  float* y = m.y + row * m.y_stride + int64_t{panel} * kPanel;
  const int n = m.n - panel * kPanel;
  if (!span.first) {
    sum = sum + (n < kPanel ? load_part(y, n) : Lanes::load(y));
  } else if (m.bias != nullptr) {
    sum = sum + Lanes::load(m.bias + int64_t{panel} * kPanel);
  }
  if (span.last && m.relu) sum = max(sum, Lanes::zero());
  if (n < kPanel) {
    store_part(sum, y, n);
  } else {
    sum.store(y);
  }
}

template <int kPanels, int kRows>
inline void finish_tile(const Matmul& m, const Lanes (&sum)[kPanels][kRows], int panel, int row, const Span& span) {
  Lanes done[kPanels][kRows];  // a copy: its loop is not worth unrolling
#pragma GCC unroll 8
  for (int p = 0; p < kPanels; ++p)
#pragma GCC unroll 12
    for (int r = 0; r < kRows; ++r) done[p][r] = sum[p][r];
  for (int p = 0; p < kPanels; ++p)
    for (int r = 0; r < kRows; ++r) finish(m, done[p][r], panel + p, row + r, span);
}

// A batch of some rows works on each weight long enough for the processor to stop reading ahead, so the same place of
// the next panels is asked for. One or two rows only read, and asking made them slower.
constexpr int kStreamRows = 2;
constexpr int kShortPanel = 128;

template <int kPanels, class T>
inline void prefetch_next(const T* w, int64_t stride) {
  for (int p = 0; p < kPanels; ++p) prefetch(w + (p + kPanels) * stride);
}

template <class T, int kPanels, int kRows>
inline void tile_float(const Matmul& m, const T* w, int64_t w_stride, int panel, int row, const Span& span) {
  const float* x = static_cast<const float*>(m.x) + row * m.x_stride + span.k0;
  Lanes sum[kPanels][kRows];
#pragma GCC unroll 8
  for (int p = 0; p < kPanels; ++p)
#pragma GCC unroll 12
    for (int r = 0; r < kRows; ++r) sum[p][r] = Lanes::zero();
  const bool once = kRows > kStreamRows ? m.rows == kRows : m.k <= kShortPanel;
  for (int k = 0; k < span.count; ++k) {
    if (once) prefetch_next<kPanels>(w + int64_t{k} * kPanel, w_stride);
    Lanes weight[kPanels];
#pragma GCC unroll 8
    for (int p = 0; p < kPanels; ++p) {
      weight[p] = Lanes::load(w + p * w_stride + int64_t{k} * kPanel);
    }
#pragma GCC unroll 12
    for (int r = 0; r < kRows; ++r) {
      const Lanes value = Lanes::set(x[r * m.x_stride + k]);
#pragma GCC unroll 8
      for (int p = 0; p < kPanels; ++p) sum[p][r].add_product(weight[p], value);
    }
  }
  finish_tile<kPanels, kRows>(m, sum, panel, row, span);
}

// Integer weights, a float scale for each output. T is int8_t or int16_t.
template <class T, int kPanels, int kRows>
inline void tile_int(const Matmul& m, const T* w, int64_t w_stride, const float* scales, int panel, int row,
                     const Span& span) {
  const int16_t* x = static_cast<const int16_t*>(m.x) + row * m.x_stride + span.k0;
  PairSums sum[kPanels][kRows];
#pragma GCC unroll 8
  for (int p = 0; p < kPanels; ++p)
#pragma GCC unroll 12
    for (int r = 0; r < kRows; ++r) sum[p][r] = PairSums::zero();
  const int pairs = (span.count + 1) / 2;
  const bool once = kRows > kStreamRows && m.rows == kRows;
  for (int k = 0; k < pairs; ++k) {
    if (once) prefetch_next<kPanels>(w + int64_t{k} * 2 * kPanel, w_stride);
    Pairs weight[kPanels];
#pragma GCC unroll 8
    for (int p = 0; p < kPanels; ++p) {
      weight[p] = Pairs::load(w + p * w_stride + int64_t{k} * 2 * kPanel);
    }
#pragma GCC unroll 12
    for (int r = 0; r < kRows; ++r) {
      const Pairs value = Pairs::set(x + r * m.x_stride + 2 * k);
#pragma GCC unroll 8
      for (int p = 0; p < kPanels; ++p) sum[p][r].add_products(weight[p], value);
    }
  }
  Lanes values[kPanels][kRows];
#pragma GCC unroll 8
  for (int p = 0; p < kPanels; ++p) {
    const Lanes scale = Lanes::load(scales + p * kPanel);
#pragma GCC unroll 12
    for (int r = 0; r < kRows; ++r) values[p][r] = sum[p][r].to_float() * scale * Lanes::set(m.x_scale[row + r]);
  }
  finish_tile<kPanels, kRows>(m, values, panel, row, span);
}

template <class T>
const T* block_of(const Matmul& m, int panel, const Span& span) {
  return static_cast<const T*>(m.weights) + panel * m.panel_stride + int64_t{span.k0} * kPanel;
}

template <class T>
struct FloatTiles {
  static constexpr int kLength = kBlock;
  static constexpr int kMaxRows = kTileRows;
  template <int kPanels, int kRows>
  static void run(const Matmul& m, int panel, int row, const Span& span) {
    tile_float<T, kPanels, kRows>(m, block_of<T>(m, panel, span), m.panel_stride, panel, row, span);
  }
};

struct Int8Tiles {
  static constexpr int kLength = kBlockI8;
  static constexpr int kMaxRows = kTileRowsI8;
  template <int kPanels, int kRows>
  static void run(const Matmul& m, int panel, int row, const Span& span) {
    const int8_t* w = block_of<int8_t>(m, panel, span);
    tile_int<int8_t, kPanels, kRows>(m, w, m.panel_stride, m.weight_scale + panel * kPanel, panel, row, span);
  }
};

template <class Tiles, int kRows>
void row_band(const Matmul& m, int first_panel, int end_panel, int first_row, int end_row, const Span& span) {
  constexpr int kPanels = panels_for(kRows);
  int panel = first_panel;
  for (; panel + kPanels <= end_panel; panel += kPanels)
    for (int row = first_row; row < end_row; row += kRows) Tiles::template run<kPanels, kRows>(m, panel, row, span);
  for (; panel < end_panel; ++panel)
    for (int row = first_row; row < end_row; row += kRows) Tiles::template run<1, kRows>(m, panel, row, span);
}

template <class Tiles, int kRows>
void last_rows(const Matmul& m, int first_panel, int end_panel, int rows, const Span& span) {
  if constexpr (kRows > 0) {
    if (rows == kRows) {
      row_band<Tiles, kRows>(m, first_panel, end_panel, m.rows - rows, m.rows, span);
    } else {
      last_rows<Tiles, kRows - 1>(m, first_panel, end_panel, rows, span);
    }
  }
}

template <class Tiles>
void matmul(const Matmul& m, int first_panel, int end_panel) {
  constexpr int kRows = Tiles::kMaxRows;
  const int rest = m.rows % kRows;
  for (int k0 = 0; k0 < m.k; k0 += Tiles::kLength) {
    const int count = m.k - k0 < Tiles::kLength ? m.k - k0 : Tiles::kLength;
    const Span span{k0, count, k0 == 0, k0 + count == m.k};
    row_band<Tiles, kRows>(m, first_panel, end_panel, 0, m.rows - rest, span);
    last_rows<Tiles, kRows - 1>(m, first_panel, end_panel, rest, span);
  }
}

template <int kPanels, int kRows>
void unpacked_rest(const Matmul& m, const float* w, int panel, int rows, const Span& span) {
  if constexpr (kRows > 0) {
    if (rows == kRows) {
      tile_float<float, kPanels, kRows>(m, w, kBlock * kPanel, panel, m.rows - rows, span);
    } else {
      unpacked_rest<kPanels, kRows - 1>(m, w, panel, rows, span);
    }
  }
}

// One block of some panels for every row, as floats side by side: unpacking once costs less than in each tile, and the
// copy does not compete for the same cache sets as panels that lie a power of two apart.
template <class T, int kPanels>
void unpacked_panels(const Matmul& m, int panel, const Span& span) {
  alignas(64) float w[kPanels * kBlock * kPanel];
  const T* from = block_of<T>(m, panel, span);
  for (int p = 0; p < kPanels; ++p) {
    for (int i = 0; i < span.count * kPanel; i += kPanel) {
      Lanes::load(from + p * m.panel_stride + i).store(w + p * kBlock * kPanel + i);
    }
  }
  const int rest = m.rows % kTileRows;
  for (int row = 0; row + kTileRows <= m.rows; row += kTileRows) {
    tile_float<float, kPanels, kTileRows>(m, w, kBlock * kPanel, panel, row, span);
  }
  unpacked_rest<kPanels, kTileRows - 1>(m, w, panel, rest, span);
}

template <class T>
void matmul_float(const Matmul& m, int first_panel, int end_panel) {
  if (m.rows < 3 * kTileRows) {
    matmul<FloatTiles<T>>(m, first_panel, end_panel);
    return;
  }
  constexpr int kPanels = panels_for(kTileRows);
  for (int k0 = 0; k0 < m.k; k0 += kBlock) {
    const int count = m.k - k0 < kBlock ? m.k - k0 : kBlock;
    const Span span{k0, count, k0 == 0, k0 + count == m.k};
    int panel = first_panel;
    for (; panel + kPanels <= end_panel; panel += kPanels) unpacked_panels<T, kPanels>(m, panel, span);
    for (; panel < end_panel; ++panel) unpacked_panels<T, 1>(m, panel, span);
  }
}

// exp(x) for x <= 0 within 2 units in the last place: 2^n times a polynomial on [-ln2/2, ln2/2] (Cephes' expf).
inline Lanes exp_nonpositive(Lanes x) {
  x = max(x, Lanes::set(-87.0f));
  const Lanes magic = Lanes::set(12582912.0f);  // 1.5 * 2^23: the sum's low bits are the rounded integer
  Lanes shifted = magic;
  shifted.add_product(x, Lanes::set(1.44269504f));
  const Lanes n = shifted - magic;
  Lanes r = x;
  r.add_product(n, Lanes::set(-0.693359375f));
  r.add_product(n, Lanes::set(2.12194440e-4f));
  constexpr float kCoefficients[] = {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f,
                                     5.0000001201e-1f};
  Lanes y = Lanes::set(1.9875691500e-4f);
  for (const float c : kCoefficients) {
    Lanes next = Lanes::set(c);
    next.add_product(y, r);
    y = next;
  }
  Lanes result = r + Lanes::set(1.0f);
  result.add_product(y, r * r);
  return result * shifted.power_of_two();
}

void softmax(float* x, int n, int total, float scale) {
  const int end = padded(n);
  for (int i = n; i < end; ++i) x[i] = x[0];  // any score of this row: it cannot change the maximum
  Lanes best = Lanes::load(x);
  for (int i = kPanel; i < end; i += kPanel) best = max(best, Lanes::load(x + i));
  const Lanes top = Lanes::set(max_lanes(best));
  const Lanes factor = Lanes::set(scale);
  Lanes sum = Lanes::zero();
  for (int i = 0; i < end; i += kPanel) {
    const Lanes e = exp_nonpositive((Lanes::load(x + i) - top) * factor);
    e.store(x + i);
    sum = sum + (n - i < kPanel ? load_part(x + i, n - i) : e);
  }
  const Lanes share = Lanes::set(1.0f / sum_lanes(sum));
  for (int i = 0; i < end; i += kPanel) (Lanes::load(x + i) * share).store(x + i);
  for (int i = n; i < padded(total); ++i) x[i] = 0.0f;
}

void add_layer_norm(float* x, const float* added, const float* weight, const float* bias, int n) {
  const int whole = n / kPanel * kPanel;
  const int rest = n - whole;
  Lanes sum = Lanes::zero();
  for (int i = 0; i < n; i += kPanel) {
    const bool part = i == whole;
    const Lanes value =
        part ? load_part(x + i, rest) + load_part(added + i, rest) : Lanes::load(x + i) + Lanes::load(added + i);
    if (part) {
      store_part(value, x + i, rest);
    } else {
      value.store(x + i);
    }
    sum = sum + value;
  }
  const Lanes mean = Lanes::set(sum_lanes(sum) / static_cast<float>(n));
  Lanes squares = Lanes::zero();
  for (int i = 0; i < whole; i += kPanel) {
    const Lanes d = Lanes::load(x + i) - mean;
    squares.add_product(d, d);
  }
  float variance = sum_lanes(squares);
  const float center = sum_lanes(sum) / static_cast<float>(n);
  for (int i = whole; i < n; ++i) variance += (x[i] - center) * (x[i] - center);
  const Lanes factor = Lanes::set(1.0f / square_root(variance / static_cast<float>(n) + 1e-5f));
  for (int i = 0; i < n; i += kPanel) {
    const bool part = i == whole;
    const Lanes value = part ? load_part(x + i, rest) : Lanes::load(x + i);
    Lanes y = part ? load_part(bias + i, rest) : Lanes::load(bias + i);
    y.add_product((value - mean) * factor, part ? load_part(weight + i, rest) : Lanes::load(weight + i));
    if (part) {
      store_part(y, x + i, rest);
    } else {
      y.store(x + i);
    }
  }
}

float quantise(const float* x, int n, int16_t* q) {
  Lanes best = Lanes::zero();
  for (int i = 0; i < n; i += kPanel) {
    const Lanes value = n - i < kPanel ? load_part(x + i, n - i) : Lanes::load(x + i);
    best = max(best, max(value, Lanes::zero() - value));
  }
  float top = max_lanes(best);
  if (top < 1e-30f) top = 0.0f;  // its inverse would overflow
  const float inverse = top > 0.0f ? static_cast<float>(kInt14) / top : 0.0f;
  const Lanes magic = Lanes::set(12582912.0f);
  for (int i = 0; i < n; i += kPanel) {
    alignas(64) float part[kPanel];
    const Lanes value = n - i < kPanel ? load_part(x + i, n - i) : Lanes::load(x + i);
    ((value * Lanes::set(inverse) + magic) - magic).store(part);
    const int count = n - i < kPanel ? n - i : kPanel;
    for (int j = 0; j < count; ++j) q[i + j] = static_cast<int16_t>(part[j]);
  }
  if (n % 2 != 0) q[n] = 0;
  return top / static_cast<float>(kInt14);
}

void to_half(const float* from, Half* to, int64_t n) {
  int64_t i = 0;
  for (; i + kPanel <= n; i += kPanel) Lanes::load(from + i).store(to + i);
  if (i < n) {
    Half part[kPanel];
    load_part(from + i, static_cast<int>(n - i)).store(part);
    for (int j = 0; i + j < n; ++j) to[i + j] = part[j];
  }
}

template <class T>
void store_kv(const KvSlot& slot, const float* key, const float* value, int head_dim, int t) {
  T* keys = static_cast<T*>(slot.keys) + int64_t{t / kPanel} * kPanel * head_dim + t % kPanel;
  T* values = static_cast<T*>(slot.values) + int64_t{t} * kPanel;
  for (int d = 0; d < head_dim; d += kPanel) {
    T part[kPanel];
    Lanes::load(key + d).store(part);
    const int count = head_dim - d < kPanel ? head_dim - d : kPanel;
    for (int i = 0; i < count; ++i) keys[(d + i) * kPanel] = part[i];
    Lanes::load(value + d).store(values + d / kPanel * slot.value_stride);
  }
}

// Four chains a panel, over the positions t, t + 4, ...: a single one would wait for its own additions.
constexpr int kAhead = 4096;  // bytes that values are asked for before they are needed

template <class T, int kPanels>
void mix_panels(const T* values, int64_t stride, const float* shares, int count, Lanes* out) {
  constexpr int kChains = 4;
  Lanes sum[kPanels][kChains];
  for (int p = 0; p < kPanels; ++p)
    for (int c = 0; c < kChains; ++c) sum[p][c] = Lanes::zero();
  int t = 0;
  for (; t + kChains <= count; t += kChains) {
    for (int p = 0; p < kPanels; ++p) {
      for (int line = 0; line < kChains * kPanel; line += 64 / sizeof(T)) {
        prefetch(values + p * stride + int64_t{t} * kPanel + kAhead / sizeof(T) + line);
      }
    }
#pragma GCC unroll 4
    for (int c = 0; c < kChains; ++c) {
      const Lanes share = Lanes::set(shares[t + c]);
#pragma GCC unroll 8
      for (int p = 0; p < kPanels; ++p) {
        sum[p][c].add_product(Lanes::load(values + p * stride + int64_t{t + c} * kPanel), share);
      }
    }
  }
  for (; t < count; ++t) {
    for (int p = 0; p < kPanels; ++p) {
      sum[p][0].add_product(Lanes::load(values + p * stride + int64_t{t} * kPanel), Lanes::set(shares[t]));
    }
  }
  for (int p = 0; p < kPanels; ++p) out[p] = (sum[p][0] + sum[p][1]) + (sum[p][2] + sum[p][3]);
}

template <class T>
void mix(const KvSlot& slot, const float* shares, int count, int head_dim, float* y) {
  constexpr int kPanels = 2 / Lanes::kRegisters;
  const T* values = static_cast<const T*>(slot.values);
  for (int d = 0; d < head_dim; d += kPanels * kPanel) {
    Lanes out[kPanels];
    const T* from = values + d / kPanel * slot.value_stride;
    if (head_dim - d > (kPanels - 1) * kPanel) {
      mix_panels<T, kPanels>(from, slot.value_stride, shares, count, out);
    } else {
      mix_panels<T, 1>(from, slot.value_stride, shares, count, out);
    }
    for (int p = 0; p < kPanels && d + p * kPanel < head_dim; ++p) {
      const int rest = head_dim - d - p * kPanel;
      if (rest < kPanel) {
        store_part(out[p], y + d + p * kPanel, rest);
      } else {
        out[p].store(y + d + p * kPanel);
      }
    }
  }
}
