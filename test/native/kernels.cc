// Every fast body against the plain one and against sums in double precision, at sizes that leave odd ends.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>

#include "expect.h"
#include "kernels/half.h"
#include "kernels/pack.h"
#include "kernels/winograd.h"

namespace {

using namespace gsv::kernels;
using gsv::test::Suite;

constexpr int kOddEnd = 7;  // every buffer is a little longer than asked, to see what is written behind the end

std::vector<float> random_values(size_t count, unsigned seed, float scale = 1.0f) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> uniform(-scale, scale);
  std::vector<float> values(count);
  for (float& value : values) value = uniform(generator);
  return values;
}

std::vector<const Kernels*> bodies() {
  std::vector<const Kernels*> found;
  for (const char* name : {"portable", "neon", "avx2", "avx512"}) {
    if (const Kernels* body = by_name(name)) found.push_back(body);
  }
  return found;
}

struct Shape {
  int n, k, rows;
};
constexpr Shape kShapes[] = {{1, 1, 1},     {16, 16, 1},   {33, 7, 3},    {512, 512, 1},  {100, 513, 5}, {64, 44, 8},
                             {48, 130, 13}, {1025, 66, 2}, {17, 2049, 4}, {80, 2050, 25}, {35, 600, 41}};

std::vector<float> round_as_stored(std::vector<float> weight, Format format) {
  if (format == Format::kHalf) {
    for (float& value : weight) value = half_to_float(float_to_half(value));
  }
  return weight;
}

// y = W x + b through a body; int8 quantises x first.
std::vector<float> multiply(const Kernels& body, const PackedLinear& layer, const std::vector<float>& x, int rows,
                            bool relu, bool fixed = false) {
  const int k = layer.k();
  const int stride = padded(k, 2) + 2;
  std::vector<int16_t> quantised(static_cast<size_t>(rows) * stride);
  std::vector<float> scales(rows);
  std::vector<float> spaced(static_cast<size_t>(rows) * stride);
  for (int row = 0; row < rows; ++row) {
    std::copy_n(&x[static_cast<size_t>(row) * k], k, &spaced[static_cast<size_t>(row) * stride]);
    scales[row] = body.quantise(&spaced[static_cast<size_t>(row) * stride], k, &quantised[row * stride]);
  }
  std::vector<float> y(static_cast<size_t>(rows) * (layer.n() + kOddEnd), -77.0f);
  Matmul m = layer.matmul();
  m.x = layer.format() == Format::kInt8 || fixed ? static_cast<const void*>(quantised.data()) : spaced.data();
  m.x_stride = stride;
  m.x_scale = scales.data();
  m.rows = rows;
  m.y = y.data();
  m.y_stride = layer.n() + kOddEnd;
  m.relu = relu;
  (fixed ? body.matmul_f16_fixed : layer.body(body))(m, 0, layer.panels());
  return y;
}

std::vector<float> multiply_in_double(const std::vector<float>& weight, const std::vector<float>& bias,
                                      const std::vector<float>& x, const Shape& shape, bool relu) {
  std::vector<float> y(static_cast<size_t>(shape.rows) * (shape.n + kOddEnd), -77.0f);
  for (int row = 0; row < shape.rows; ++row) {
    for (int n = 0; n < shape.n; ++n) {
      double sum = bias[n];
      for (int k = 0; k < shape.k; ++k) {
        sum += static_cast<double>(weight[static_cast<size_t>(n) * shape.k + k]) * x[row * shape.k + k];
      }
      y[static_cast<size_t>(row) * (shape.n + kOddEnd) + n] = static_cast<float>(relu ? std::max(sum, 0.0) : sum);
    }
  }
  return y;
}

constexpr const char* kNames[] = {"float", "half", "int8"};
constexpr double kTolerances[] = {2e-6, 2e-6, 1.2e-2};

