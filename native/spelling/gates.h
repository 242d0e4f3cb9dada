// The gates of a recurrent unit, chosen at run time.
#pragma once

namespace gsv::spelling {

// hidden [units] becomes the next state. input and state are [3 * units]: reset, update and candidate.
using GatesFn = void (*)(const float* input, const float* state, float* hidden, int units);

GatesFn choose_gates();

void gates_avx2(const float* input, const float* state, float* hidden, int units);

}  // namespace gsv::spelling
