#include "spelling/gates.h"

#include <string_view>

#include "kernels/kernels.h"

namespace gsv::spelling {
namespace {

#include "spelling/gates.inl.h"

void gates_portable(const float* input, const float* state, float* hidden, int units) {
  apply_gates(input, state, hidden, units);
}

}  // namespace

GatesFn choose_gates() {
#ifdef GSV_SPELLING_X86
  const std::string_view body = kernels::detect().name;
  if (body == "avx2" || body == "avx512") return gates_avx2;
#endif
  return gates_portable;
}

}  // namespace gsv::spelling
