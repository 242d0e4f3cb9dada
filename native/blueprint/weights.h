// The tensors of a filled module, for networks on own kernels: large ones stay in the file until they are asked for.
#pragma once

#include <ATen/ATen.h>
#include <torch/script.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "blueprint/deferred_file.h"
#include "kernels/buffer.h"

namespace gsv::blueprint {

class Weights {
 public:
  // Throws what open_module does.
  Weights(const std::string& path, std::string_view blueprint);

  std::int64_t integer(const char* attribute) const { return module_.attr(attribute).toInt(); }
  double number(const char* attribute) const { return module_.attr(attribute).toDouble(); }
  std::vector<std::int64_t> integers(const char* attribute) const { return module_.attr(attribute).toIntVector(); }

  at::IntArrayRef sizes(const std::string& name) const { return tensor(name).sizes(); }
  at::ScalarType type(const std::string& name) const { return tensor(name).scalar_type(); }  // that the file holds
  // A tensor as the file holds it, and in single precision. These and `values` throw ERR_GSV_CORRUPT_MODEL.
  at::Tensor stored(const std::string& name) const;
  at::Tensor parameter(const std::string& name) const { return stored(name).to(at::kFloat); }
  // The values of some tensors, one behind the other, until the next call: all are read into the same memory, of which
  // an allocator would keep a share for each, between what is packed of them.
  std::span<const float> values(const std::vector<std::string>& names);

 private:
  const at::Tensor& tensor(const std::string& name) const;
  // Where in the file it begins, if it was left out of the module.
  std::optional<std::uint64_t> place_of(const at::Tensor& tensor) const;
  // Its bytes, in the module or read into `bytes_`.
  const void* read(const at::Tensor& tensor);

  std::string path_;
  torch::jit::Module module_;           // without what `file_` left out
  std::shared_ptr<DeferredFile> file_;  // null: the module is whole
  std::unordered_map<std::string, at::Tensor> tensors_;
  kernels::Buffer<std::byte> bytes_;
  kernels::Buffer<float> values_;
};

}  // namespace gsv::blueprint
