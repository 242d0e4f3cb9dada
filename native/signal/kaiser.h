// The low-pass filter that both sides of a good resampler are made of: a sinc under a Kaiser window.
#pragma once

namespace gsv::signal {

// Times and frequencies belong together: seconds and Hz, or samples and cycles a sample.
struct KaiserLowPass {
  double cutoff = 0;      // where the response is one half
  double half_width = 0;  // the impulse response is zero beyond it
  double beta = 0;

  // Impulse response of unit gain, an even function of time.
  double at(double time) const;
};

}  // namespace gsv::signal
