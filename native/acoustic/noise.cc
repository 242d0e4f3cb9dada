#include "acoustic/noise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "kernels/philox.h"

namespace gsv::acoustic {
namespace {

// Tells these draws from the sampler's, which share the seed.
constexpr std::uint64_t kPurpose = 0x6163'6F75'7374'6963;
constexpr std::int64_t kDrawn = 4;  // values at a time

struct Stream {
  std::uint64_t seed;
  std::uint32_t sentence, chunk;
};

// (0, 1]: the logarithm below must be finite.
double unit(std::uint32_t word) { return (static_cast<double>(word) + 1.0) * 0x1p-32; }

// Values 4 * block to 4 * block + 3 of the stream.
std::array<float, kDrawn> draw(const Stream& stream, std::int64_t block) {
  const auto words = kernels::philox(
      {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32), stream.sentence, stream.chunk},
      stream.seed ^ kPurpose);
  std::array<float, kDrawn> out{};
  for (std::size_t i = 0; i < out.size(); i += 2) {  // Box-Muller
    const double radius = std::sqrt(-2.0 * std::log(unit(words[i])));
    const double angle = 2.0 * std::numbers::pi * unit(words[i + 1]);
    out[i] = static_cast<float>(radius * std::cos(angle));
    out[i + 1] = static_cast<float>(radius * std::sin(angle));
  }
  return out;
}

// The values of the stream from `first` on, in the order of `out`'s memory.
void fill(const Stream& stream, std::int64_t first, at::Tensor& out) {
  float* data = out.mutable_data_ptr<float>();
  const std::int64_t end = first + out.numel();
  for (std::int64_t block = first / kDrawn; block * kDrawn < end; ++block) {
    const std::array<float, kDrawn> values = draw(stream, block);
    const std::int64_t from = std::max(first, block * kDrawn), to = std::min(end, (block + 1) * kDrawn);
    std::copy_n(values.begin() + (from - block * kDrawn), to - from, data + (from - first));
  }
}

}  // namespace

at::Tensor normal_noise(c10::IntArrayRef shape, std::uint64_t seed, std::uint32_t sentence, std::uint32_t chunk) {
  at::Tensor out = at::empty(shape, at::kFloat);
  fill({seed, sentence, chunk}, 0, out);
  return out;
}

at::Tensor frame_noise(std::int64_t channels, std::int64_t first, std::int64_t frames, std::uint64_t seed,
                       std::uint32_t sentence) {
  at::Tensor out = at::empty({frames, channels}, at::kFloat);
  fill({seed, sentence, 0}, first * channels, out);
  return out.t().unsqueeze(0);
}

}  // namespace gsv::acoustic
