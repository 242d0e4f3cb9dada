// A signal of few positions as rows of channels, for networks on own kernels. No torch here.
#pragma once

#include <cstdint>

#include "kernels/buffer.h"
#include "kernels/kernels.h"

namespace gsv::acoustic {

// Rows lie beside each other, channels padded to 16 with zeros. Before the first and behind the last row there are
// `margin` rows of zeros, which convolutions read.
class Sequence {
 public:
  Sequence(int length, int channels, int margin = 0)
      : length_(length),
        channels_(channels),
        margin_(margin),
        // Attention reads up to 15 values behind a row's last channel.
        data_(static_cast<size_t>(length + 2 * margin) * kernels::padded(channels) + kernels::kPanel) {}

  int length() const { return length_; }
  int channels() const { return channels_; }
  int margin() const { return margin_; }
  int64_t stride() const { return kernels::padded(channels_); }
  float* row(int position) { return data_.data() + (position + margin_) * stride(); }
  const float* row(int position) const { return data_.data() + (position + margin_) * stride(); }

 private:
  int length_, channels_, margin_;
  kernels::Buffer<float> data_;
};

}  // namespace gsv::acoustic
