#include "blueprint/weights.h"

#include <cstddef>

#include "blueprint/module.h"
#include "error.h"

namespace gsv::blueprint {
namespace {

std::unordered_map<std::string, at::Tensor> tensors_of(const torch::jit::Module& module) {
  std::unordered_map<std::string, at::Tensor> out;
  for (const auto& slot : module.named_parameters()) out.emplace(slot.name, slot.value);
  return out;
}

// Whether each record that was left out is the whole of a tensor, so that it will be found.
bool all_found(const DeferredFile& file, const std::unordered_map<std::string, at::Tensor>& tensors) {
  std::size_t found = 0;
  for (const auto& [name, tensor] : tensors) {
    if (!file.left_out().contains(tensor.const_data_ptr())) continue;
    if (!tensor.is_contiguous() || tensor.nbytes() != tensor.storage().nbytes()) return false;
    ++found;
  }
  return found == file.left_out().size();
}

}  // namespace

Weights::Weights(const std::string& path, std::string_view blueprint)
    : path_(path), file_(std::make_shared<DeferredFile>(path)) {
  module_ = open_module(path, blueprint, file_);
  tensors_ = tensors_of(module_);
  if (all_found(*file_, tensors_)) return;
  file_ = nullptr;
  module_ = open_module(path, blueprint, c10::kCPU);
  tensors_ = tensors_of(module_);
}

const at::Tensor& Weights::tensor(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found != tensors_.end()) return found->second;
  throw Error(code::kCorruptModel, path_ + " has no tensor " + name + "; import the voice again");
}

std::optional<std::uint64_t> Weights::place_of(const at::Tensor& tensor) const {
  if (!file_) return std::nullopt;
  const auto place = file_->left_out().find(tensor.const_data_ptr());
  return place == file_->left_out().end() ? std::nullopt : std::optional(place->second);
}

at::Tensor Weights::stored(const std::string& name) const {
  const at::Tensor& known = tensor(name);
  const std::optional<std::uint64_t> place = place_of(known);
  if (!place) return known;
  at::Tensor out = at::empty(known.sizes(), known.options());
  file_->read_now(*place, out.mutable_data_ptr(), out.nbytes());
  return out;
}

const void* Weights::read(const at::Tensor& tensor) {
  const std::optional<std::uint64_t> place = place_of(tensor);
  if (!place) return tensor.const_data_ptr();
  if (bytes_.size() < tensor.nbytes()) bytes_ = kernels::Buffer<std::byte>(tensor.nbytes(), kernels::Pages::kLarge);
  file_->read_now(*place, bytes_.data(), tensor.nbytes());
  return bytes_.data();
}

std::span<const float> Weights::values(const std::vector<std::string>& names) {
  std::size_t count = 0;
  for (const std::string& name : names) count += static_cast<std::size_t>(tensor(name).numel());
  if (values_.size() < count) values_ = kernels::Buffer<float>(count, kernels::Pages::kLarge);
  std::int64_t first = 0;
  at::Tensor all = at::from_blob(values_.data(), {static_cast<std::int64_t>(count)}, at::kFloat);
  for (const std::string& name : names) {
    const at::Tensor& known = tensor(name);
    const at::Tensor held =
        at::from_blob(const_cast<void*>(read(known)), known.sizes(), known.strides(), known.options());
    all.narrow(0, first, known.numel()).view(known.sizes()).copy_(held);
    first += known.numel();
  }
  return {values_.data(), count};
}

}  // namespace gsv::blueprint
