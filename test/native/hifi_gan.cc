// The generator on own kernels against plain convolutions in double precision, at lengths and sizes that leave odd
// ends.
#include "acoustic/hifi_gan.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <random>
#include <string>

#include "expect.h"

namespace {

using namespace gsv::acoustic;
using gsv::kernels::ThreadPool;
using gsv::test::Suite;

// A network of random weights; it owns them.
class Network {
 public:
  // Channels halve with each rate; kinds of block as HifiGanWeights has them.
  Network(int inputs, int channels, const std::vector<int>& rates, const std::vector<int>& up_taps,
          const std::vector<int>& kernels, bool first_kind) {
    weights.pre = make(channels, inputs, 7, 1, true);
    for (size_t i = 0; i < rates.size(); ++i) {
      const int from = channels >> i, to = channels >> (i + 1);
      ConvolutionWeights up = make(to, from, up_taps[i], 1, true);
      up.rate = rates[i];
      weights.ups.push_back(up);
      auto& stage = weights.blocks.emplace_back();
      for (const int taps : kernels) stage.push_back(block(to, taps, first_kind));
    }
    weights.post = make(1, channels >> rates.size(), 7, 1, false);
  }

  HifiGanWeights weights;

 private:
  ConvolutionWeights make(int out, int in, int taps, int dilation, bool has_bias) {
    ConvolutionWeights c;
    c.out = out;
    c.in = in;
    c.taps = taps;
    c.dilation = dilation;
    c.weight = values(static_cast<size_t>(out) * in * taps, 1.0F / std::sqrt(static_cast<float>(in * taps)));
    if (has_bias) c.bias = values(out, 0.3F);
    return c;
  }

  HifiGanWeights::Block block(int channels, int taps, bool first_kind) {
    HifiGanWeights::Block out;
    for (const int dilation : {1, 3, 5}) {
      if (!first_kind && dilation == 5) break;
      out.first.push_back(make(channels, channels, taps, dilation, true));
      if (first_kind) out.second.push_back(make(channels, channels, taps, 1, true));
    }
    return out;
  }

  std::span<const float> values(size_t count, float scale) {
    std::uniform_real_distribution<float> uniform(-scale, scale);
    std::vector<float>& list = kept_.emplace_back(count);
    for (float& value : list) value = uniform(generator_);
    return list;
  }

