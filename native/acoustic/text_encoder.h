// s2's text side on own kernels: semantic tokens, phones and the reference's style -> the latent that the flow starts
// from.
#pragma once

#include <torch/script.h>

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>

#include "acoustic/encoder_stack.h"
#include "acoustic/heads.h"
#include "acoustic/row_convolution.h"
#include "kernels/thread_pool.h"

namespace gsv::acoustic {

class TextEncoder {
 public:
  // Of a module with enc_p, quantizer, ssl_proj, n_layers and n_heads. The weights of enc_p are freed in it.
  TextEncoder(const torch::jit::Module& s2, std::shared_ptr<kernels::ThreadPool> pool);

  // [frames][hidden] -> [frames][2 * inter], means and logarithms of deviations.
  Sequence prior(const Sequence& latent) const;

  // style: [channels of mrte] -> [frames][hidden], some frames a token. Throws ERR_GSV_OUT_OF_RANGE for a token or a
  // phone that has no row, ERR_GSV_ABORTED.
  Sequence operator()(std::span<const std::int64_t> tokens, std::span<const std::int64_t> phones,
                      std::span<const float> style, const std::stop_token& stop) const;

 private:
  // Rows of embeddings.
  struct Table {
    Sequence rows;
    const char* what;
    Sequence look_up(std::span<const std::int64_t> ids, int times, int margin) const;
  };

  // Upstream's MRTE.
  struct Mixer {
    Mixer(const torch::jit::Module& mrte, const kernels::Kernels& kernels, kernels::ThreadPool& pool);
    RowConvolution frames_in, phones_in, queries, keys_and_values, attended, out;
  };

  // Lets the frames look at the phones, and adds the style.
  Sequence mix(const Sequence& frames, const Sequence& phones, std::span<const float> style) const;

  std::shared_ptr<kernels::ThreadPool> pool_;
  const kernels::Kernels& kernels_;
  int frames_per_token_;
  Table frames_, phones_;  // the codebook's rows are projected already
  EncoderStack frame_encoder_, phone_encoder_, last_encoder_;
  Mixer mixer_;
  RowConvolution prior_;
};

}  // namespace gsv::acoustic
