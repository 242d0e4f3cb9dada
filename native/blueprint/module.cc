#include "blueprint/module.h"

#include <filesystem>
#include <functional>

#include "error.h"

namespace gsv::blueprint {
namespace {

// A module's class lies in a namespace of its blueprint's name: "__torch__.hifigan.HifiGan".
void require_blueprint(const torch::jit::Module& module, std::string_view wanted, const std::string& path) {
  const std::string name = module.type()->name() ? module.type()->name()->qualifiedName() : "";
  if (name.starts_with("__torch__." + std::string(wanted) + ".")) return;
  throw Error(code::kWrongModel, path + " is the module " + name + "; one of " + std::string(wanted) +
                                     " is needed in its place: import the voice again");
}

std::string key(const std::string& path, c10::Device device, Held held) {
  return device.str() + (held == Held::kInt8 ? " int8 " : " ") + path;
}

torch::jit::Module opened(const std::string& path, std::string_view blueprint,
                          const std::function<torch::jit::Module()>& load) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) throw Error(code::kFile, path + " is not a file");
  try {
    torch::jit::Module module = load();
    require_blueprint(module, blueprint, path);
    module.eval();
    return module;
  } catch (const c10::Error& error) {
    throw Error(code::kCorruptModel, path + " is not a whole TorchScript module; import the voice again",
                error.what_without_backtrace());
  }
}

}  // namespace

torch::jit::Module open_module(const std::string& path, std::string_view blueprint, c10::Device device) {
  return opened(path, blueprint, [&] {
    torch::jit::Module module = torch::jit::load(path);
    if (!device.is_cpu()) module.to(device, at::kFloat);
    return module;
  });
}

torch::jit::Module open_module(const std::string& path, std::string_view blueprint,
                               const std::shared_ptr<DeferredFile>& file) {
  return opened(path, blueprint, [&] { return torch::jit::load(file); });
}

torch::jit::Module& SharedModule::get() {
  std::lock_guard lock(mutex_);
  if (!module_) module_ = std::make_unique<torch::jit::Module>(open_module(path_, blueprint_, device_));
  return *module_;
}

void SharedModule::rest() {
  const std::lock_guard lock(mutex_);
  if (kept_) return;
  module_.reset();
  network_.reset();
}

bool SharedModules::has(const std::string& path, c10::Device device, Held held) {
  const std::lock_guard lock(mutex_);
  const auto found = modules_.find(key(path, device, held));
  return found != modules_.end() && !found->second.expired();
}

void SharedModules::rest() {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, known] : modules_) {
    if (const std::shared_ptr<SharedModule> module = known.lock()) module->rest();
  }
}

std::shared_ptr<SharedModule> SharedModules::at(const std::string& path, std::string_view blueprint, c10::Device device,
                                                Held held) {
  if (path.empty()) return nullptr;
  const std::lock_guard lock(mutex_);
  std::weak_ptr<SharedModule>& known = modules_[key(path, device, held)];
  std::shared_ptr<SharedModule> module = known.lock();
  if (!module) {
    module = std::make_shared<SharedModule>(path, blueprint, device, held);
    known = module;
  }
  if (module->blueprint() != blueprint) {
    throw Error(code::kWrongModel, path + " is used as a module of " + module->blueprint() + " and as one of " +
                                       std::string(blueprint) + ": import the voice again");
  }
  return module;
}

}  // namespace gsv::blueprint
