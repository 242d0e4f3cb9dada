#pragma once

#include <stop_token>

#include "error.h"

namespace gsv::acoustic {

inline void check(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Error(code::kAborted, "the call was cancelled");
}

}  // namespace gsv::acoustic
