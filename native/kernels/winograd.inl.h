// Winograd convolution, written once over 16 lanes; see winograd.h. Included after body.inl.h.
//
// F(m, r) on pairs of points +-p and infinity, m + r one more than the points. The inputs of a tile of m outputs become
// a value for each point (V), are multiplied point by point (M), and the products become the outputs. As many more taps
// of a kernel as a tile has outputs read the V of the next tile, so a kernel of any length needs one V. A row of a
// residue modulo the dilation is a plain sequence.

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

template <int kPairs>
constexpr double pair_of(int index) {
  return kPairs == kWinogradFewPairs ? kWinogradFew[index] : kWinogradMany[index];
}

// The inputs' polynomials: of the pair +-p, (x +- p) times the product of x^2 - q^2 over the other pairs; at infinity
// the product over all of them. Powers of x^2 ascend; the highest has the coefficient 1.
template <int kPairs>
struct Quotients {
  float point[kPairs];
  float other[kPairs][kPairs];
  float far[kPairs + 1];
};

template <int kPairs>
constexpr Quotients<kPairs> quotients() {
  Quotients<kPairs> out{};
  for (int left_out = 0; left_out <= kPairs; ++left_out) {
    double product[kPairs + 1] = {1.0};
    for (int i = 0; i < kPairs; ++i) {
      if (i == left_out) continue;
      const double square = pair_of<kPairs>(i) * pair_of<kPairs>(i);
      for (int power = kPairs; power >= 0; --power) {
        product[power] = (power > 0 ? product[power - 1] : 0.0) - square * product[power];
      }
    }
    for (int power = 0; power <= kPairs; ++power) {
      if (left_out == kPairs) {
        out.far[power] = static_cast<float>(product[power]);
      } else if (power < kPairs) {
        out.other[left_out][power] = static_cast<float>(product[power]);
      }
    }
    if (left_out < kPairs) out.point[left_out] = static_cast<float>(pair_of<kPairs>(left_out));
  }
  return out;
}

// d[0] * c[0] + d[2] * c[1] + ... + d[2 * highest].
template <int kHighest>
inline Lanes every_second(const Lanes* d, const float* c) {
  Lanes sum = d[2 * kHighest];
#pragma GCC unroll 5
  for (int i = kHighest - 1; i >= 0; --i) sum.add_product(d[2 * i], Lanes::set(c[i]));
  return sum;
}

template <int kPairs>
inline void transform_inputs(const float* const* from, int channels, float slope, float* to, int64_t points) {
  static constexpr Quotients<kPairs> kQuotients = quotients<kPairs>();
  for (int c = 0; c < channels; c += kPanel) {
    Lanes d[2 * kPairs + 1];
#pragma GCC unroll 11
    for (int j = 0; j < 2 * kPairs + 1; ++j) {
      const Lanes x = Lanes::load(from[j] + c);
      d[j] = max(x, x * Lanes::set(slope));
    }
    float* at = to + c;
#pragma GCC unroll 5
    for (int pair = 0; pair < kPairs; ++pair, at += 2 * points) {
      const Lanes odd = every_second<kPairs - 1>(d + 1, kQuotients.other[pair]);
      const Lanes even = every_second<kPairs - 1>(d, kQuotients.other[pair]) * Lanes::set(kQuotients.point[pair]);
      (odd + even).store(at);
      (odd - even).store(at + points);
    }
    every_second<kPairs>(d, kQuotients.far).store(at);
  }
}

template <int kPairs>
inline void transform_residue(const Winograd& conv, const WinogradSpan& s, const WinogradBlock& block, int residue) {
  float* to = block.v + residue * block.rows * block.stride;
  for (int i = 0; i < block.rows; ++i, to += block.stride) {
    const int first = s.begin + residue - conv.reach + conv.dilation * conv.outputs * (block.first_tile + i);
    const float* from[2 * kPairs + 1];
    for (int j = 0; j < 2 * kPairs + 1; ++j) {
      const int t = first + conv.dilation * j;
      from[j] = t >= s.x_begin && t < s.x_end ? s.x + t * s.x_stride : kZeroRow;
    }
    transform_inputs<kPairs>(from, conv.in, s.slope, to, block.v_points);
  }
}

