#include "engine/device.h"

#include <ATen/Context.h>

#include "error.h"

namespace gsv::engine {

c10::Device device_of(const std::string& name) {
  const c10::Device device(name);
  if (device.is_cpu()) return device;
#ifdef GSV_CUDA
  if (!at::globalContext().hasCUDA()) {
    throw Error(code::kNativeLibrary, "device is " + name + ", but LibTorch sees no CUDA device; use 'cpu'");
  }
  return c10::Device(c10::kCUDA, device.has_index() ? device.index() : c10::DeviceIndex{0});
#else
  throw Error(code::kNativeLibrary,
              "device is " + name +
                  ", but the engine was built with a CPU LibTorch; set LIBTORCH to a CUDA one and "
                  "run `npm rebuild gpt-sovits`");
#endif
}

}  // namespace gsv::engine
