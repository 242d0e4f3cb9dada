// A loaded voice: the networks and the settings that go with them. Networks shared by several voices are loaded once.
#pragma once

#include <torch/script.h>

#include <memory>
#include <vector>

#include "acoustic/acoustic.h"
#include "acoustic/super_sampler.h"
#include "blueprint/module.h"
#include "engine/api.h"
#include "engine/memory.h"
#include "engine/version.h"
#include "kernels/thread_pool.h"
#include "reference/reference.h"
#include "semantic/decoder.h"
#include "text_features/text_features.h"

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
  std::shared_ptr<blueprint::SharedModule> bert;          // null: none was given
  std::shared_ptr<acoustic::SuperSampler> super_sampler;  // likewise
  // Of references, whose BERT features every sentence needs anew. Of the compute thread.
  std::unique_ptr<text_features::FeatureMemory> transcripts = std::make_unique<text_features::FeatureMemory>();
  std::shared_ptr<Memory> memory;  // of all voices
  std::uint64_t max_memory = 0;    // bytes; 0: no limit
};

class VoiceLoader {
 public:
  // Throws ERR_GSV_INSUFFICIENT_MEMORY before it loads anything.
  VoiceLoaded load(const LoadVoiceRequest& request);
  // Frees shared networks that no voice wants kept; nothing runs meanwhile.
  void rest() { shared_.rest(); }

 private:
  std::shared_ptr<blueprint::SharedModule> share(const std::string& path, std::string_view blueprint,
                                                 c10::Device device, bool keep,
                                                 blueprint::Held held = blueprint::Held::kAsStored);
  std::uint64_t shared_bytes_needed(const LoadVoiceRequest& request, c10::Device device);

  blueprint::SharedModules shared_;
  std::shared_ptr<Memory> memory_ = std::make_shared<Memory>();
};

// The loaded voice behind an opaque one.
const LoadedVoice& loaded(const std::shared_ptr<const Voice>& voice);

// torch's pool belongs to the calling thread: what runs a voice there says so first.
void use_threads(const LoadedVoice& voice);

}  // namespace gsv::engine
