// The bodies that dispatch.cc chooses from. The x86 ones exist when GSV_KERNELS_X86 is defined.
#pragma once

#include "kernels/kernels.h"
#include "kernels/winograd.h"

namespace gsv::kernels {

const Kernels& portable_body();
const Kernels& avx2_body();
const Kernels& avx512_body();

}  // namespace gsv::kernels
