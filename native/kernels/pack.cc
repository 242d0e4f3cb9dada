#include "kernels/pack.h"

#include <algorithm>
#include <cmath>

#include "kernels/half.h"

namespace gsv::kernels {
namespace {

size_t element_size(Format format) {
  return format == Format::kFloat ? sizeof(float) : format == Format::kHalf ? sizeof(Half) : sizeof(int8_t);
}

}  // namespace

Format exact_format(std::span<const float> values) {
  const auto is_half = [](float value) { return half_to_float(float_to_half(value)) == value; };
  return std::all_of(values.begin(), values.end(), is_half) ? Format::kHalf : Format::kFloat;
}

PackedLinear::PackedLinear(std::span<const float> weight, std::span<const float> bias, int n, int k, Format format,
                           const Kernels& kernels, ThreadPool& pool)
    : n_(n),
      k_(k),
      format_(format),
      panel_stride_(int64_t{padded(k, format == Format::kInt8 ? 2 : 1)} * kPanel),
      storage_(panels() * panel_stride_ * element_size(format), Pages::kLarge),
      bias_(padded(n)),
      scale_(format == Format::kInt8 ? padded(n) : 0) {
  std::copy(bias.begin(), bias.end(), bias_.data());
  pool.run(panels(), [&](int index, int) {
    if (format_ == Format::kInt8) {
      pack_panel_i8(weight.data(), index);
    } else {
      pack_panel(weight.data(), index, kernels);
    }
  });
}

void PackedLinear::pack_panel(const float* weight, int index, const Kernels& kernels) {
  const int rows = std::min(kPanel, n_ - index * kPanel);
  const float* from = weight + int64_t{index} * kPanel * k_;
  alignas(64) float lanes[kPanel] = {};
  for (int k = 0; k < k_; ++k) {
    for (int r = 0; r < rows; ++r) lanes[r] = from[int64_t{r} * k_ + k];
    if (format_ == Format::kHalf) {
      kernels.to_half(lanes, panel<Half>(index) + int64_t{k} * kPanel, kPanel);
    } else {
      std::copy(lanes, lanes + kPanel, panel<float>(index) + int64_t{k} * kPanel);
    }
  }
}

void PackedLinear::pack_panel_i8(const float* weight, int index) {
  int8_t* to = panel<int8_t>(index);
  const int rows = std::min(kPanel, n_ - index * kPanel);
  for (int r = 0; r < rows; ++r) {
    const float* row = weight + (int64_t{index} * kPanel + r) * k_;
    float top = 0.0f;
    for (int k = 0; k < k_; ++k) top = std::max(top, std::fabs(row[k]));
    const float scale = top / 127.0f;
    scale_[index * kPanel + r] = scale;
    if (!(scale > 0.0f) || !std::isfinite(scale)) continue;
    for (int k = 0; k < k_; ++k) {
      const float level = std::clamp(std::nearbyint(row[k] / scale), -127.0f, 127.0f);
      to[int64_t{k / 2} * 2 * kPanel + 2 * r + k % 2] = static_cast<int8_t>(level);
    }
  }
}

Matmul PackedLinear::matmul() const {
  Matmul m;
  m.weights = storage_.data();
  m.panel_stride = panel_stride_;
  m.n = n_;
  m.k = k_;
  m.bias = bias_.data();
  m.weight_scale = scale_.data();
  return m;
}

MatmulFn PackedLinear::body(const Kernels& kernels) const {
  switch (format_) {
    case Format::kFloat:
      return kernels.matmul_f32;
    case Format::kHalf:
      return kernels.matmul_f16;
    case Format::kInt8:
      return kernels.matmul_i8;
  }
  return nullptr;
}

}  // namespace gsv::kernels