  std::mt19937 generator_{7};
  std::deque<std::vector<float>> kept_;
};

using Signal = std::vector<std::vector<double>>;  // [position][channel]

Signal active(Signal x, double slope) {
  for (auto& row : x)
    for (double& value : row) value = std::max(value, slope * value);
  return x;
}

Signal convolve(const ConvolutionWeights& c, const Signal& x) {
  Signal y(x.size(), std::vector<double>(c.out));
  for (int t = 0; t < static_cast<int>(x.size()); ++t) {
    for (int o = 0; o < c.out; ++o) {
      double sum = c.bias.empty() ? 0.0 : c.bias[o];
      for (int tap = 0; tap < c.taps; ++tap) {
        const int at = t + (tap - c.taps / 2) * c.dilation;
        if (at < 0 || at >= static_cast<int>(x.size())) continue;
        for (int i = 0; i < c.in; ++i) sum += x[at][i] * c.weight[(static_cast<size_t>(o) * c.in + i) * c.taps + tap];
      }
      y[t][o] = sum;
    }
  }
  return y;
}

Signal upsample(const ConvolutionWeights& c, const Signal& x) {
  const int padding = (c.taps - c.rate) / 2;
  const int length = (static_cast<int>(x.size()) - 1) * c.rate + c.taps - 2 * padding;
  Signal y(length, std::vector<double>(c.bias.begin(), c.bias.end()));
  for (int i = 0; i < static_cast<int>(x.size()); ++i) {
    for (int tap = 0; tap < c.taps; ++tap) {
      const int t = i * c.rate + tap - padding;
      if (t < 0 || t >= length) continue;
      for (int in = 0; in < c.in; ++in)
        for (int o = 0; o < c.out; ++o)
          y[t][o] += x[i][in] * c.weight[(static_cast<size_t>(in) * c.out + o) * c.taps + tap];
    }
  }
  return y;
}

void add(Signal& to, const Signal& from, double scale = 1.0) {
  for (size_t t = 0; t < to.size(); ++t)
    for (size_t c = 0; c < to[t].size(); ++c) to[t][c] += scale * from[t][c];
}

std::vector<float> plain(const HifiGanWeights& w, const Signal& frames, const std::vector<float>& condition) {
  Signal x = convolve(w.pre, frames);
  for (auto& row : x)
    for (size_t c = 0; c < condition.size(); ++c) row[c] += condition[c];
  for (size_t i = 0; i < w.ups.size(); ++i) {
    x = upsample(w.ups[i], active(x, 0.1F));
    Signal mean(x.size(), std::vector<double>(x[0].size()));
    for (const auto& block : w.blocks[i]) {
      Signal z = x;
      for (size_t k = 0; k < block.first.size(); ++k) {
        Signal y = convolve(block.first[k], active(z, 0.1F));
        if (!block.second.empty()) y = convolve(block.second[k], active(y, 0.1F));
        add(z, y);
      }
      add(mean, z, 1.0 / static_cast<double>(w.blocks[i].size()));
    }
    x = mean;
  }
  std::vector<float> wave;
  for (const auto& row : convolve(w.post, active(x, 0.01F))) wave.push_back(static_cast<float>(std::tanh(row[0])));
  return wave;
}

struct Input {
  std::vector<float> frames;
  Signal rows;
};

Input random_frames(int count, int channels) {
  std::mt19937 generator(3);
  std::uniform_real_distribution<float> uniform(-1, 1);
  Input input;
  for (int t = 0; t < count; ++t) {
    auto& row = input.rows.emplace_back();
    for (int c = 0; c < channels; ++c) row.push_back(input.frames.emplace_back(uniform(generator)));
  }
  return input;
}

void compare(Suite& suite, const Network& network, const std::vector<int>& lengths, const std::string& what) {
  const auto pool = std::make_shared<ThreadPool>(2);
  const HifiGan gan(network.weights, pool);
  const std::vector<float> condition(network.weights.pre.out, 0.25F);
  for (const int length : lengths) {
    const Input input = random_frames(length, network.weights.pre.in);
    suite.close(gan(input.frames, length, condition, {}), plain(network.weights, input.rows, condition), 2e-6,
                what + ", " + std::to_string(length) + " frames");
  }
}

}  // namespace

int main() {
  Suite suite;
  suite.add("speaks as plain convolutions do, in one tile and in many", [&suite] {
    compare(suite, Network(20, 64, {5, 4}, {10, 8}, {3, 7, 11}, true), {1, 2, 13, 61}, "blocks of the first kind");
  });
  suite.add("takes blocks of the second kind, odd widths and rates that divide nothing", [&suite] {
    compare(suite, Network(6, 96, {3, 5, 2}, {6, 7, 2}, {5, 3}, false), {1, 7, 40}, "blocks of the second kind");
  });
  suite.add("gives the same samples whatever the number of threads", [&suite] {
    const Network network(20, 64, {5, 4}, {10, 8}, {3, 7, 11}, true);
    const Input input = random_frames(97, 20);
    const HifiGan one(network.weights, std::make_shared<ThreadPool>(1));
    const HifiGan three(network.weights, std::make_shared<ThreadPool>(3));
    suite.is_true(one(input.frames, 97, {}, {}) == three(input.frames, 97, {}, {}), "samples");
  });
  suite.add("refuses kernels of even sizes", [&suite] {
    const Network network(20, 64, {5, 4}, {10, 8}, {3, 4}, true);
    suite.throws(
        gsv::code::kUnsupportedConfig, [&] { HifiGan(network.weights, std::make_shared<ThreadPool>(1)); }, "four taps");
  });
  suite.add("stops when it is told to", [&suite] {
    const Network network(20, 64, {5, 4}, {10, 8}, {3, 7, 11}, true);
    const HifiGan gan(network.weights, std::make_shared<ThreadPool>(2));
    const Input input = random_frames(30, 20);
    std::stop_source source;
    source.request_stop();
    suite.throws(gsv::code::kAborted, [&] { gan(input.frames, 30, {}, source.get_token()); }, "a stopped call");
  });
  return suite.run();
}