void add_matmul_tests(Suite& suite, ThreadPool& pool) {
  for (const Kernels* body : bodies()) {
    for (const Format format : {Format::kFloat, Format::kHalf, Format::kInt8}) {
      const auto index = static_cast<size_t>(format);
      const std::string name = std::string(body->name) + " " + kNames[index];
      suite.add("multiplies as double precision does: " + name, [&suite, &pool, body, format, index] {
        for (const Shape& shape : kShapes) {
          const auto weight = random_values(static_cast<size_t>(shape.n) * shape.k, 1);
          const auto bias = random_values(shape.n, 2);
          const auto x = random_values(static_cast<size_t>(shape.rows) * shape.k, 3);
          const PackedLinear layer(weight, bias, shape.n, shape.k, format, *body, pool);
          for (const bool relu : {false, true}) {
            suite.close(multiply(*body, layer, x, shape.rows, relu),
                        multiply_in_double(round_as_stored(weight, format), bias, x, shape, relu), kTolerances[index],
                        std::to_string(shape.n) + " x " + std::to_string(shape.k) + " x " + std::to_string(shape.rows));
          }
        }
      });
      suite.add("gives a row the same bits alone and beside others: " + name, [&suite, &pool, body, format] {
        for (const Shape& shape : kShapes) {
          const auto weight = random_values(static_cast<size_t>(shape.n) * shape.k, 4);
          const PackedLinear layer(weight, {}, shape.n, shape.k, format, *body, pool);
          const auto x = random_values(static_cast<size_t>(shape.rows) * shape.k, 5);
          const auto together = multiply(*body, layer, x, shape.rows, false);
          for (int row = 0; row < shape.rows; ++row) {
            const std::vector<float> one(&x[static_cast<size_t>(row) * shape.k],
                                         &x[static_cast<size_t>(row) * shape.k] + shape.k);
            const auto alone = multiply(*body, layer, one, 1, false);
            suite.is_true(std::equal(alone.begin(), alone.end(), together.begin() + row * (shape.n + kOddEnd)),
                          "row " + std::to_string(row) + " of " + std::to_string(shape.rows));
          }
        }
      });
    }
  }
  suite.add("holds weights in half precision only where nothing is lost", [&suite] {
    const std::vector<float> halves{0.5f, -65504.0f, 0.0f, 0x1p-24f};
    const std::vector<float> finer{0.5f, 0.1f}, larger{65536.0f};
    suite.is_true(exact_format(halves) == Format::kHalf, "values of half precision");
    suite.is_true(exact_format(finer) == Format::kFloat, "0.1");
    suite.is_true(exact_format(larger) == Format::kFloat, "65536");
  });
  suite.add("multiplies int8 to the same bits with every body", [&suite, &pool] {
    const Shape shape{70, 2050, 3};
    const auto weight = random_values(static_cast<size_t>(shape.n) * shape.k, 6);
    const auto x = random_values(static_cast<size_t>(shape.rows) * shape.k, 7);
    const PackedLinear layer(weight, {}, shape.n, shape.k, Format::kInt8, *by_name("portable"), pool);
    const auto plain = multiply(*by_name("portable"), layer, x, shape.rows, false);
    for (const Kernels* body : bodies())
      suite.is_true(multiply(*body, layer, x, shape.rows, false) == plain, body->name);
  });
  suite.add("multiplies half weights in integers to three digits, at any size and without overflow", [&suite, &pool] {
    for (const Kernels* body : bodies()) {
      if (body->matmul_f16_fixed == nullptr) continue;
      for (const Shape& shape : kShapes) {
        const auto weight = random_values(static_cast<size_t>(shape.n) * shape.k, 15);
        const auto bias = random_values(shape.n, 16);
        const auto x = random_values(static_cast<size_t>(shape.rows) * shape.k, 17);
        const PackedLinear layer(weight, bias, shape.n, shape.k, Format::kHalf, *body, pool);
        suite.close(multiply(*body, layer, x, shape.rows, true, true),
                    multiply_in_double(round_as_stored(weight, Format::kHalf), bias, x, shape, true), 5e-4,
                    std::to_string(shape.n) + " x " + std::to_string(shape.k) + " x " + std::to_string(shape.rows));
      }
      for (const std::vector<float>& weight : {std::vector<float>(600, 1.0f), std::vector<float>(600, -6e4f),
                                               std::vector<float>(600, 6e-8f), std::vector<float>(600, 0.0f)}) {
        const std::vector<float> x(600, 3.0f);
        const PackedLinear layer(weight, {}, 1, 600, Format::kHalf, *body, pool);
        suite.close(std::vector<float>{multiply(*body, layer, x, 1, false, true)[0]},
                    std::vector<float>{1800.0f * half_to_float(float_to_half(weight[0]))}, 1e-3, "equal signs");
      }
    }
  });
  suite.add("holds the largest int8 sums without overflow", [&suite, &pool] {
    const int k = kBlockI8;
    const std::vector<float> ones(k, 1.0f);
    for (const Kernels* body : bodies()) {
      const PackedLinear layer(ones, {}, 1, k, Format::kInt8, *body, pool);
      suite.close(std::vector<float>{multiply(*body, layer, ones, 1, false)[0]}, std::vector<float>{float{k}}, 1e-6,
                  body->name);
    }
  });
}

