#include "blueprint/packed_map.h"

#include <ATen/Parallel.h>

#include <optional>

#include "kernels/kernels.h"

namespace gsv::blueprint {
namespace {

constexpr std::int64_t kPanelsTogether = 2;  // that a body multiplies at once

std::vector<std::string> with(const std::vector<std::string>& names, const char* ending) {
  std::vector<std::string> out;
  for (const std::string& name : names) out.push_back(name + ending);
  return out;
}

kernels::Format format_of(const Weights& weights, const std::string& name, std::span<const float> values, Held held) {
  if (held == Held::kInt8) return kernels::Format::kInt8;
  return weights.type(name) == at::kHalf ? kernels::Format::kHalf : kernels::exact_format(values);
}

kernels::PackedLinear packed(Weights& weights, const std::vector<std::string>& names, Held held) {
  const std::span<const float> offsets = weights.values(with(names, ".bias"));
  const std::vector<float> bias(offsets.begin(), offsets.end());
  const std::vector<std::string> matrices = with(names, ".weight");
  const std::span<const float> weight = weights.values(matrices);
  kernels::ThreadPool pool(at::get_num_threads());
  return {weight,
          bias,
          static_cast<int>(bias.size()),
          static_cast<int>(weight.size() / bias.size()),
          format_of(weights, matrices.front(), weight, held),
          kernels::detect(),
          pool};
}

// Rows in 14 bits, each with its scale.
struct Quantised {
  Quantised(const at::Tensor& x, int rows, int k)
      : stride(kernels::padded(k, 2)), levels(static_cast<std::size_t>(rows * stride)), scales(rows) {
    const float* from = x.const_data_ptr<float>();
    for (std::int64_t row = 0; row < rows; ++row) {
      scales[row] = kernels::detect().quantise(from + row * k, k, levels.data() + row * stride);
    }
  }
  std::int64_t stride;
  kernels::Buffer<std::int16_t> levels;
  kernels::Buffer<float> scales;
};

}  // namespace

PackedMap::PackedMap(Weights& weights, const std::vector<std::string>& names, Held held)
    : packed_(packed(weights, names, held)) {}

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
  std::optional<Quantised> quantised;
  if (packed_.format() == kernels::Format::kInt8) {
    quantised.emplace(x, m.rows, packed_.k());
    m.x = quantised->levels.data();
    m.x_stride = quantised->stride;
    m.x_scale = quantised->scales.data();
  }
  const kernels::MatmulFn body = packed_.body(kernels::detect());
  at::parallel_for(0, packed_.panels(), kPanelsTogether, [&](std::int64_t begin, std::int64_t end) {
    body(m, static_cast<int>(begin), static_cast<int>(end));
  });
  return y;
}

}  // namespace gsv::blueprint
