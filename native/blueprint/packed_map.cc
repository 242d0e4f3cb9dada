#include "blueprint/packed_map.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "kernels/kernels.h"

namespace gsv::blueprint {
namespace {

constexpr std::int64_t kPanelsTogether = 2;  // that a body multiplies at once
constexpr std::int64_t kRowsTogether = 16;
constexpr int kRowsOfBlock = 240;  // what they have of a block of inputs stays in the second cache

std::vector<std::string> with(const std::vector<std::string>& names, const char* ending) {
  std::vector<std::string> out;
  for (const std::string& name : names) out.push_back(name + ending);
  return out;
}

kernels::Format format_of(const Weights& weights, const std::string& name, std::span<const float> values, Held held) {
  if (held == Held::kInt8) return kernels::Format::kInt8;
  return weights.type(name) == at::kHalf ? kernels::Format::kHalf : kernels::exact_format(values);
}

// Whether half precision holds the matrix to three digits of its largest value: nothing is infinite there, nor are all
// so small that few bits are left.
bool fits_in_half(std::span<const float> values) {
  constexpr float kLeast = 1e-3F, kMost = 65504;
  float top = 0;
  for (const float value : values) {
    if (!(std::fabs(value) <= kMost)) return false;
    top = std::max(top, std::fabs(value));
  }
  return top >= kLeast;
}

bool multiplies_in_integers(std::span<const float> weight, bool asked) {
  return asked && kernels::detect().matmul_f16_fixed != nullptr && fits_in_half(weight);
}

kernels::PackedLinear packed(std::span<const float> weight, std::span<const float> bias, kernels::Format format) {
  kernels::ThreadPool pool(at::get_num_threads());
  const auto n = static_cast<int>(bias.size());
  return {weight, bias, n, static_cast<int>(weight.size()) / n, format, kernels::detect(), pool};
}

kernels::PackedLinear packed(Weights& weights, const std::vector<std::string>& names, Held held) {
  const std::span<const float> offsets = weights.values(with(names, ".bias"));
  const std::vector<float> bias(offsets.begin(), offsets.end());
  const std::vector<std::string> matrices = with(names, ".weight");
  const std::span<const float> weight = weights.values(matrices);
  return packed(weight, bias, format_of(weights, matrices.front(), weight, held));
}

// Rows in 14 bits, each with its scale. Rows begin on odd lines: those a power of two apart share few sets of a cache.
struct Quantised {
  Quantised(const float* x, int rows, int k)
      : stride(kernels::padded(k, 2 * kLine) + kLine), levels(at::empty({rows, stride}, at::kShort)), scales(rows) {
    std::int16_t* to = levels.mutable_data_ptr<std::int16_t>();
    at::parallel_for(0, rows, kRowsTogether, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) {
        scales[row] = kernels::detect().quantise(x + row * k, k, to + row * stride);
      }
    });
  }
  static constexpr int kLine = 64 / sizeof(std::int16_t);
  std::int64_t stride;
  at::Tensor levels;
  kernels::Buffer<float> scales;
};

}  // namespace

PackedMap::PackedMap(Weights& weights, const std::vector<std::string>& names, Held held)
    : in_integers_(false), packed_(packed(weights, names, held)) {}

PackedMap::PackedMap(std::span<const float> weight, std::span<const float> bias, bool in_integers)
    : in_integers_(multiplies_in_integers(weight, in_integers)),
      packed_(packed(weight, bias, in_integers_ ? kernels::Format::kHalf : kernels::exact_format(weight))) {}

void PackedMap::multiply(const kernels::Matmul& all, std::size_t x_size, kernels::MatmulFn body) const {
  at::parallel_for(0, packed_.panels(), kPanelsTogether, [&](std::int64_t begin, std::int64_t end) {
    kernels::Matmul m = all;
    for (int row = 0; row < all.rows; row += kRowsOfBlock) {
      m.rows = std::min(kRowsOfBlock, all.rows - row);
      m.x = static_cast<const std::byte*>(all.x) + static_cast<std::size_t>(row * all.x_stride) * x_size;
      m.x_scale = all.x_scale == nullptr ? nullptr : all.x_scale + row;
      m.y = all.y + row * all.y_stride;
      body(m, static_cast<int>(begin), static_cast<int>(end));
    }
  });
}

at::Tensor PackedMap::operator()(const at::Tensor& given) const {
  const at::Tensor x = given.contiguous();
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.back() = packed_.n();
  at::Tensor y = at::empty(shape, x.options());
  kernels::Matmul m = packed_.matmul();
  m.x = x.const_data_ptr<float>();
  m.x_stride = packed_.k();
  m.rows = static_cast<int>(x.numel() / packed_.k());
  m.y = y.mutable_data_ptr<float>();
  m.y_stride = packed_.n();
  const kernels::Kernels& kernels = kernels::detect();
  const bool fixed = in_integers_ && m.rows >= kernels::kRowsInFixed;
  if (!fixed && packed_.format() != kernels::Format::kInt8) {
    multiply(m, sizeof(float), packed_.body(kernels));
    return y;
  }
  const Quantised quantised(x.const_data_ptr<float>(), m.rows, packed_.k());
  m.x = quantised.levels.const_data_ptr<std::int16_t>();
  m.x_stride = quantised.stride;
  m.x_scale = quantised.scales.data();
  multiply(m, sizeof(std::int16_t), fixed ? kernels.matmul_f16_fixed : packed_.body(kernels));
  return y;
}

at::Tensor PackedMap::weight() const {
  const at::Tensor unit = at::eye(packed_.k());
  at::Tensor columns = at::empty({packed_.k(), packed_.n()});
  kernels::Matmul m = packed_.matmul();
  m.bias = nullptr;
  m.x = unit.const_data_ptr<float>();
  m.x_stride = m.rows = packed_.k();
  m.y = columns.mutable_data_ptr<float>();
  m.y_stride = packed_.n();
  multiply(m, sizeof(float), packed_.body(kernels::detect()));
  return columns.t().contiguous();
}

}  // namespace gsv::blueprint
