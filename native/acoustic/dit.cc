#include "acoustic/dit.h"

#include <cmath>
#include <string>

#include "acoustic/attention.h"
#include "acoustic/stop.h"

namespace gsv::acoustic {
namespace {

constexpr std::int64_t kHeadWidth = 64;  // no config field sets it
constexpr std::int64_t kLastPosition = 4095;
constexpr double kEps = 1e-6;

torch::jit::Module part(const torch::jit::Module& module, const std::string& path) {
  const auto dot = path.find('.');
  const torch::jit::Module child = module.attr(path.substr(0, dot)).toModule();
  return dot == std::string::npos ? child : part(child, path.substr(dot + 1));
}

at::Tensor tensor(const torch::jit::Module& module, const std::string& name) { return module.attr(name).toTensor(); }

std::string numbered(const char* list, std::int64_t index) { return std::string(list) + "." + std::to_string(index); }

at::Tensor same_length(const at::Tensor& x, const at::Tensor& kernel, const at::Tensor& bias) {  // [B, C, T]
  const std::int64_t padding = (kernel.size(2) - 1) / 2;
  return at::conv1d(x, kernel, bias, 1, padding, 1, x.size(1) / kernel.size(1));
}

// Cosines before sines: [T, width].
at::Tensor positions(std::int64_t frames, std::int64_t width, const at::TensorOptions& options) {
  const at::Tensor rates = 1 / at::pow(10000, at::arange(0, width, 2, options) / width);
  const at::Tensor angles = at::outer(at::arange(frames, options).clamp_max_(kLastPosition), rates);
  return at::cat({angles.cos(), angles.sin()}, 1);
}

// Turns pairs of the first channels, in place. The heads are split after it, so head 0 alone is turned.
void turn(at::Tensor x, const at::Tensor& angles) {  // [B, T, C], [T, pairs]
  using at::indexing::Slice;
  const std::int64_t turned = 2 * angles.size(1);
  at::Tensor even = x.index({Slice(), Slice(), Slice(0, turned, 2)});
  at::Tensor odd = x.index({Slice(), Slice(), Slice(1, turned, 2)});
  const at::Tensor cos = angles.cos(), sin = angles.sin();
  const at::Tensor new_even = even * cos - odd * sin;
  odd.copy_(odd * cos + even * sin);
  even.copy_(new_even);
}

// Scale and shift are the same for all frames, so they are the affine part of the norm.
at::Tensor modulate(const at::Tensor& x, const at::Tensor& shift, const at::Tensor& scale) {
  return at::layer_norm(x, {x.size(2)}, scale + 1, shift, kEps);
}

}  // namespace

DiT::DiT(const torch::jit::Module& estimator, std::int64_t depth, std::int64_t text_depth, Arithmetic arithmetic) {
  const auto scalar = [&](const char* name) {
    const torch::jit::Module mlp = part(estimator, std::string(name) + ".time_mlp");
    const std::int64_t waves = tensor(part(mlp, "0"), "weight").size(1);
    return ScalarEmbedding{Linear(part(mlp, "0")), Linear(part(mlp, "2")), waves};
  };
  const torch::jit::Module output = part(estimator, "proj_out");
  mels_ = tensor(output, "weight").size(0);
  dim_ = tensor(output, "weight").size(1);
  inner_ = tensor(part(estimator, "transformer_blocks.0.attn.to_q"), "weight").size(0);
  output_ = Linear(output);
  time_ = scalar("time_embed");
  step_ = scalar("d_embed");
  for (std::int64_t i = 0; i < text_depth; ++i) {
    const torch::jit::Module block = part(estimator, numbered("text_embed.text_blocks", i));
    const torch::jit::Module conv = part(block, "dwconv"), norm = part(block, "norm"), grn = part(block, "grn");
    text_blocks_.push_back({tensor(conv, "weight"), tensor(conv, "bias"), tensor(norm, "weight"), tensor(norm, "bias"),
                            tensor(grn, "gamma"), tensor(grn, "beta"), Linear(part(block, "pwconv1")),
                            Linear(part(block, "pwconv2"))});
  }
  input_ = Linear(part(estimator, "input_embed.proj"));
  const torch::jit::Module convs = part(estimator, "input_embed.conv_pos_embed.conv1d");
  position_kernel_1_ = tensor(part(convs, "0"), "weight");
  position_bias_1_ = tensor(part(convs, "0"), "bias");
  position_kernel_2_ = tensor(part(convs, "2"), "weight");
  position_bias_2_ = tensor(part(convs, "2"), "bias");
  rotation_ = tensor(part(estimator, "rotary_embed"), "inv_freq");
  for (std::int64_t i = 0; i < depth; ++i) {
    const torch::jit::Module block = part(estimator, numbered("transformer_blocks", i));
    const torch::jit::Module attention = part(block, "attn"), feed_forward = part(block, "ff.ff");
    blocks_.push_back({Linear(part(block, "attn_norm.linear")),
                       Linear({part(attention, "to_q"), part(attention, "to_k"), part(attention, "to_v")}, arithmetic),
                       Linear(part(attention, "to_out.0"), arithmetic), Linear(part(feed_forward, "0.0"), arithmetic),
                       Linear(part(feed_forward, "2"), arithmetic)});
  }
  last_modulation_ = Linear(part(estimator, "norm_out.linear"));
}

at::Tensor DiT::ScalarEmbedding::operator()(const at::Tensor& values) const {
  const std::int64_t half = waves / 2;
  const at::Tensor rates = at::exp(at::arange(half, values.options()) * (-std::log(10000.0) / (half - 1)));
  const at::Tensor angles = 1000 * values.unsqueeze(1) * rates;
  return last(at::silu(first(at::cat({angles.sin(), angles.cos()}, 1))));
}

at::Tensor DiT::condition(const at::Tensor& mu, const std::stop_token& stop) const {
  at::Tensor x = mu + positions(mu.size(1), mu.size(2), mu.options());
  for (const TextBlock& block : text_blocks_) {
    check(stop);
    at::Tensor y = same_length(x.transpose(1, 2), block.kernel, block.kernel_bias).transpose(1, 2);
    y = at::layer_norm(y, {y.size(2)}, block.norm, block.norm_bias, kEps);
    y = at::gelu(block.widen(y));
    const at::Tensor energy = at::norm(y, 2, {1}, /*keepdim=*/true);
    const at::Tensor share = energy / (energy.mean(2, /*keepdim=*/true) + 1e-6);
    y = block.gamma * (y * share) + block.beta + y;
    x = x + block.narrow(y);
  }
  return x;
}

std::shared_ptr<const DiT::Schedule> DiT::schedule(std::int64_t steps) const {
  std::lock_guard lock(mutex_);
  std::shared_ptr<const Schedule>& known = schedules_[steps];
  if (known) return known;
  std::vector<float> times;
  double time = 0;  // summed in double, as upstream's
  const double step = 1.0 / static_cast<double>(steps);
  for (std::int64_t i = 0; i < steps; ++i, time += step) times.push_back(static_cast<float>(time));
  const at::Tensor t = at::tensor(times).to(rotation_.device());
  const at::Tensor c = at::silu(time_(t) + step_(at::full_like(t, step)));
  auto made = std::make_shared<Schedule>();
  for (const Block& block : blocks_) made->blocks.push_back(block.modulation(c));
  made->last = last_modulation_(c);
  known = made;
  return known;
}

at::Tensor DiT::embed_input(const at::Tensor& x, const at::Tensor& prompt, const at::Tensor& text,
                            const std::stop_token& stop) const {
  at::Tensor y = input_(at::cat({x, prompt, text}, 2));
  check(stop);
  at::Tensor z = at::mish(same_length(y.transpose(1, 2), position_kernel_1_, position_bias_1_));
  check(stop);
  z = at::mish(same_length(z, position_kernel_2_, position_bias_2_));
  return y.add_(z.transpose(1, 2));
}

at::Tensor DiT::attend(const Block& block, const at::Tensor& x, const at::Tensor& angles, std::int64_t first,
                       const std::stop_token& stop) const {
  const std::int64_t batch = x.size(0), frames = x.size(1), wanted = frames - first;
  const at::Tensor all = block.qkv(x);  // [B, T, 3 * inner]
  check(stop);
  turn(all.narrow(2, 0, inner_), angles);
  turn(all.narrow(2, inner_, inner_), angles);
  const std::int64_t heads = inner_ / kHeadWidth;
  at::Tensor y;
  if (all.is_cpu()) {
    y = attend_on_cpu(all, heads, first);
  } else {
    const at::Tensor parts = all.view({batch, frames, 3, heads, kHeadWidth}).permute({2, 0, 3, 1, 4});
    const at::Tensor queries = parts[0].narrow(2, first, wanted);
    y = at::scaled_dot_product_attention(queries, parts[1], parts[2]).transpose(1, 2).reshape({batch, wanted, inner_});
  }
  check(stop);
  return block.out(y);
}

std::vector<at::Tensor> DiT::attention_weights(std::size_t block) const {
  std::vector<at::Tensor> out = blocks_.at(block).qkv.weight().chunk(3);
  out.push_back(blocks_[block].out.weight());
  return out;
}

at::Tensor DiT::velocity(const at::Tensor& x, const at::Tensor& prompt, const at::Tensor& text,
                         const Schedule& schedule, std::int64_t step, std::int64_t first,
                         const std::stop_token& stop) const {
  check(stop);
  const at::Tensor angles = at::outer(at::arange(x.size(1), rotation_.options()), rotation_);
  at::Tensor y = embed_input(x, prompt, text, stop);
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    check(stop);
    const std::vector<at::Tensor> m = schedule.blocks[i][step].chunk(6);  // shift, scale, gate of both halves
    // Of the last block only what is asked for is heard; before it every frame hears every other.
    const std::int64_t from = i + 1 == blocks_.size() ? first : 0;
    const at::Tensor attended = attend(blocks_[i], modulate(y, m[0], m[1]), angles, from, stop);
    y = y.narrow(1, from, y.size(1) - from).addcmul_(m[2], attended);
    check(stop);
    const at::Tensor wide = blocks_[i].widen.gelu(modulate(y, m[3], m[4]));
    check(stop);
    y.addcmul_(m[5], blocks_[i].narrow(wide));
  }
  const std::vector<at::Tensor> last = schedule.last[step].chunk(2);  // scale before shift, unlike the blocks
  return output_(modulate(y, last[1], last[0]));
}

}  // namespace gsv::acoustic
