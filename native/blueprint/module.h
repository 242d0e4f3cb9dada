// Filled modules on disk -> loaded ones. A network that voices share is loaded once.
#pragma once

#include <torch/script.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "blueprint/deferred_file.h"

namespace gsv::blueprint {

// How a network on own kernels holds the weights of its linear maps.
enum class Held { kAsStored, kInt8 };

// Opens a filled module of a blueprint and moves it to a device, where torch runs it in single precision. Throws
// ERR_GSV_FILE, or, naming the file, ERR_GSV_CORRUPT_MODEL or ERR_GSV_WRONG_MODEL: it is the module of another
// blueprint.
torch::jit::Module open_module(const std::string& path, std::string_view blueprint, c10::Device device);
// Of a file at that path that leaves tensors out.
torch::jit::Module open_module(const std::string& path, std::string_view blueprint,
                               const std::shared_ptr<DeferredFile>& file);

// A network that voices share; loaded at first need, freed with the last voice.
class SharedModule {
 public:
  SharedModule(std::string path, std::string_view blueprint, c10::Device device, Held held)
      : path_(std::move(path)), blueprint_(blueprint), device_(device), held_(held) {}
  torch::jit::Module& get();
  // The network that is made from the file, at first need. One type of network a module.
  template <class Network>
  Network& as() {
    std::lock_guard lock(mutex_);
    if (!network_) network_ = std::make_shared<Network>(path_, device_, held_);
    return *static_cast<Network*>(network_.get());
  }
  // Frees it until it is needed again, unless a voice wants it kept. Nobody uses it meanwhile.
  void rest();
  void keep() { kept_ = true; }
  c10::Device device() const { return device_; }
  const std::string& blueprint() const { return blueprint_; }

 private:
  std::string path_, blueprint_;
  c10::Device device_;
  Held held_;
  std::mutex mutex_;
  std::unique_ptr<torch::jit::Module> module_;
  std::shared_ptr<void> network_;
  std::atomic<bool> kept_{false};
};

// One SharedModule for each path, device and way to hold its weights that is in use.
class SharedModules {
 public:
  // Null for an empty path. Throws ERR_GSV_WRONG_MODEL: another voice uses the file as one of another blueprint.
  std::shared_ptr<SharedModule> at(const std::string& path, std::string_view blueprint, c10::Device device, Held held);
  bool has(const std::string& path, c10::Device device, Held held);  // a voice uses it already
  void rest();                                                       // all of them

 private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<SharedModule>> modules_;
};

}  // namespace gsv::blueprint
