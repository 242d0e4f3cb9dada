// Resampling by a rational factor with a filter of finite length, one set of coefficients a phase.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace gsv::signal {

// Output j lies at input position j * down / up; its phase is j % up.
struct Ratio {
  int up = 1;
  int down = 1;
};

Ratio reduced(int from, int to);

class PhaseFilter {
 public:
  // The coefficient with which an output of this phase takes the input at `index`, both counted from the start of a
  // block of `down` inputs and `up` outputs.
  using Coefficient = std::function<double(int phase, std::int64_t index)>;

  // reach: inputs further from the output's position than this (in input samples) count for nothing.
  PhaseFilter(Ratio ratio, double reach, const Coefficient& coefficient);

  // The first `count` outputs; before and after the input is silence.
  std::vector<float> apply(std::span<const float> input, std::size_t count) const;

 private:
  std::int64_t position(int phase) const { return std::int64_t{phase} * ratio_.down / ratio_.up; }

  Ratio ratio_;
  std::int64_t before_;              // inputs taken before the output's position
  std::size_t taps_;                 // a multiple of the lanes of a sum
  std::vector<float> coefficients_;  // [up, taps]
};

}  // namespace gsv::signal
