// Speech of a low rate -> of a high one, with the overtones that the low rate cannot hold.
#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "acoustic/ap_bwe.h"

namespace gsv::acoustic {

// The network is loaded at first need: most sentences ask for none.
class SuperSampler {
 public:
  // path: of a filled module of `blueprint`. rate: that of its speech, Hz.
  SuperSampler(std::string path, std::string_view blueprint, int rate, c10::Device device)
      : path_(std::move(path)), blueprint_(blueprint), rate_(rate), device_(device) {}

  int sample_rate() const { return rate_; }  // of what it gives

  // Samples at `rate`, in -1..1 -> at sample_rate(), peaks not limited; less than a step of the spectrum (some
  // milliseconds) may be missing at the end. Throws ERR_GSV_ABORTED, and what opening a module throws.
  std::vector<float> operator()(std::span<const float> samples, int rate, const std::stop_token& stop);

  const ApBwe& network();  // for parity tests

 private:
  std::string path_, blueprint_;
  int rate_;
  c10::Device device_;
  std::mutex mutex_;
  std::unique_ptr<const ApBwe> network_;
};

}  // namespace gsv::acoustic