void add_row_tests(Suite& suite) {
  for (const Kernels* body : bodies()) {
    const std::string name = body->name;
    suite.add("softmax sums to one, as double precision has it: " + name, [&suite, body] {
      for (const int n : {1, 15, 16, 17, 250}) {
        std::vector<float> x = random_values(padded(n + 20), 8, 12.0f);
        std::vector<float> wanted(n + 20, 0.0f);
        double sum = 0.0;
        const float top = *std::max_element(x.begin(), x.begin() + n);
        for (int i = 0; i < n; ++i) sum += std::exp(0.7 * (static_cast<double>(x[i]) - top));
        for (int i = 0; i < n; ++i)
          wanted[i] = static_cast<float>(std::exp(0.7 * (static_cast<double>(x[i]) - top)) / sum);
        body->softmax(x.data(), n, n + 20, 0.7f);
        suite.close(std::span(x).first(n + 20), wanted, 1e-6, "n = " + std::to_string(n));
      }
    });
    suite.add("softmax gives scores far below the top no share: " + name, [&suite, body] {
      std::vector<float> x(16, -1e9f);
      x[3] = 5.0f;
      body->softmax(x.data(), 16, 16, 1.0f);
      suite.equal(x[3], 1.0f, "the top");
      suite.is_true(x[0] >= 0.0f && x[0] < 1e-30f, "the others");
    });
    suite.add("adds and normalises a layer as double precision does: " + name, [&suite, body] {
      for (const int n : {2, 16, 44, 512, 513}) {
        const auto added = random_values(n, 9, 3.0f);
        const auto weight = random_values(n, 10);
        const auto bias = random_values(n, 11);
        std::vector<float> x = random_values(n, 12, 3.0f);
        double mean = 0.0;
        double variance = 0.0;
        for (int i = 0; i < n; ++i) mean += (static_cast<double>(x[i]) + added[i]) / n;
        for (int i = 0; i < n; ++i) variance += std::pow(static_cast<double>(x[i]) + added[i] - mean, 2) / n;
        std::vector<float> wanted(n);
        for (int i = 0; i < n; ++i) {
          const double value = (static_cast<double>(x[i]) + added[i] - mean) / std::sqrt(variance + 1e-5);
          wanted[i] = static_cast<float>(value * weight[i] + bias[i]);
        }
        body->add_layer_norm(x.data(), added.data(), weight.data(), bias.data(), n);
        suite.close(x, wanted, 2e-6, "n = " + std::to_string(n));
      }
    });
    suite.add("quantises to the nearest of 14 bits and zero to zero: " + name, [&suite, body] {
      const std::vector<float> x{0.5f, -1.0f, 0.25f, 0.0f, 1.0f / 8191.0f};
      std::vector<int16_t> q(6, 99);
      suite.close(std::vector<float>{body->quantise(x.data(), 5, q.data())}, std::vector<float>{1.0f / 8191.0f}, 1e-6,
                  "scale");
      suite.is_true(q == std::vector<int16_t>{4096, -8191, 2048, 0, 1, 0}, "levels and the odd end");
      const std::vector<float> zeros(5);
      suite.equal(body->quantise(zeros.data(), 5, q.data()), 0.0f, "scale of zeros");
      suite.is_true(q == std::vector<int16_t>(6), "zeros");
    });
    suite.add("rounds every half and every tie as the plain conversion: " + name, [&suite, body] {
      std::vector<float> values;
      for (uint32_t bits = 0; bits < 0x7c00u; ++bits) {
        const float here = half_to_float({static_cast<uint16_t>(bits)});
        const float next = half_to_float({static_cast<uint16_t>(bits + 1)});
        for (const float value : {here, (here + next) / 2, here + (next - here) * 0.499f, -here})
          values.push_back(value);
      }
      std::vector<Half> halves(values.size());
      body->to_half(values.data(), halves.data(), static_cast<int64_t>(values.size()));
      int different = 0;
      for (size_t i = 0; i < values.size(); ++i) different += halves[i].bits != float_to_half(values[i]).bits;
      suite.equal(different, 0, "values that differ");
    });
  }
}

