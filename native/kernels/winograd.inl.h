// Winograd convolution, written once over 16 lanes; see winograd.h. Included after body.inl.h.
//
// F(m, r) on the points +-1, +-2, +-1/2 and infinity with m + r = 8. The inputs of a tile of m outputs become 7 values
// (V), are multiplied point by point (M), and the products become the outputs. Four more taps of a kernel read the V of
// the next tile, so a kernel of any length needs one V. A row of a residue modulo the dilation is a plain sequence.

// Zeros that stand for positions outside; as long as the widest row.
alignas(64) constexpr float kZeroRow[kWinogradChannels] = {};

struct WinogradBlock {
  int first_tile;  // of every residue
  int tiles;
  int rows;          // of V in a residue
  int64_t stride;    // of V's rows
  int64_t v_points;  // from one point's V to the next's
  int64_t m_points;
  float* v;
  float* m;
};

struct PointValues {
  Lanes plus, minus;
};

// Even and odd parts of the quotients for the points +-a: x^4 - s x^2 + t.
inline PointValues at_points(const Lanes* d, float s, float t, float a) {
  Lanes even = d[4];
  even.add_product(d[2], Lanes::set(-s));
  even.add_product(d[0], Lanes::set(t));
  Lanes odd = d[5];
  odd.add_product(d[3], Lanes::set(-s));
  odd.add_product(d[1], Lanes::set(t));
  even = even * Lanes::set(a);
  return {odd + even, odd - even};
}

inline void transform_inputs(const float* const* from, int channels, float slope, float* to, int64_t points) {
  for (int c = 0; c < channels; c += kPanel) {
    Lanes d[kWinogradPoints];
    for (int j = 0; j < kWinogradPoints; ++j) {
      const Lanes x = Lanes::load(from[j] + c);
      d[j] = max(x, x * Lanes::set(slope));
    }
    const PointValues one = at_points(d, 4.25f, 1.0f, 1.0f);
    one.plus.store(to + c);
    one.minus.store(to + points + c);
    const PointValues two = at_points(d, 1.25f, 0.25f, 2.0f);
    two.plus.store(to + 2 * points + c);
    two.minus.store(to + 3 * points + c);
    const PointValues half = at_points(d, 5.0f, 4.0f, 0.5f);
    half.plus.store(to + 4 * points + c);
    half.minus.store(to + 5 * points + c);
    Lanes far = d[6] - d[0];
    far.add_product(d[4] - d[2], Lanes::set(-5.25f));
    far.store(to + 6 * points + c);
  }
}

inline void transform_residue(const Winograd& conv, const WinogradSpan& s, const WinogradBlock& block, int residue) {
  float* to = block.v + residue * block.rows * block.stride;
  for (int i = 0; i < block.rows; ++i, to += block.stride) {
    const int first = s.begin + residue - conv.reach + conv.dilation * conv.outputs * (block.first_tile + i);
    const float* from[kWinogradPoints];
    for (int j = 0; j < kWinogradPoints; ++j) {
      const int t = first + conv.dilation * j;
      from[j] = t >= s.x_begin && t < s.x_end ? s.x + t * s.x_stride : kZeroRow;
    }
    transform_inputs(from, conv.in, s.slope, to, block.v_points);
  }
}

// kRows tiles by kPanels panels of the `width` outputs that lie together: 32 * kRows * kPanels * groups * in
// operations.
template <int kPanels, int kRows>
inline void multiply_tiles(const Winograd& conv, const float* v, int64_t stride, const float* w, int width, float* m) {
  Lanes sum[kPanels][kRows];
  for (int p = 0; p < kPanels; ++p)
    for (int r = 0; r < kRows; ++r) sum[p][r] = Lanes::zero();
  for (int group = 0; group < conv.groups; ++group, v += stride) {
    for (int k = 0; k < conv.in; ++k, w += width) {
      Lanes weight[kPanels];
#pragma GCC unroll 2
      for (int p = 0; p < kPanels; ++p) weight[p] = Lanes::load(w + p * kPanel);
#pragma GCC unroll 12
      for (int r = 0; r < kRows; ++r) {
        const Lanes value = Lanes::set(v[r * stride + k]);
#pragma GCC unroll 2
        for (int p = 0; p < kPanels; ++p) sum[p][r].add_product(weight[p], value);
      }
    }
  }
  for (int r = 0; r < kRows; ++r)
    for (int p = 0; p < kPanels; ++p) sum[p][r].store(m + r * width + p * kPanel);
}

// Rows in tiles of three sizes; the last one may work on up to a third of a tile more, for which there is room.
template <int kPanels>
void multiply_rows(const Winograd& conv, const float* v, int64_t stride, const float* w, int width, float* m,
                   int rows) {
  constexpr int kRows = kWinogradRows;
  int row = 0;
  for (; rows - row > 2 * kRows / 3; row += kRows) {
    multiply_tiles<kPanels, kRows>(conv, v + row * stride, stride, w, width, m + row * width);
  }
  if (rows - row > kRows / 3) {
    multiply_tiles<kPanels, 2 * kRows / 3>(conv, v + row * stride, stride, w, width, m + row * width);
  } else if (rows > row) {
    multiply_tiles<kPanels, kRows / 3>(conv, v + row * stride, stride, w, width, m + row * width);
  }
}

