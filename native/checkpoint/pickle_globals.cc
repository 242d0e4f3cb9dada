#include "checkpoint/pickle_globals.h"

#include <array>

#include "checkpoint/corrupt.h"

namespace gsv::checkpoint {
namespace {

constexpr auto kGlobals = std::to_array<Global>({
    {"collections", "OrderedDict", Meaning::kDict},
    {"collections", "defaultdict", Meaning::kDefaultDict},
    {"__builtin__", "dict", Meaning::kFactory},
    {"builtins", "dict", Meaning::kFactory},
    {"torch._utils", "_rebuild_tensor_v2", Meaning::kTensor},
    {"torch._utils", "_rebuild_parameter", Meaning::kParameter},
    {"utils", "HParams", Meaning::kObject},
    {"torch", "Size", Meaning::kSize},
    {"torch", "device", Meaning::kDevice},
    {"torch", "FloatStorage", Meaning::kStorage, DType::kF32},
    {"torch", "HalfStorage", Meaning::kStorage, DType::kF16},
    {"torch", "BFloat16Storage", Meaning::kStorage, DType::kBF16},
    {"torch", "DoubleStorage", Meaning::kStorage, DType::kF64},
    {"torch", "LongStorage", Meaning::kStorage, DType::kI64},
    {"torch", "IntStorage", Meaning::kStorage, DType::kI32},
    {"torch", "ShortStorage", Meaning::kStorage, DType::kI16},
    {"torch", "CharStorage", Meaning::kStorage, DType::kI8},
    {"torch", "ByteStorage", Meaning::kStorage, DType::kU8},
    {"torch", "BoolStorage", Meaning::kStorage, DType::kBool},
});

}  // namespace

std::size_t find_global(std::string_view module, std::string_view name) {
  for (std::size_t i = 0; i < kGlobals.size(); ++i) {
    if (kGlobals[i].module == module && kGlobals[i].name == name) return i;
  }
  throw Error(code::kUnsafeCheckpoint, "asks for `" + printable(module) + " " + printable(name) +
                                           "`, which no GPT-SoVITS model needs; nothing of it was run. "
                                           "Do not open this file with torch.load either");
}

const Global& global(std::size_t index) { return kGlobals.at(index); }

}  // namespace gsv::checkpoint
