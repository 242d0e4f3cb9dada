// AP-BWE (models/ap_bwe.py): a wave that lacks the upper part of its spectrum -> the same with it. Frame by frame in
// rows, so that it can be stopped within a long one.
#pragma once

#include <vector>

#include "acoustic/convolution.h"
#include "acoustic/linear.h"

namespace gsv::acoustic {

class ApBwe {
 public:
  // Takes its weights from the module, which may not be used afterwards.
  explicit ApBwe(const torch::jit::Module& module);

  // [samples] -> [samples], as many whole steps of the spectrum as they are. Throws ERR_GSV_ABORTED.
  at::Tensor operator()(const at::Tensor& wave, const std::stop_token& stop) const;

  // Its steps, for parity tests.
  struct Spectrum {
    at::Tensor amplitude, phase;  // [T, bins], natural logarithms and radians
  };
  Spectrum analyse(const at::Tensor& wave) const;  // longer than half of the transform
  Spectrum extend(const Spectrum& given, const std::stop_token& stop) const;
  at::Tensor synthesise(const Spectrum& spectrum) const;

 private:
  struct Norm {
    at::Tensor weight, bias;
    at::Tensor operator()(const at::Tensor& x) const;  // [T, C]
  };
  struct Block {
    Convolution spread;  // each channel by itself
    Norm norm;
    Linear wide, narrow;
    at::Tensor gamma;
    void add_to(at::Tensor& x, const std::stop_token& stop) const;  // [T, C]
  };
  // Of amplitudes, and of phases.
  struct Stream {
    Convolution pre;
    Norm first, last;
    std::vector<Block> blocks;
  };
  static Stream stream(const torch::jit::Module& module, const std::string& name, std::size_t layers);

  std::int64_t fft_size_, hop_, window_size_;
  Stream amplitude_, phase_;
  Linear added_;    // to the amplitude's logarithm
  Linear complex_;  // real and imaginary parts, side by side, whose angle is the phase
};

}  // namespace gsv::acoustic
