#pragma once

#include <cstddef>
#include <span>

#include "checkpoint/checkpoint.h"

namespace gsv::checkpoint {

// `in` holds out.size() numbers of a floating type; it need not be aligned.
void to_f32(DType dtype, const std::byte* in, std::span<float> out);

// The plain twin of the F16C body, also used where the processor lacks it.
void f16_to_f32_portable(const std::byte* in, std::span<float> out);

}  // namespace gsv::checkpoint
