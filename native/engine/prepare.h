// Reference recordings -> a prepared reference, which sentences use again and again.
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "acoustic/acoustic.h"
#include "engine/api.h"

namespace gsv::engine {

struct Prepared final : Reference {
  std::vector<std::int32_t> semantic_tokens;  // of the first recording, 25 a second
  std::shared_ptr<const acoustic::Conditioning> conditioning;
};

// Throws ERR_GSV_REFERENCE_AUDIO and ERR_GSV_ABORTED; with what was kept, ERR_GSV_WRONG_TYPE when it is not whole.
ReferencePrepared prepare(const PrepareReferenceRequest& request, std::stop_token stop);

// The prepared reference behind an opaque one.
const Prepared& prepared(const std::shared_ptr<const Reference>& reference);

}  // namespace gsv::engine
