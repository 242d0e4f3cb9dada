// The s1 decoder on a TorchScript module, for devices that the kernels do not serve. Part of the engine library: the
// only thing of this room that knows torch.
#pragma once

#include <torch/script.h>

#include <memory>

#include "semantic/decoder.h"

namespace gsv::semantic {

// How a step after the prompt is made: by the module, or with shapes that stay the same, which CUDA records once a
// sentence and then starts with one call instead of some hundred.
enum class Steps { kOfModule, kFixed };

// Moves the module's weights to the device in the given type (half on CUDA, float on a CPU) and keeps the KV cache
// there, allocated once a sentence. Rows of a batch run one after another.
std::unique_ptr<Decoder> make_torch_decoder(torch::jit::Module module, const S1Config& config, at::Device device,
                                            at::ScalarType type, Steps steps);

}  // namespace gsv::semantic
