#include "acoustic/vocoder.h"

#include <functional>
#include <numeric>
#include <string>
#include <utility>

#include "acoustic/bigvgan.h"
#include "acoustic/generator.h"
#include "error.h"

namespace gsv::acoustic {
namespace {

std::int64_t product_of_rates(const torch::jit::Module& module) {
  const std::vector<std::int64_t> rates = module.attr("upsample_rates").toIntVector();
  return std::accumulate(rates.begin(), rates.end(), std::int64_t{1}, std::multiplies<>());
}

class HifiGanVocoder final : public Vocoder {
 public:
  HifiGanVocoder(const torch::jit::Module& module, std::shared_ptr<kernels::ThreadPool> pool)
      : generator_(module, module, std::move(pool)), samples_(product_of_rates(module)) {}

  at::Tensor operator()(const at::Tensor& mel, std::stop_token stop) const override {
    return generator_(mel.t().unsqueeze(0), at::Tensor(), std::move(stop));
  }
  std::int64_t samples_per_frame() const override { return samples_; }

 private:
  Generator generator_;
  std::int64_t samples_;
};

class BigVganVocoder final : public Vocoder {
 public:
  BigVganVocoder(const torch::jit::Module& module, kernels::ThreadPool& pool)
      : network_(module, pool), samples_(product_of_rates(module)) {}

  at::Tensor operator()(const at::Tensor& mel, std::stop_token stop) const override {
    return network_(mel.t().unsqueeze(0), stop);
  }
  std::int64_t samples_per_frame() const override { return samples_; }

 private:
  BigVgan network_;
  std::int64_t samples_;
};

}  // namespace

std::unique_ptr<Vocoder> make_vocoder(std::string_view blueprint, const torch::jit::Module& module,
                                      std::shared_ptr<kernels::ThreadPool> pool) {
  if (blueprint == "hifigan") return std::make_unique<HifiGanVocoder>(module, std::move(pool));
  if (blueprint == "bigvgan") return std::make_unique<BigVganVocoder>(module, *pool);
  throw Error(code::kInternal, "there is no vocoder named " + std::string(blueprint));
}

}  // namespace gsv::acoustic
