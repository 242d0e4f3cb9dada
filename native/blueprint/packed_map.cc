#include "blueprint/packed_map.h"

#include <ATen/Parallel.h>

#include "kernels/kernels.h"

namespace gsv::blueprint {
namespace {

constexpr std::int64_t kPanelsTogether = 2;  // that a body multiplies at once

std::span<const float> values(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

at::Tensor side_by_side(const std::vector<torch::jit::Module>& modules, const char* name) {
  std::vector<at::Tensor> parts;
  for (const torch::jit::Module& module : modules) parts.push_back(parameter(module, name));
  return at::cat(parts).contiguous();
}

kernels::PackedLinear packed(const std::vector<torch::jit::Module>& modules) {
  const bool half = modules.front().attr("weight").toTensor().scalar_type() == at::kHalf;
  const at::Tensor weight = side_by_side(modules, "weight"), bias = side_by_side(modules, "bias");
  for (const torch::jit::Module& module : modules) {
    at::Tensor stored = module.attr("weight").toTensor();
    stored.set_data(at::empty({0}, stored.options()));
  }
  kernels::ThreadPool pool(at::get_num_threads());
  return {values(weight),
          values(bias),
          static_cast<int>(weight.size(0)),
          static_cast<int>(weight.size(1)),
          half ? kernels::Format::kHalf : kernels::Format::kFloat,
          kernels::detect(),
          pool};
}

}  // namespace

at::Tensor parameter(const torch::jit::Module& module, const char* name) {
  return module.attr(name).toTensor().to(at::kFloat);
}

torch::jit::Module inner(const torch::jit::Module& module, std::initializer_list<const char*> path) {
  torch::jit::Module at = module;
  for (const char* name : path) at = at.attr(name).toModule();
  return at;
}

PackedMap::PackedMap(const std::vector<torch::jit::Module>& modules) : packed_(packed(modules)) {}

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
  const kernels::MatmulFn body = packed_.body(kernels::detect());
  at::parallel_for(0, packed_.panels(), kPanelsTogether, [&](std::int64_t begin, std::int64_t end) {
    body(m, static_cast<int>(begin), static_cast<int>(end));
  });
  return y;
}

}  // namespace gsv::blueprint
