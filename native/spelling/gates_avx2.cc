// The gates for AVX2 + FMA.
#include "spelling/gates.h"

namespace gsv::spelling {
namespace {
#include "spelling/gates.inl.h"
}  // namespace

void gates_avx2(const float* input, const float* state, float* hidden, int units) {
  apply_gates(input, state, hidden, units);
}

}  // namespace gsv::spelling
