// Convolutions and attention over few positions against plain sums in double precision.
#include <algorithm>
#include <cmath>
#include <random>

#include "acoustic/heads.h"
#include "acoustic/row_convolution.h"
#include "expect.h"

namespace {

using namespace gsv::acoustic;
using gsv::kernels::padded;
using gsv::kernels::ThreadPool;
using gsv::test::Suite;

std::vector<float> random_values(size_t count, unsigned seed, float scale) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> uniform(-scale, scale);
  std::vector<float> values(count);
  for (float& value : values) value = uniform(generator);
  return values;
}

Sequence random_rows(int length, int channels, int margin, unsigned seed) {
  Sequence x(length, channels, margin);
  const std::vector<float> values = random_values(static_cast<size_t>(length) * channels, seed, 1.0F);
  for (int t = 0; t < length; ++t) std::copy_n(values.data() + int64_t{t} * channels, channels, x.row(t));
  return x;
}

std::vector<float> flat(const Sequence& x) {
  std::vector<float> out;
  for (int t = 0; t < x.length(); ++t) out.insert(out.end(), x.row(t), x.row(t) + x.channels());
  return out;
}

void check_convolution(Suite& suite, int in, int out, int taps, int length, ThreadPool& pool) {
  const std::vector<float> weight = random_values(static_cast<size_t>(out) * in * taps, 1, 0.3F);
  const std::vector<float> bias = random_values(out, 2, 1.0F);
  ConvolutionWeights w;
  w.weight = weight;
  w.bias = bias;
  w.out = out;
  w.in = in;
  w.taps = taps;
  const RowConvolution conv(w, gsv::kernels::detect(), pool);
  const Sequence x = random_rows(length, in, conv.reach(), 3);
  Sequence y(length, out);
  conv.run(x, y, After::kRelu);
  std::vector<float> wanted;
  for (int t = 0; t < length; ++t) {
    for (int o = 0; o < out; ++o) {
      double sum = bias[o];
      for (int tap = 0; tap < taps; ++tap) {
        const int from = t + tap - (taps - 1) / 2;
        if (from < 0 || from >= length) continue;
        for (int c = 0; c < in; ++c) {
          sum += double{weight[(static_cast<size_t>(o) * in + c) * taps + tap]} * x.row(from)[c];
        }
      }
      wanted.push_back(static_cast<float>(std::max(sum, 0.0)));
    }
  }
  suite.close(flat(y), wanted, 2e-6, std::to_string(in) + " -> " + std::to_string(out));
}

struct AttentionCase {
  int heads, head_dim, queries, keys, reach;
};

// One query of one head.
std::vector<double> attended(const AttentionCase& c, const float* q, const Sequence& kv, int head, int at,
                             const std::vector<float>& near_keys, const std::vector<float>& near_values) {
  const int width = padded(c.head_dim);
  const auto near = [&](int t) { return c.reach > 0 && std::abs(t - at) <= c.reach ? (t - at + c.reach) * width : -1; };
  std::vector<double> score(c.keys), y(c.head_dim);
  double total = 0;
  for (int t = 0; t < c.keys; ++t) {
    for (int d = 0; d < c.head_dim; ++d) {
      const double key = kv.row(t)[head * c.head_dim + d] + (near(t) < 0 ? 0.0 : near_keys[near(t) + d]);
      score[t] += q[d] * key / std::sqrt(c.head_dim);
    }
    total += std::exp(score[t]);
  }
  for (int t = 0; t < c.keys; ++t) {
    for (int d = 0; d < c.head_dim; ++d) {
      const double value =
          kv.row(t)[(c.heads + head) * c.head_dim + d] + (near(t) < 0 ? 0.0 : near_values[near(t) + d]);
      y[d] += std::exp(score[t]) / total * value;
    }
  }
  return y;
}

void check_attention(Suite& suite, const AttentionCase& c, ThreadPool& pool) {
  const int width = c.heads * c.head_dim, distances = c.reach > 0 ? 2 * c.reach + 1 : 0;
  const Sequence q = random_rows(c.queries, width, 0, 4), kv = random_rows(c.keys, 2 * width, 0, 5);
  auto near_keys = random_values(static_cast<size_t>(distances) * padded(c.head_dim), 6, 1.0F);
  auto near_values = random_values(near_keys.size(), 7, 1.0F);
  Distances near;
  if (c.reach > 0) near = {near_keys.data(), near_values.data(), c.reach};
  Sequence y(c.queries, width);
  Heads(c.heads, c.head_dim, gsv::kernels::detect(), pool).attend({&q, 0}, {&kv, 0}, {&kv, width}, near, y);
  std::vector<float> wanted;
  for (int t = 0; t < c.queries; ++t) {
    for (int head = 0; head < c.heads; ++head) {
      const auto row = attended(c, q.row(t) + head * c.head_dim, kv, head, t, near_keys, near_values);
      wanted.insert(wanted.end(), row.begin(), row.end());
    }
  }
  suite.close(flat(y), wanted, 5e-6, std::to_string(c.queries) + " queries, " + std::to_string(c.keys) + " keys");
}

}  // namespace

int main() {
  Suite suite;
  ThreadPool pool(2);
  suite.add("convolves rows as double precision does", [&] {
    for (const int length : {1, 3, 40, 101}) {
      check_convolution(suite, 24, 40, 3, length, pool);
      check_convolution(suite, 48, 33, 5, length, pool);
      check_convolution(suite, 16, 16, 1, length, pool);
      check_convolution(suite, 7, 5, 4, length, pool);
    }
  });
  suite.add("attends to what is far and near as double precision does", [&] {
    for (const AttentionCase& c :
         {AttentionCase{2, 96, 113, 113, 4}, AttentionCase{2, 12, 5, 5, 4}, AttentionCase{3, 16, 1, 1, 2},
          AttentionCase{1, 24, 50, 50, 0}, AttentionCase{4, 32, 60, 17, 0}}) {
      check_attention(suite, c, pool);
    }
  });
  return suite.run();
}
