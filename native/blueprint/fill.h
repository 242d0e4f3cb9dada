// Checkpoint tensors + a weightless TorchScript blueprint -> a module that this engine and Python's torch.jit.load
// open; HuBERT and BERT may be in half precision, which Python needs `.float()` for.
#pragma once

#include <stop_token>

#include "engine/api.h"

namespace gsv::blueprint {

// Writes request.output through a temporary file in the same folder. Throws ERR_GSV_MODEL_MISMATCH naming missing,
// extra or misshapen tensors (the file's shape first, then the needed one), ERR_GSV_FILE when it cannot be written.
Filled fill(const FillRequest& request, std::stop_token stop);

}  // namespace gsv::blueprint
