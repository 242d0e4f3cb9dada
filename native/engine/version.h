// What each version is and needs: one row each. Everything else asks this table, so that a new version is a row here, a
// blueprint and an implementation of acoustic::Acoustic.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace gsv {

struct Version {
  std::string_view name;
  std::string_view symbols;  // the table of phones: "v1" or "v2"
  std::string_view s2;       // blueprint of the second stage; also chooses the implementation
  std::string_view speaker;  // blueprint of the speaker network that references need; empty: none
  std::string_view vocoder;  // blueprint of the network that turns mel into wave; empty: the second stage speaks itself
  std::string_view super_sampler;  // blueprint of the network that may raise its rate; empty: none
  int sample_rate;                 // of the speech, Hz
  int super_sample_rate;           // of the speech that was super-sampled, Hz; 0: none
  bool streams_tokens;             // speech can begin before a sentence's tokens are all there
  bool needs_prompt_text;          // a reference without a transcript is refused
};

inline constexpr auto kVersions = std::to_array<Version>({
    {"v1", "v1", "s2", "", "", "", 32000, 0, true, false},
    {"v2", "v2", "s2", "", "", "", 32000, 0, true, false},
    {"v2Pro", "v2", "s2_pro", "eres2net", "", "", 32000, 0, true, false},
    {"v2ProPlus", "v2", "s2_pro", "eres2net", "", "", 32000, 0, true, false},
    {"v3", "v2", "s2_v3", "", "bigvgan", "ap_bwe", 24000, 48000, false, true},
    {"v4", "v2", "s2_v3", "", "hifigan", "", 48000, 0, false, true},
});

// Null when there is no version of that name.
constexpr const Version* find_version(std::string_view name) {
  const auto* found =
      std::find_if(kVersions.begin(), kVersions.end(), [&](const Version& v) { return v.name == name; });
  return found == kVersions.end() ? nullptr : found;
}

}  // namespace gsv