// What softmax shares of stored values add up to, through the cache's own layout.
template <class T>
std::vector<float> mix_of(void (*store)(const KvSlot&, const float*, const float*, int, int),
                          void (*mix)(const KvSlot&, const float*, int, int, float*), const std::vector<float>& values,
                          const std::vector<float>& shares, int head_dim) {
  const int count = static_cast<int>(shares.size());
  const int capacity = padded(count) + kPanel;
  std::vector<T> keys(static_cast<size_t>(capacity) * head_dim);
  std::vector<T> stored(static_cast<size_t>(capacity) * padded(head_dim));
  const KvSlot slot{keys.data(), stored.data(), int64_t{capacity} * kPanel};
  const std::vector<float> key(padded(head_dim));
  for (int t = 0; t < count; ++t) store(slot, key.data(), &values[static_cast<size_t>(t) * head_dim], head_dim, t);
  std::vector<float> y(head_dim + kOddEnd, -77.0f);
  mix(slot, shares.data(), count, head_dim, y.data());
  return y;
}

void add_mix_tests(Suite& suite) {
  for (const Kernels* body : bodies()) {
    suite.add(std::string("mixes stored values as double precision does: ") + body->name, [&suite, body] {
      for (const int head_dim : {2, 11, 16, 17, 32, 40, 64}) {
        for (const int count : {1, 3, 4, 18, 259}) {
          const auto values = random_values(static_cast<size_t>(count) * head_dim + kPanel, 13);
          const auto shares = random_values(count, 14);
          for (const bool half : {false, true}) {
            std::vector<float> wanted(head_dim + kOddEnd, -77.0f);
            for (int d = 0; d < head_dim; ++d) {
              double sum = 0.0;
              for (int t = 0; t < count; ++t) {
                const float value = values[static_cast<size_t>(t) * head_dim + d];
                sum += static_cast<double>(shares[t]) * (half ? half_to_float(float_to_half(value)) : value);
              }
              wanted[d] = static_cast<float>(sum);
            }
            const auto got = half ? mix_of<Half>(body->store_kv_f16, body->mix_f16, values, shares, head_dim)
                                  : mix_of<float>(body->store_kv_f32, body->mix_f32, values, shares, head_dim);
            for (int i = 0; i < head_dim + kOddEnd; ++i) {
              suite.is_true(std::fabs(got[i] - wanted[i]) <= 1e-5, "channel " + std::to_string(i) + " of " +
                                                                       std::to_string(head_dim) + ", " +
                                                                       std::to_string(count) + " positions");
            }
          }
        }
      }
    });
  }
}

struct WinogradCase {
  int in, out, taps, dilation, length;
};
constexpr WinogradCase kWinogradCases[] = {{16, 16, 3, 1, 1},   {16, 16, 3, 1, 23},   {5, 7, 3, 5, 90},
                                           {32, 32, 7, 3, 101}, {48, 48, 11, 5, 200}, {24, 40, 11, 1, 613},
                                           {64, 64, 7, 1, 37},  {272, 33, 5, 3, 260}, {16, 16, 1, 1, 9}};

