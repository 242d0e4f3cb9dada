// One sentence on its way: text features, semantic tokens, waveform. It is told what comes next; see scheduler.h.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "acoustic/acoustic.h"
#include "engine/api.h"
#include "engine/chunked_speech.h"
#include "engine/voice.h"
#include "semantic/generate.h"

namespace gsv::engine {

class Utterance {
 public:
  // `post` sends events before the last one.
  Utterance(SpeakRequest request, std::stop_token stop, std::function<void(Payload)> post);
  Utterance(const Utterance&) = delete;
  Utterance& operator=(const Utterance&) = delete;

  const std::shared_ptr<const Voice>& voice() const { return request_.voice; }
  bool is_cancelled() const { return stop_.stop_requested(); }

  // What it may come to hold while it decodes, bytes: keys and values of the longest that it may get.
  std::uint64_t most_bytes() const;

  // Takes a row of its voice's generator; the answer names it in its Result.
  // Throws ERR_GSV_ABORTED, ERR_GSV_MISSING_MODEL when Chinese comes without BERT, and what Generator::add throws.
  int enter(semantic::Generator& generator);
  void add_semantic_seconds(double seconds) { spoken_.semantic_seconds += seconds; }

  bool has_chunk() const { return chunks_ && chunks_->has_chunk(); }
  // Decodes and posts it. Throws ERR_GSV_ABORTED and ERR_GSV_NON_FINITE_AUDIO.
  void speak_chunk();

  // Takes what the generator made. False: the voice ended before it spoke, and may enter again.
  // Throws ERR_GSV_NO_SPEECH when it did so too often.
  bool accept(semantic::Result result);
  // What is left of it, once its tokens are accepted. Throws ERR_GSV_ABORTED and ERR_GSV_NON_FINITE_AUDIO.
  Spoken speak();

 private:
  void check() const;
  std::vector<float> features() const;

  SpeakRequest request_;
  std::stop_token stop_;
  std::function<void(Payload)> post_;
  const LoadedVoice& voice_;
  acoustic::SpeakInput input_;
  std::optional<ChunkedSpeech> chunks_;
  std::optional<std::vector<float>> features_;  // [bert width, phones] row-major, empty without any; until accepted
  Spoken spoken_;
};

}  // namespace gsv::engine
