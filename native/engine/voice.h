// A loaded voice: the networks and the settings that go with them. Networks shared by several voices are loaded once.
#pragma once

#include <torch/script.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "acoustic/acoustic.h"
#include "engine/api.h"
#include "kernels/thread_pool.h"
#include "reference/reference.h"
#include "semantic/decoder.h"

namespace gsv::engine {

// A network that voices share; loaded at first need, freed with the last voice.
class SharedModule {
 public:
  SharedModule(std::string path, c10::Device device) : path_(std::move(path)), device_(device) {}
  torch::jit::Module& get();

 private:
  std::string path_;
  c10::Device device_;
  std::mutex mutex_;
  std::unique_ptr<torch::jit::Module> module_;
};

struct LoadedVoice final : Voice {
  std::string version;
  reference::Format format;
  int threads = 0;
  c10::Device device{c10::kCPU};
  std::unique_ptr<semantic::Decoder> decoder;
  std::unique_ptr<acoustic::Acoustic> acoustic;
  std::shared_ptr<SharedModule> hubert;
  std::shared_ptr<SharedModule> bert;  // null: none was given
};

class VoiceLoader {
 public:
  VoiceLoaded load(const LoadVoiceRequest& request);

 private:
  std::shared_ptr<SharedModule> shared(const std::string& path, c10::Device device);

  std::map<std::string, std::weak_ptr<SharedModule>> modules_;  // by path and device
};

// Opens a filled module. Throws ERR_GSV_CORRUPT_MODEL naming the file.
torch::jit::Module open_module(const std::string& path);

// The loaded voice behind an opaque one.
const LoadedVoice& loaded(const std::shared_ptr<const Voice>& voice);

}  // namespace gsv::engine
