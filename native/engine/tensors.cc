#include "engine/tensors.h"

#include <cstring>

#include "error.h"

namespace gsv::engine {
namespace {

at::ScalarType scalar_type(TensorData::Type type) {
  if (type == TensorData::Type::kInt64) return at::kLong;
  return type == TensorData::Type::kFloat64 ? at::kDouble : at::kFloat;
}

}  // namespace

at::Tensor Inputs::tensor(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) throw Error(code::kWrongType, "the stage needs a tensor named " + name);
  const TensorData& data = found->second;
  at::Tensor out = at::empty(data.shape, scalar_type(data.type));
  if (static_cast<std::size_t>(out.nbytes()) != data.bytes.size()) {
    throw Error(code::kWrongType, "the shape of " + name + " does not fit its data");
  }
  if (!data.bytes.empty()) std::memcpy(out.mutable_data_ptr(), data.bytes.data(), data.bytes.size());
  return out;
}

double Inputs::number(const std::string& name) const { return tensor(name).to(at::kDouble).item<double>(); }

std::vector<float> Inputs::floats(const std::string& name) const {
  const at::Tensor flat = tensor(name).to(at::kFloat).contiguous();
  return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
}

std::vector<std::int32_t> Inputs::ints(const std::string& name) const {
  const at::Tensor flat = tensor(name).to(at::kInt).contiguous();
  return {flat.const_data_ptr<std::int32_t>(), flat.const_data_ptr<std::int32_t>() + flat.numel()};
}

TensorData data_of(const at::Tensor& tensor) {
  TensorData out;
  const bool integers = at::isIntegralType(tensor.scalar_type(), /*includeBool=*/true);
  out.type = integers ? TensorData::Type::kInt64 : TensorData::Type::kFloat32;
  const at::Tensor plain = tensor.cpu().to(integers ? at::kLong : at::kFloat).contiguous();
  out.shape = plain.sizes().vec();
  const auto* bytes = static_cast<const std::byte*>(plain.const_data_ptr());
  out.bytes.assign(bytes, bytes + plain.nbytes());
  return out;
}

at::Tensor row(const std::vector<std::int32_t>& values) { return at::tensor(values, at::kLong); }

}  // namespace gsv::engine
