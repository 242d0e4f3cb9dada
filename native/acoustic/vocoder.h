// Log mel spectrogram -> waveform, for the versions whose second stage ends with the spectrogram.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <memory>
#include <stop_token>
#include <string_view>

#include "kernels/thread_pool.h"

namespace gsv::acoustic {

class Vocoder {
 public:
  virtual ~Vocoder() = default;

  // mel: [T, mels], natural logarithms -> [T * samples_per_frame] in -1..1. Throws ERR_GSV_ABORTED.
  virtual at::Tensor operator()(const at::Tensor& mel, std::stop_token stop) const = 0;

  virtual std::int64_t samples_per_frame() const = 0;
};

// By the blueprint's name.
std::unique_ptr<Vocoder> make_vocoder(std::string_view blueprint, const torch::jit::Module& module,
                                      std::shared_ptr<kernels::ThreadPool> pool);

}  // namespace gsv::acoustic
