#pragma once

#include <string>

#include "error.h"
#include "signal/signal.h"

namespace gsv::signal {

inline void check_rates(int from, int to) {
  for (const int rate : {from, to}) {
    if (rate >= kLowestRate && rate <= kHighestRate) continue;
    throw Error(code::kReferenceAudio, "a sample rate of " + std::to_string(rate) + " Hz; it must be " +
                                           std::to_string(kLowestRate) + " to " + std::to_string(kHighestRate) + " Hz");
  }
}

}  // namespace gsv::signal