struct Outputs {
  Lanes y[5];
};

template <int kOutputs>
inline Outputs transform_products(const float* m, int64_t points) {
  const auto at = [&](int point) { return Lanes::load(m + point * points); };
  const Lanes sum1 = at(0) + at(1), difference1 = at(0) - at(1);
  const Lanes sum2 = at(2) + at(3), difference2 = at(2) - at(3);
  const Lanes sum3 = at(4) + at(5), difference3 = at(4) - at(5);
  Outputs out;
  out.y[0] = sum1 + (sum2 + sum3);
  out.y[1] = difference1;
  out.y[1].add_product(difference2, Lanes::set(2.0f));
  out.y[1].add_product(difference3, Lanes::set(0.5f));
  out.y[2] = sum1;
  out.y[2].add_product(sum2, Lanes::set(4.0f));
  out.y[2].add_product(sum3, Lanes::set(0.25f));
  out.y[3] = difference1;
  out.y[3].add_product(difference2, Lanes::set(8.0f));
  out.y[3].add_product(difference3, Lanes::set(0.125f));
  if constexpr (kOutputs == 5) {
    out.y[4] = sum1 + at(6);
    out.y[4].add_product(sum2, Lanes::set(16.0f));
    out.y[4].add_product(sum3, Lanes::set(0.0625f));
  } else {
    out.y[3] = out.y[3] + at(6);
  }
  return out;
}

template <int kOutputs>
void write_outputs(const Winograd& conv, const WinogradSpan& s, const WinogradBlock& block, int residue, int channel,
                   int width) {
  for (int i = 0; i < block.tiles; ++i) {
    const float* m = block.m + (residue * block.tiles + i) * width;
    const int first = s.begin + residue + conv.dilation * kOutputs * (block.first_tile + i);
    for (int c = 0; c < width; c += kPanel) {
      const Outputs out = transform_products<kOutputs>(m + c, block.m_points);
      const Lanes bias = Lanes::load(conv.bias + channel + c);
      for (int j = 0; j < kOutputs; ++j) {
        const int t = first + conv.dilation * j;
        if (t >= s.end) break;
        Lanes y = out.y[j] + bias;
        float* to = s.y + t * s.y_stride + channel + c;
        if (s.added != nullptr) y = y + Lanes::load(s.added + t * s.added_stride + channel + c);
        if (s.accumulate) y = y + Lanes::load(to);
        y.store(to);
      }
    }
  }
}

void multiply_points(const Winograd& conv, const WinogradBlock& block, int channel, int width) {
  const int64_t depth = int64_t{conv.groups} * conv.in;
  const float* w = conv.weights + kWinogradPoints * depth * channel;
  for (int point = 0; point < kWinogradPoints; ++point, w += depth * width) {
    for (int residue = 0; residue < conv.dilation; ++residue) {
      const float* v = block.v + point * block.v_points + residue * block.rows * block.stride;
      float* m = block.m + point * block.m_points + residue * block.tiles * width;
      if (width == kWinogradPanels * kPanel) {
        multiply_rows<kWinogradPanels>(conv, v, block.stride, w, width, m, block.tiles);
        continue;
      }
      for (int p = 0; p < width; p += kPanel) {
        multiply_rows<1>(conv, v, block.stride, w + p, width, m + p, block.tiles);
      }
    }
  }
}

void winograd(const Winograd& conv, const WinogradSpan& s, int most_tiles, float* scratch) {
  const int step = conv.dilation * conv.outputs;
  const int all = (s.end - s.begin + step - 1) / step;
  WinogradBlock block;
  block.stride = (conv.in + 2 * kPanel - 1) / (2 * kPanel) * (2 * kPanel) + kPanel;
  for (block.first_tile = 0; block.first_tile < all; block.first_tile += most_tiles) {
    block.tiles = all - block.first_tile < most_tiles ? all - block.first_tile : most_tiles;
    block.rows = block.tiles + conv.groups - 1;
    // Room behind the last residue for the rows that a tile may read and write beyond.
    block.v_points = (conv.dilation * block.rows + kWinogradRows / 3) * block.stride;
    block.m_points = (conv.dilation * block.tiles + kWinogradRows / 3) * kWinogradPair;
    block.v = scratch;
    block.m = scratch + kWinogradPoints * block.v_points;
    for (int residue = 0; residue < conv.dilation; ++residue) transform_residue(conv, s, block, residue);
    for (int channel = 0; channel < conv.out; channel += kWinogradPair) {
      const int width = conv.out - channel < kWinogradPair ? kPanel : kWinogradPair;
      multiply_points(conv, block, channel, width);
      for (int residue = 0; residue < conv.dilation; ++residue) {
        if (conv.outputs == 5) {
          write_outputs<5>(conv, s, block, residue, channel, width);
        } else {
          write_outputs<4>(conv, s, block, residue, channel, width);
        }
      }
    }
  }
}
