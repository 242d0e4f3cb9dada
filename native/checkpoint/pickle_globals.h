// The names that a checkpoint may use, and the one thing each means here.
#pragma once

#include <cstdint>
#include <string_view>

#include "checkpoint/checkpoint.h"

namespace gsv::checkpoint {

enum class Meaning : std::uint8_t {
  kDict,         // REDUCE gives an empty dict, or one of given pairs
  kDefaultDict,  // the same; its factory is dropped
  kFactory,      // only ever the factory of a defaultdict
  kTensor,
  kParameter,  // the tensor it wraps
  kObject,     // NEWOBJ, then BUILD from a dict of attributes
  kSize,       // the tuple it wraps
  kDevice,     // the string or tuple it wraps
  kStorage,    // names the type of a storage, is never called
};

struct Global {
  std::string_view module, name;
  Meaning meaning;
  DType dtype = DType::kF32;  // of kStorage
};

// Index into the list; ERR_GSV_UNSAFE_CHECKPOINT naming `module name` when it is not there.
std::size_t find_global(std::string_view module, std::string_view name);
const Global& global(std::size_t index);

}  // namespace gsv::checkpoint
