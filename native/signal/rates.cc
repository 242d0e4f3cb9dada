#include <string>

#include "error.h"
#include "signal/signal.h"

namespace gsv::signal {

void check_rate(int rate) {
  if (rate >= kLowestRate && rate <= kHighestRate) return;
  throw Error(code::kReferenceAudio, "a sample rate of " + std::to_string(rate) + " Hz; it must be " +
                                         std::to_string(kLowestRate) + " to " + std::to_string(kHighestRate) + " Hz");
}

}  // namespace gsv::signal