// What a span of a convolution writes, on rows that hold other values around those it may touch.
void check_winograd(Suite& suite, const Kernels& body, const WinogradCase& c, bool add, ThreadPool& pool) {
  const auto weight = random_values(static_cast<size_t>(c.out) * c.in * c.taps, 20);
  const auto bias = random_values(c.out, 21);
  const PackedWinograd conv(weight, bias, c.out, c.in, c.taps, c.dilation, pool);
  const int in = padded(c.in), out = padded(c.out);
  std::vector<float> x(static_cast<size_t>(c.length) * in);
  const auto values = random_values(x.size(), 22);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<int>(i % in) < c.in ? values[i] : 0.0f;
  const auto added = random_values(static_cast<size_t>(c.length) * out, 23);
  std::vector<float> y(static_cast<size_t>(c.length) * out, 0.5f);

  WinogradSpan span;
  span.x = x.data();
  span.x_stride = in;
  span.x_end = c.length;
  span.y = y.data();
  span.y_stride = out;
  span.begin = c.length / 5;
  span.end = c.length - c.length / 7;
  span.slope = 0.1f;
  if (add) {
    span.added = added.data();
    span.added_stride = out;
    span.accumulate = true;
  }
  Buffer<float> scratch(winograd_scratch(conv.plan()));
  body.winograd(conv.plan(), span, winograd_block(conv.plan()), scratch.data());

  std::vector<float> wanted(y.size(), 0.5f);
  for (int t = span.begin; t < span.end; ++t) {
    for (int o = 0; o < c.out; ++o) {
      double sum = bias[o];
      for (int tap = 0; tap < c.taps; ++tap) {
        const int at = t + (tap - c.taps / 2) * c.dilation;
        if (at < 0 || at >= c.length) continue;
        for (int i = 0; i < c.in; ++i) {
          const double value = x[static_cast<size_t>(at) * in + i];
          sum += std::max(value, 0.1 * value) * weight[(static_cast<size_t>(o) * c.in + i) * c.taps + tap];
        }
      }
      const size_t to = static_cast<size_t>(t) * out + o;
      wanted[to] = static_cast<float>(add ? sum + added[to] + 0.5 : sum);
    }
    for (int o = c.out; o < out; ++o) {
      wanted[static_cast<size_t>(t) * out + o] = add ? added[static_cast<size_t>(t) * out + o] + 0.5f : 0.0f;
    }
  }
  suite.close(y, wanted, 6e-6,
              std::to_string(c.in) + " -> " + std::to_string(c.out) + ", " + std::to_string(c.taps) +
                  " taps, dilation " + std::to_string(c.dilation) + ", " + std::to_string(c.length) + " positions");
}

void add_winograd_tests(Suite& suite, ThreadPool& pool) {
  for (const Kernels* body : bodies()) {
    for (const bool add : {false, true}) {
      suite.add(std::string(add ? "adds" : "writes") + " a convolution as double precision does: " + body->name,
                [&suite, &pool, body, add] {
                  for (const WinogradCase& c : kWinogradCases) check_winograd(suite, *body, c, add, pool);
                });
    }
  }
}

// The activation by its definition, in double precision.
std::vector<float> snake_in_double(const std::vector<float>& x, int length, int channels, const SnakeSpan& span) {
  const auto edge = [](int i, int count) { return std::clamp(i, 0, count - 1); };
  std::vector<float> y(x.size());
  for (int c = 0; c < channels; ++c) {
    std::vector<double> twice(2 * length);
    for (int place = 0; place < 2 * length; ++place) {
      double sum = 0.0;
      for (int i = -6; i < length + 6; ++i) {
        const int tap = place + 5 - 2 * i;
        if (tap >= 0 && tap < kSnakeTaps)
          sum += double{span.up[tap]} * x[static_cast<size_t>(edge(i, length)) * channels + c];
      }
      const double sine = std::sin(sum * span.frequency[c]);
      twice[place] = sum + sine * sine * span.reciprocal[c];
    }
    for (int t = 0; t < length; ++t) {
      double sum = 0.0;
      for (int tap = 0; tap < kSnakeTaps; ++tap) sum += twice[edge(2 * t + tap - 5, 2 * length)] * span.down[tap];
      y[static_cast<size_t>(t) * channels + c] = static_cast<float>(sum);
    }
  }
  return y;
}

