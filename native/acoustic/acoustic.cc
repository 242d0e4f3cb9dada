#include "acoustic/acoustic.h"

#include <algorithm>
#include <string>
#include <utility>

#include "acoustic/flow_matching.h"
#include "acoustic/pro.h"
#include "acoustic/synthesizer.h"
#include "error.h"

namespace gsv::acoustic {
namespace {

struct Implementation {
  std::string_view s2;  // blueprint
  std::unique_ptr<Acoustic> (*make)(const Version& version, Parts parts);
};

constexpr auto kImplementations = std::to_array<Implementation>({
    {"s2",
     [](const Version&, Parts parts) -> std::unique_ptr<Acoustic> {
       return std::make_unique<Synthesizer>(std::move(parts));
     }},
    {"s2_pro",
     [](const Version&, Parts parts) -> std::unique_ptr<Acoustic> {
       return std::make_unique<ProSynthesizer>(std::move(parts));
     }},
    {"s2_v3",
     [](const Version& version, Parts parts) -> std::unique_ptr<Acoustic> {
       return std::make_unique<FlowMatching>(version, std::move(parts));
     }},
});

void require(bool given, std::string_view blueprint, const Version& version, const char* what) {
  if (given || blueprint.empty()) return;
  throw Error(code::kMissingModel, "a " + std::string(version.name) + " voice needs " + what);
}

}  // namespace

std::unique_ptr<Acoustic> make_acoustic(const Version& version, Parts parts) {
  require(parts.speaker != nullptr, version.speaker, version, "`speaker`, the speaker model (ERes2NetV2)");
  require(parts.vocoder != nullptr, version.vocoder, version, "`vocoder`, which turns its mel spectrogram into sound");
  for (const Implementation& implementation : kImplementations) {
    if (implementation.s2 == version.s2) return implementation.make(version, std::move(parts));
  }
  throw Error(code::kUnsupportedConfig, std::string(version.name) + " voices are not spoken by this release");
}

void check_tensors(std::span<const at::Tensor> tensors, std::initializer_list<std::int64_t> dimensions) {
  const bool fit = std::equal(tensors.begin(), tensors.end(), dimensions.begin(), dimensions.end(),
                              [](const at::Tensor& tensor, std::int64_t count) {
                                return tensor.dim() == count && tensor.scalar_type() == at::kFloat;
                              });
  if (!fit) throw Error(code::kWrongType, "what was kept of the reference is not of this version");
}

at::Tensor long_row(std::span<const std::int32_t> values) {
  const std::vector<std::int64_t> wide(values.begin(), values.end());
  return at::tensor(wide, at::kLong).unsqueeze(0);
}

}  // namespace gsv::acoustic
