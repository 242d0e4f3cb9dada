#pragma once

#include "engine/api.h"

namespace gsv::engine {

// The failure that the exception in flight stands for: gsv::Error as it is, c10 errors by their first line.
Failed current_failure() noexcept;

}  // namespace gsv::engine
