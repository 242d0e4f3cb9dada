// One stage alone on given tensors: what the parity tests call.
#pragma once

#include <stop_token>

#include "engine/api.h"

namespace gsv::engine {

// Stages and their tensors are listed in probe.cc. Throws ERR_GSV_OUT_OF_RANGE for an unknown stage, ERR_GSV_WRONG_TYPE
// for a missing tensor.
TensorMap probe(const ProbeRequest& request, std::stop_token stop);

}  // namespace gsv::engine
