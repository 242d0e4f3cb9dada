// The bodies that dispatch.cc chooses from. Those of x86 exist when GSV_KERNELS_X86 is defined, NEON with
// GSV_KERNELS_ARM.
#pragma once

#include "kernels/kernels.h"
#include "kernels/winograd.h"

namespace gsv::kernels {

const Kernels& portable_body();
const Kernels& avx2_body();
const Kernels& avx512_body();
const Kernels& neon_body();

}  // namespace gsv::kernels
