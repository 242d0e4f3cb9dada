#include "acoustic/noise.h"

#include <cmath>
#include <numbers>

#include "kernels/philox.h"

namespace gsv::acoustic {
namespace {

// Tells these draws from the sampler's, which share the seed.
constexpr std::uint64_t kPurpose = 0x6163'6F75'7374'6963;

// (0, 1]: the logarithm below must be finite.
double unit(std::uint32_t word) { return (static_cast<double>(word) + 1.0) * 0x1p-32; }

}  // namespace

at::Tensor normal_noise(c10::IntArrayRef shape, std::uint64_t seed, std::uint32_t sentence, std::uint32_t chunk) {
  at::Tensor out = at::empty(shape, at::kFloat);
  float* data = out.mutable_data_ptr<float>();
  const std::int64_t count = out.numel();
  for (std::int64_t i = 0; i < count; i += 4) {
    const auto words = kernels::philox(
        {static_cast<std::uint32_t>(i / 4), static_cast<std::uint32_t>(i >> 34), sentence, chunk}, seed ^ kPurpose);
    for (std::int64_t pair = 0; pair < 2 && i + 2 * pair < count; ++pair) {  // Box-Muller
      const double radius = std::sqrt(-2.0 * std::log(unit(words[2 * pair])));
      const double angle = 2.0 * std::numbers::pi * unit(words[2 * pair + 1]);
      data[i + 2 * pair] = static_cast<float>(radius * std::cos(angle));
      if (i + 2 * pair + 1 < count) data[i + 2 * pair + 1] = static_cast<float>(radius * std::sin(angle));
    }
  }
  return out;
}

}  // namespace gsv::acoustic
