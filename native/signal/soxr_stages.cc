// The design follows from measured impulse and tone responses of soxr (python-soxr 1.1, 20 bits, linear phase): one
// sharp filter ends the band; before it the rate is halved while it is at least four times the lower one, and beside it
// a short filter makes a ratio that is not simple. Bands are in units of the lower rate's Nyquist frequency.
#include "signal/soxr_stages.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace gsv::signal {
namespace {

constexpr double kCutoff = 0.9568718;  // midway between the pass band, 0.9137, and the stop band, 1
constexpr int kSimple = 4;             // ratios of integers up to this need the sharp filter alone

// The sharp filter grows with the number of stages, since each adds to what the stop band lets through.
constexpr double kSharpBeta = 13.04004;
constexpr double kSharpBetaPerDb = 0.11147;
constexpr double kSharpBetaPerDbSquared = 9.6e-6;
constexpr double kSharpLength = 193.1;  // lower rate's samples
constexpr double kSharpLengthPerDb = 1.585;

// The short filter: its transition begins within the band, a droop of 0.01 dB at its edge.
constexpr double kShortBeta = 14.06;
constexpr double kShortTransition = 0.57246;  // cutoff below the stop band, as a share of the stop band less the start
constexpr double kStartAfterSharp = 0.9349;
constexpr double kStartBeforeSharp = 0.9145;
constexpr double kTapsAfterSharp = 7.71;  // times the transition in cycles a sample
constexpr double kTapsBeforeSharp = 7.9;

constexpr double kHalvingBeta = 14.4;
constexpr double kHalvingTaps = 9.3;

// What remains to be done after the halvings.
struct Rest {
  Ratio ratio;
  int halvings = 0;
  double factor = 1;  // input rate over output rate

  double lower_to_input() const { return std::max(1.0, factor); }  // input samples a sample of the lower rate
  bool is_simple() const { return std::max(ratio.up, ratio.down) <= kSimple; }
};

Rest rest_after_halvings(int from, int to) {
  Rest rest{reduced(from, to)};
  rest.factor = static_cast<double>(from) / to;
  for (; rest.factor >= 4; rest.factor /= 2) {
    ++rest.halvings;
    if (rest.ratio.down % 2 == 0) {
      rest.ratio.down /= 2;
    } else {
      rest.ratio.up *= 2;
    }
  }
  return rest;
}

// per_lower: how many samples of a rate there are to one of the lower rate.
KaiserLowPass in_samples(const KaiserLowPass& in_lower, double per_lower) {
  return {in_lower.cutoff / per_lower, in_lower.half_width * per_lower, in_lower.beta};
}

// grid: samples of the rate at which the filter runs to one of the lower rate.
KaiserLowPass sharp_filter(const Rest& rest, double grid) {
  const double stages = (rest.halvings + 1) * (rest.is_simple() ? 1 : 2);
  const double db = 20 * std::log10(stages);
  const double length = (kSharpLength + kSharpLengthPerDb * db) * grid;
  const double taps = 4 * std::ceil(length / 4 - 1e-9);
  const double beta = kSharpBeta + (kSharpBetaPerDb + kSharpBetaPerDbSquared * db) * db;
  return {kCutoff / 2, (taps + 1) / 2 / grid, beta};
}

struct ShortBand {
  double start;
  double stop;
  double taps;
  double input;  // input samples a sample of the lower rate
  bool even_taps;
};

KaiserLowPass short_filter(const ShortBand& band) {
  const double transition = (band.stop - band.start) / 2 / band.input;  // cycles a sample
  double taps = std::ceil(band.taps / transition);
  if (band.even_taps && std::fmod(taps, 2) != 0) ++taps;
  const double cutoff = band.stop - kShortTransition * (band.stop - band.start);
  return {cutoff / 2, taps / 2 / band.input, kShortBeta};
}

// Keeps the lower rate's band and lets nothing fold into it. input: samples a sample of the lower rate.
Stage halving(double input) {
  const double stop = input - 1;
  const double transition = (stop - 1) / 2 / input;
  return {{1, 2}, {0.25, std::ceil(kHalvingTaps / transition) / 2, kHalvingBeta}};
}

void add_simple(const Rest& rest, std::vector<Stage>& stages) {
  const double grid = std::max(rest.ratio.up, rest.ratio.down);
  stages.push_back({rest.ratio, in_samples(sharp_filter(rest, grid), rest.lower_to_input())});
}

// 1.5 to 2: to twice the output rate, then the sharp filter halves it.
void add_short_then_sharp(const Rest& rest, std::vector<Stage>& stages) {
  const Ratio doubled = reduced(rest.ratio.down, 2 * rest.ratio.up);
  const KaiserLowPass brief = short_filter({kStartBeforeSharp, 3, kTapsBeforeSharp, rest.factor, false});
  stages.push_back({doubled, in_samples(brief, rest.factor)});
  stages.push_back({{1, 2}, in_samples(sharp_filter(rest, 2), 2)});
}

// The sharp filter runs at the input's rate, or at twice that when it is below 1.5 times the output's.
void add_sharp_then_short(const Rest& rest, std::vector<Stage>& stages) {
  const int doubled = rest.factor < 1.5 ? 2 : 1;
  const double grid = doubled * rest.lower_to_input();
  stages.push_back({{doubled, 1}, in_samples(sharp_filter(rest, grid), rest.lower_to_input())});
  const Ratio ratio = reduced(doubled * rest.ratio.down, rest.ratio.up);
  const KaiserLowPass brief = short_filter({kStartAfterSharp, 2 * grid - 1, kTapsAfterSharp, grid, rest.factor > 1});
  stages.push_back({ratio, in_samples(brief, grid)});
}

}  // namespace

std::vector<Stage> soxr_stages(int from, int to) {
  const Rest rest = rest_after_halvings(from, to);
  std::vector<Stage> stages;
  for (int i = rest.halvings; i > 0; --i) stages.push_back(halving(rest.factor * std::exp2(i)));
  if (rest.is_simple()) {
    add_simple(rest, stages);
  } else if (rest.factor >= 1.5 && rest.factor < 2) {
    add_short_then_sharp(rest, stages);
  } else {
    add_sharp_then_short(rest, stages);
  }
  return stages;
}

}  // namespace gsv::signal
