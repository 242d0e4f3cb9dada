// The s1 decoder on a TorchScript module, for devices that the kernels do not serve. Part of the engine library: the
// only thing of this room that knows torch.
#pragma once

#include <torch/script.h>

#include <memory>

#include "semantic/decoder.h"

namespace gsv::semantic {

// Moves the module's weights to the device in the given type (half on CUDA, float on a CPU) and keeps the KV cache
// there, allocated once a sentence. Rows of a batch run one after another.
std::unique_ptr<Decoder> make_torch_decoder(torch::jit::Module module, const S1Config& config, at::Device device,
                                            at::ScalarType type);

}  // namespace gsv::semantic
