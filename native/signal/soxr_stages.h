// How soxr's high-quality recipe divides a change of sample rate into stages, each one linear-phase low-pass filter.
#pragma once

#include <vector>

#include "signal/kaiser.h"
#include "signal/phase_filter.h"

namespace gsv::signal {

struct Stage {
  Ratio ratio;
  KaiserLowPass filter;  // in samples of the stage's input
};

std::vector<Stage> soxr_stages(int from, int to);

}  // namespace gsv::signal
