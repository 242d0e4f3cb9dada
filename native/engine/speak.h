// One sentence: text features, semantic tokens, waveform.
#pragma once

#include <functional>
#include <stop_token>

#include "engine/api.h"

namespace gsv::engine {

// Throws ERR_GSV_NO_SPEECH when the voice ends at once however often it is sampled, ERR_GSV_NON_FINITE_AUDIO,
// ERR_GSV_MISSING_MODEL when Chinese comes without BERT, ERR_GSV_ABORTED.
Spoken speak(const SpeakRequest& request, std::stop_token stop, const std::function<void(Payload)>& post);

}  // namespace gsv::engine
