// A loaded voice: the networks and the settings that go with them. Networks shared by several voices are loaded once.
#pragma once

#include <torch/script.h>

#include <memory>
#include <vector>

#include "acoustic/acoustic.h"
#include "blueprint/module.h"
#include "engine/api.h"
#include "engine/version.h"
#include "kernels/thread_pool.h"
#include "reference/reference.h"
#include "semantic/decoder.h"

namespace gsv::engine {

struct LoadedVoice final : Voice {
  const Version* version = nullptr;  // never null once loaded
  reference::Format format;
  int threads = 0;
  c10::Device device{c10::kCPU};
  std::unique_ptr<semantic::Decoder> decoder;
  std::vector<float> quietness;  // of each semantic token, see chunker.h
  std::unique_ptr<acoustic::Acoustic> acoustic;
  std::shared_ptr<blueprint::SharedModule> hubert;
  std::shared_ptr<blueprint::SharedModule> bert;  // null: none was given
};

class VoiceLoader {
 public:
  VoiceLoaded load(const LoadVoiceRequest& request);

 private:
  blueprint::SharedModules shared_;
};

// The loaded voice behind an opaque one.
const LoadedVoice& loaded(const std::shared_ptr<const Voice>& voice);

// torch's pool belongs to the calling thread: what runs a voice there says so first.
void use_threads(const LoadedVoice& voice);

}  // namespace gsv::engine
