#include "acoustic/flow_sampler.h"

namespace gsv::acoustic {

at::Tensor sample_flow(const DiT& net, const FlowInput& input, const std::stop_token& stop) {
  const std::int64_t length = input.prompt.size(1);
  at::Tensor x = input.noise.clone();
  x.narrow(1, 0, length).zero_();
  at::Tensor given = at::zeros_like(x);
  given.narrow(1, 0, length).copy_(input.prompt);
  const at::Tensor text = net.condition(input.mu, stop);
  const bool guided = input.guidance > 0;
  const at::Tensor free = guided ? net.condition(at::zeros_like(input.mu), stop) : at::Tensor();
  const auto schedule = net.schedule(input.steps);
  at::Tensor painted = x.narrow(1, length, x.size(1) - length);
  for (std::int64_t i = 0; i < input.steps; ++i) {
    at::Tensor velocity = net.velocity(x, given, text, *schedule, i, length, stop);
    if (guided) {
      const at::Tensor without = net.velocity(x, at::zeros_like(x), free, *schedule, i, length, stop);
      velocity = velocity + input.guidance * (velocity - without);
    }
    painted.add_(velocity, 1.0 / static_cast<double>(input.steps));
  }
  return painted;
}

}  // namespace gsv::acoustic
