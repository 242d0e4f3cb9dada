#include "blueprint/fill.h"

#include <torch/csrc/jit/serialization/export.h>
#include <torch/script.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <unordered_map>

#include "checkpoint/checkpoint.h"
#include "error.h"

namespace gsv::blueprint {
namespace {

namespace fs = std::filesystem;

std::string show(std::span<const std::int64_t> shape) {
  std::string out = "[";
  for (std::int64_t size : shape) out += (out.size() > 1 ? ", " : "") + std::to_string(size);
  return out + "]";
}

at::Tensor read_tensor(const checkpoint::File& file, const std::string& name) {
  const checkpoint::Tensor* found = file.find(name);
  if (!found) throw Error(code::kModelMismatch, file.path() + ": " + name + " is missing");
  const bool floating = found->dtype == checkpoint::DType::kF16 || found->dtype == checkpoint::DType::kF32 ||
                        found->dtype == checkpoint::DType::kBF16 || found->dtype == checkpoint::DType::kF64;
  if (!floating) {
    throw Error(code::kModelMismatch, file.path() + ": " + name + " holds " +
                                          std::string(checkpoint::dtype_name(found->dtype)) +
                                          ", not floating-point numbers");
  }
  at::Tensor tensor = at::empty(found->shape, at::kFloat);
  file.read_f32(*found, {tensor.mutable_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())});
  return tensor;
}

// w = g * v / |v|, the norm over every dimension but `dim`.
at::Tensor fold_weight_norm(const at::Tensor& g, const at::Tensor& v, int dim) {
  std::vector<std::int64_t> others;
  for (std::int64_t d = 0; d < v.dim(); ++d) {
    if (d != dim) others.push_back(d);
  }
  return v * (g / at::sqrt(at::sum(v * v, others, /*keepdim=*/true)));
}

// A LoRA's product. Its alpha is its rank, so there is no factor.
at::Tensor product(const checkpoint::File& file, const FillTensor& wanted) {
  const at::Tensor up = read_tensor(file, wanted.up), down = read_tensor(file, wanted.down);
  if (up.dim() != 2 || down.dim() != 2 || up.size(1) != down.size(0)) {
    throw Error(code::kModelMismatch, wanted.up + " is " + show(up.sizes()) + " and " + wanted.down + " is " +
                                          show(down.sizes()) + "; the two have no product");
  }
  return at::mm(up, down);
}

struct Files {
  checkpoint::File voice;
  std::optional<checkpoint::File> base;  // of a LoRA
};

at::Tensor make_tensor(const Files& files, const FillTensor& wanted) {
  if (wanted.in_base && !files.base)
    throw Error(code::kInternal, wanted.source + " is asked of a base that is not there");
  const checkpoint::File& file = wanted.in_base ? *files.base : files.voice;
  at::Tensor tensor = read_tensor(file, wanted.source);
  if (!wanted.magnitude.empty()) {
    tensor = fold_weight_norm(read_tensor(file, wanted.magnitude), tensor, wanted.weight_norm_dim);
  }
  if (!wanted.down.empty()) {
    const at::Tensor added = product(files.voice, wanted);
    if (added.sizes() != tensor.sizes()) {
      throw Error(code::kModelMismatch,
                  wanted.down + " makes " + show(added.sizes()) + ", its base has " + show(tensor.sizes()));
    }
    tensor.add_(added);
  }
  if (tensor.sizes() != c10::IntArrayRef(wanted.shape)) {
    throw Error(code::kModelMismatch,
                wanted.source + " is " + show(tensor.sizes()) + ", this network needs " + show(wanted.shape));
  }
  return tensor;
}

c10::IValue ivalue(const Attribute& attribute) {
  return std::visit([](const auto& value) { return c10::IValue(value); }, attribute);
}

// Networks that only own kernels run keep what a file holds in half precision so: half the file, and half the memory
// while it is read.
bool stays_half(const Files& files, const FillRequest& request, const FillTensor& wanted) {
  if (request.network != "bert" && request.network != "hubert") return false;
  const checkpoint::Tensor* found = files.voice.find(wanted.source);
  return found != nullptr && found->dtype == checkpoint::DType::kF16 && wanted.magnitude.empty() && !wanted.in_base &&
         wanted.down.empty();
}

// The module appears under its name only when it is whole: a kill in between leaves the other file. LibTorch is told
// that every write succeeded, since its writer throws from its destructor when one did not, which ends the process.
void save(const torch::jit::Module& module, const fs::path& output) {
  fs::path partial = output;
  partial += ".partial";
  try {
    std::ofstream file(partial, std::ios::binary);
    torch::jit::ExportModule(module, [&file](const void* data, std::size_t size) {
      file.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
      return size;
    });
    file.close();
    if (!file) throw std::runtime_error("a write to " + partial.string() + " failed");
    fs::rename(partial, output);
  } catch (const std::exception& error) {
    std::error_code ignored;
    fs::remove(partial, ignored);
    throw Error(code::kFile, output.string() + " cannot be written; is the disk full or read-only?", error.what());
  }
}

}  // namespace

Filled fill(const FillRequest& request, std::stop_token stop) {
  c10::InferenceMode guard(false);
  at::NoGradGuard no_grad;
  torch::jit::Module module = torch::jit::load(request.blueprint);
  module.eval();
  std::unordered_map<std::string, at::Tensor> slots;
  for (const auto& slot : module.named_parameters()) slots.emplace(slot.name, slot.value);
  for (const auto& slot : module.named_buffers()) slots.emplace(slot.name, slot.value);

  Files files{checkpoint::File::open(request.checkpoint), std::nullopt};
  if (!request.base.empty()) files.base = checkpoint::File::open(request.base);
  Filled filled;
  for (const FillTensor& wanted : request.tensors) {
    if (stop.stop_requested()) throw Error(code::kAborted, "the import was cancelled");
    const auto slot = slots.find(wanted.name);
    if (slot == slots.end())
      throw Error(code::kInternal, "the " + request.network + " blueprint has no " + wanted.name);
    at::Tensor tensor = make_tensor(files, wanted);
    if (!at::isfinite(tensor.sum()).item<bool>() && !at::isfinite(tensor).all().item<bool>()) {
      filled.warnings.push_back(request.checkpoint + ": " + wanted.source +
                                " holds values that are not finite; the voice will not speak");
    }
    filled.parameters += static_cast<std::uint64_t>(tensor.numel());
    slot->second.set_data(stays_half(files, request, wanted) ? tensor.to(at::kHalf) : tensor);
  }
  for (const auto& [name, value] : request.attributes) module.setattr(name, ivalue(value));
  save(module, request.output);
  return filled;
}

}  // namespace gsv::blueprint
