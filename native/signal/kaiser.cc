#include "signal/kaiser.h"

#include <cmath>
#include <numbers>

namespace gsv::signal {
namespace {

// The modified Bessel function I0 by its power series, to double precision.
double bessel_i0(double x) {
  const double quarter = x * x / 4;
  double term = 1;
  double sum = 1;
  for (int k = 1; term > sum * 1e-17; ++k) {
    term *= quarter / (static_cast<double>(k) * k);
    sum += term;
  }
  return sum;
}

double sinc(double x) { return x == 0 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x); }

}  // namespace

double KaiserLowPass::at(double time) const {
  const double place = time / half_width;
  if (std::abs(place) >= 1) return 0;
  const double window = bessel_i0(beta * std::sqrt(1 - place * place)) / bessel_i0(beta);
  return 2 * cutoff * sinc(2 * cutoff * time) * window;
}

}  // namespace gsv::signal
