#include "acoustic/super_sampler.h"

#include "acoustic/stop.h"
#include "blueprint/module.h"
#include "signal/signal.h"

namespace gsv::acoustic {

const ApBwe& SuperSampler::network() {
  std::lock_guard lock(mutex_);
  // Not shared with other voices: the network takes the module's weights for its own.
  if (!network_) network_ = std::make_unique<ApBwe>(blueprint::open_module(path_, blueprint_, device_));
  return *network_;
}

std::vector<float> SuperSampler::operator()(std::span<const float> samples, int rate, const std::stop_token& stop) {
  if (samples.empty()) return {};
  const ApBwe& extend = network();
  check(stop);
  const std::vector<float> stretched = signal::resample_sinc_hann(samples, rate, rate_);
  const at::Tensor wave = extend(at::tensor(stretched).to(device_), stop).cpu().contiguous();
  const float* data = wave.const_data_ptr<float>();
  return {data, data + wave.numel()};
}

}  // namespace gsv::acoustic
