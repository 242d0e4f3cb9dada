// The normalising flow between the text's latent and the generator's, run backwards as synthesis does, on own kernels.
#pragma once

#include <torch/script.h>

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "acoustic/row_convolution.h"
#include "acoustic/sequence.h"
#include "kernels/thread_pool.h"

namespace gsv::acoustic {

class CouplingFlow {
 public:
  // Of the module `flow` of s2, whose weights are freed.
  CouplingFlow(const torch::jit::Module& flow, std::shared_ptr<kernels::ThreadPool> pool);

  // In place: z [frames][inter], style [gin]. Throws ERR_GSV_ABORTED.
  void operator()(Sequence& z, std::span<const float> style, const std::stop_token& stop) const;

 private:
  // Shifts the second half of the channels by what the first half says.
  struct Coupling {
    RowConvolution pre, post, style;
    std::vector<RowConvolution> inner, outer;  // of each layer
  };
  struct Rows;  // what a coupling works in

  void shift(const Coupling& coupling, Sequence& z, std::span<const float> style, Rows& rows) const;
  void run_layers(const Coupling& coupling, std::span<const float> style, Rows& rows) const;
  void run_rows(int length, const std::function<void(int begin, int end)>& body) const;

  std::shared_ptr<kernels::ThreadPool> pool_;
  const kernels::Kernels& kernels_;
  std::vector<Coupling> couplings_;  // in the order that synthesis runs them
};

}  // namespace gsv::acoustic
