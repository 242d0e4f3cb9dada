#include "acoustic/upsampling.h"

#include <algorithm>

namespace gsv::acoustic {
namespace {

int floor_div(int a, int b) { return a >= 0 ? a / b : -((b - 1 - a) / b); }

}  // namespace

void copy_active(const float* x, int length, int channels, float slope, Range rows, float* to) {
  for (int t = rows.begin; t < rows.end; ++t, to += channels) {
    if (t < 0 || t >= length) {
      std::fill_n(to, channels, 0.0F);
      continue;
    }
    const float* from = x + int64_t{t} * channels;
    for (int c = 0; c < channels; ++c) to[c] = std::max(from[c], slope * from[c]);
  }
}

// Output t takes tap j of input i where t + padding = i * rate + j: phase (t + padding) % rate has the taps phase,
// phase + rate, ..., the last of them on the oldest row.
Upsampling::Upsampling(const ConvolutionWeights& w, float scale, const kernels::Kernels& kernels,
                       kernels::ThreadPool& pool)
    : kernels_(kernels),
      in_(kernels::padded(w.in)),
      out_(kernels::padded(w.out)),
      taps_(w.taps),
      rate_(w.rate),
      padding_((w.taps - w.rate) / 2) {
  std::vector<float> bias(out_);
  std::copy(w.bias.begin(), w.bias.end(), bias.begin());
  for (int phase = 0; phase < rate_; ++phase) {
    const int window = (taps_ - phase + rate_ - 1) / rate_;
    std::vector<float> weight(static_cast<size_t>(out_) * std::max(window, 1) * in_);
    for (int row = 0; row < window; ++row) {
      const int tap = phase + rate_ * (window - 1 - row);
      for (int c = 0; c < w.in; ++c) {
        for (int o = 0; o < w.out; ++o) {
          weight[(static_cast<size_t>(o) * window + row) * in_ + c] =
              scale * w.weight[(static_cast<size_t>(c) * w.out + o) * taps_ + tap];
        }
      }
    }
    windows_.push_back(std::max(window, 1));
    phases_.emplace_back(weight, bias, out_, windows_.back() * in_, kernels::Format::kFloat, kernels, pool);
  }
}

Range Upsampling::inputs_of(Range range) const {
  return {floor_div(range.begin + padding_, rate_) - windows_.front() + 1,
          floor_div(range.end - 1 + padding_, rate_) + 1};
}

size_t Upsampling::scratch(int outputs) const {
  return static_cast<size_t>(outputs / rate_ + 2 + windows_.front()) * in_;
}

void Upsampling::run(const float* x, int length, Range range, float* y, float* scratch) const {
  const Range inputs = inputs_of(range);
  copy_active(x, length, in_, kSlope, inputs, scratch);
  for (int phase = 0; phase < rate_; ++phase) {
    const int first = range.begin + ((phase - range.begin - padding_) % rate_ + rate_) % rate_;
    if (first >= range.end) continue;
    const int newest = floor_div(first + padding_, rate_);
    kernels::Matmul m = phases_[phase].matmul();
    m.x = scratch + int64_t{newest - windows_[phase] + 1 - inputs.begin} * in_;
    m.x_stride = in_;
    m.rows = (range.end - first + rate_ - 1) / rate_;
    m.y = y + int64_t{first - range.begin} * out_;
    m.y_stride = int64_t{rate_} * out_;
    kernels_.matmul_f32(m, 0, phases_[phase].panels());
  }
}

}  // namespace gsv::acoustic