void add_snake_tests(Suite& suite) {
  for (const Kernels* body : bodies()) {
    suite.add(std::string("bends channels at twice the rate as double precision does: ") + body->name, [&suite, body] {
      for (const int channels : {16, 24, 48}) {
        for (const int length : {1, 2, 7, 31, 32, 33, 100}) {
          const auto x = random_values(static_cast<size_t>(length) * channels, 31, 3.0f);
          const auto up = random_values(kSnakeTaps, 32, 0.5f), down = random_values(kSnakeTaps, 33, 0.5f);
          const auto frequency = random_values(channels, 34, 40.0f), reciprocal = random_values(channels, 35);
          std::vector<float> y(x.size() + kOddEnd, -77.0f);
          SnakeSpan span;
          span.x = x.data();
          span.y = y.data();
          span.x_stride = span.y_stride = span.channels = channels;
          span.length = length;
          span.frequency = frequency.data();
          span.reciprocal = reciprocal.data();
          span.up = up.data();
          span.down = down.data();
          const int middle = length / 3;  // in two spans, the second first
          for (const auto& [begin, end] : {std::pair(middle, length), std::pair(0, middle)}) {
            span.begin = begin;
            span.end = end;
            body->snake(span);
          }
          const auto wanted = snake_in_double(x, length, channels, span);
          const std::vector<float> got(y.begin(), y.begin() + static_cast<ptrdiff_t>(x.size()));
          suite.close(got, wanted, 5e-6, std::to_string(length) + " positions of " + std::to_string(channels));
          suite.is_true(y.back() == -77.0f, "nothing is written behind the end");
        }
      }
    });
  }
}

void add_gate_tests(Suite& suite) {
  for (const Kernels* body : bodies()) {
    suite.add(std::string("gates channels as double precision does: ") + body->name, [&suite, body] {
      for (const int channels : {1, 15, 16, 40}) {
        auto x = random_values(static_cast<size_t>(2) * channels, 41, 6.0f);
        x[0] = 300.0f;  // beyond what an exponential can hold
        x[channels] = -300.0f;
        std::vector<float> y(channels + kOddEnd, -77.0f), wanted = y;
        body->gate(x.data(), channels, y.data());
        for (int c = 0; c < channels; ++c) {
          wanted[c] = static_cast<float>(std::tanh(double{x[c]}) / (1.0 + std::exp(-double{x[channels + c]})));
        }
        for (int c = 0; c < channels + kOddEnd; ++c) {
          suite.is_true(std::fabs(y[c] - wanted[c]) <= 1e-6, "channel " + std::to_string(c));
        }
      }
    });
  }
}

void add_pool_tests(Suite& suite) {
  suite.add("a pool runs every chunk of every loop once", [&suite] {
    ThreadPool pool(3);
    std::vector<std::atomic<int>> hits(37);
    for (int loop = 0; loop < 20000; ++loop) {
      const int chunks = loop % 38;
      const auto hit = [&](int chunk, int) { hits[chunk].fetch_add(1); };
      if (loop % 2 == 0) {
        pool.run(chunks, hit);
      } else {
        pool.run_long(chunks, hit);
      }
    }
    for (int chunk = 0; chunk < 37; ++chunk) {
      int wanted = 0;
      for (int loop = 0; loop < 20000; ++loop) wanted += loop % 38 > chunk;
      suite.equal(hits[chunk].load(), wanted, "chunk " + std::to_string(chunk));
    }
  });
  suite.add("a pool serves two callers at once and wakes after it slept", [&suite] {
    ThreadPool pool(2);
    std::atomic<int> total{0};
    const auto call = [&] {
      for (int loop = 0; loop < 300; ++loop) {
        pool.run(8, [&](int, int) { total.fetch_add(1); });
        if (loop % 50 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));  // longer than a worker spins
      }
    };
    std::thread other(call);
    call();
    other.join();
    suite.equal(total.load(), 2 * 300 * 8, "chunks");
  });
}

}  // namespace

int main() {
  Suite suite;
  ThreadPool pool(2);
  add_matmul_tests(suite, pool);
  add_row_tests(suite);
  add_mix_tests(suite);
  add_winograd_tests(suite, pool);
  add_snake_tests(suite);
  add_gate_tests(suite);
  add_pool_tests(suite);
  suite.add("GSV_ISA asks for a body by name", [&suite] {
    setenv("GSV_ISA", "portable", 1);
    suite.equal(std::string(detect().name), std::string("portable"), "detected");
    setenv("GSV_ISA", "no such body", 1);
    suite.is_true(std::string(detect().name) == bodies().back()->name, "an unknown name gives the best body");
    unsetenv("GSV_ISA");
  });
  return suite.run();
}