// kRows tiles by kPanels panels of the `width` outputs that lie together: 32 * kRows * kPanels * groups * in
// operations.
template <int kPanels, int kRows>
inline void multiply_tiles(const Winograd& conv, const float* v, int64_t stride, const float* w, int width, float* m) {
  Lanes sum[kPanels][kRows];
#pragma GCC unroll 2
  for (int p = 0; p < kPanels; ++p)
#pragma GCC unroll 12
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
#pragma GCC unroll 12
  for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 2
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

template <int kOutputs>
struct Outputs {
  Lanes y[kOutputs];
};

// y[i] = the sum of p^i times a point's product; the last one has infinity's too.
template <int kPairs, int kOutputs>
inline Outputs<kOutputs> transform_products(const float* m, int64_t points) {
  Outputs<kOutputs> out;
#pragma GCC unroll 5
  for (int pair = 0; pair < kPairs; ++pair) {
    const Lanes plus = Lanes::load(m + 2 * pair * points), minus = Lanes::load(m + (2 * pair + 1) * points);
    const Lanes sum = plus + minus, difference = plus - minus;
    double power = 1.0;
#pragma GCC unroll 6
    for (int i = 0; i < kOutputs; ++i, power *= pair_of<kPairs>(pair)) {
      const Lanes part = i % 2 == 0 ? sum : difference;
      if (pair == 0) {
        out.y[i] = part * Lanes::set(static_cast<float>(power));
      } else {
        out.y[i].add_product(part, Lanes::set(static_cast<float>(power)));
      }
    }
  }
  out.y[kOutputs - 1] = out.y[kOutputs - 1] + Lanes::load(m + 2 * kPairs * points);
  return out;
}

template <int kPairs, int kOutputs>
void write_outputs(const Winograd& conv, const WinogradSpan& s, const WinogradBlock& block, int residue, int channel,
                   int width) {
  for (int i = 0; i < block.tiles; ++i) {
    const float* m = block.m + (residue * block.tiles + i) * width;
    const int first = s.begin + residue + conv.dilation * kOutputs * (block.first_tile + i);
    for (int c = 0; c < width; c += kPanel) {
      const auto out = transform_products<kPairs, kOutputs>(m + c, block.m_points);
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
  const float* w = conv.weights + conv.points * depth * channel;
  Winograd at_point = conv;
  for (int point = 0; point < conv.points; ++point, w += depth * width) {
    if (point == conv.points - 1) at_point.groups = conv.far_groups;
    for (int residue = 0; residue < conv.dilation; ++residue) {
      const float* v = block.v + point * block.v_points + residue * block.rows * block.stride;
      float* m = block.m + point * block.m_points + residue * block.tiles * width;
      if (width == kWinogradPanels * kPanel) {
        multiply_rows<kWinogradPanels>(at_point, v, block.stride, w, width, m, block.tiles);
        continue;
      }
      for (int p = 0; p < width; p += kPanel) {
        multiply_rows<1>(at_point, v, block.stride, w + p, width, m + p, block.tiles);
      }
    }
  }
}

template <int kPairs>
void winograd_on(const Winograd& conv, const WinogradSpan& s, int most_tiles, float* scratch) {
  constexpr int kFew = kPairs + (kPairs == kWinogradFewPairs ? 1 : 0);  // outputs of a tile, or one more
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
    block.m = scratch + conv.points * block.v_points;
    for (int residue = 0; residue < conv.dilation; ++residue) transform_residue<kPairs>(conv, s, block, residue);
    for (int channel = 0; channel < conv.out; channel += kWinogradPair) {
      const int width = conv.out - channel < kWinogradPair ? kPanel : kWinogradPair;
      multiply_points(conv, block, channel, width);
      for (int residue = 0; residue < conv.dilation; ++residue) {
        if (conv.outputs == kFew) {
          write_outputs<kPairs, kFew>(conv, s, block, residue, channel, width);
        } else {
          write_outputs<kPairs, kFew + 1>(conv, s, block, residue, channel, width);
        }
      }
    }
  }
}

void winograd(const Winograd& conv, const WinogradSpan& s, int most_tiles, float* scratch) {
  if (conv.points == 2 * kWinogradFewPairs + 1) {
    winograd_on<kWinogradFewPairs>(conv, s, most_tiles, scratch);
  } else {
    winograd_on<kWinogradManyPairs>(conv, s, most_tiles, scratch);
  }
}
