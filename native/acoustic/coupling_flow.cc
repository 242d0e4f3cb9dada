#include "acoustic/coupling_flow.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "acoustic/convolution.h"
#include "acoustic/stop.h"
#include "acoustic/weights_reader.h"

namespace gsv::acoustic {
namespace {

constexpr int kRowsPerClaim = 16;

// Between couplings the order of the channels is turned, so that each half is moved in turn.
void turn(Sequence& z) {
  for (int t = 0; t < z.length(); ++t) std::reverse(z.row(t), z.row(t) + z.channels());
}

}  // namespace

struct CouplingFlow::Rows {
  Rows(int length, int half, int width, int margin)
      : fixed(length, half),
        mean(length, half),
        x(length, width, margin),
        both(length, 2 * width),
        gated(length, width),
        sum(length, width) {}

  Sequence fixed, mean;
  Sequence x;     // what passes through the layers
  Sequence both;  // two outputs of a layer side by side
  Sequence gated;
  Sequence sum;  // of what the layers leave
};

CouplingFlow::CouplingFlow(const torch::jit::Module& flow, std::shared_ptr<kernels::ThreadPool> pool)
    : pool_(std::move(pool)), kernels_(kernels::detect()) {
  const torch::jit::Module list = flow.attr("flows").toModule();
  const auto count = list.children().size();
  for (std::size_t i = count - count % 2; i >= 2; i -= 2) {  // each is followed by a turn
    const torch::jit::Module module = child(list, i - 2), net = module.attr("enc").toModule();
    WeightsReader reader;
    const auto convolution = [&](const torch::jit::Module& m) {
      return RowConvolution(reader.same_length(m), kernels_, *pool_);
    };
    const auto of = [&](const torch::jit::Module& owner, const char* name) {
      return convolution(owner.attr(name).toModule());
    };
    Coupling coupling{of(module, "pre"), of(module, "post"), of(net, "cond_layer"), {}, {}};
    for (std::size_t layer = 0; layer < net.attr("in_layers").toModule().children().size(); ++layer) {
      coupling.inner.push_back(convolution(child(net, "in_layers", layer)));
      coupling.outer.push_back(convolution(child(net, "res_skip_layers", layer)));
    }
    couplings_.push_back(std::move(coupling));
  }
  drop_weights(flow);
}

void CouplingFlow::operator()(Sequence& z, std::span<const float> style, const std::stop_token& stop) const {
  int margin = 0;
  for (const Coupling& coupling : couplings_) {
    for (const RowConvolution& inner : coupling.inner) margin = std::max(margin, inner.reach());
  }
  Rows rows(z.length(), z.channels() / 2, couplings_.front().pre.outputs(), margin);
  for (const Coupling& coupling : couplings_) {
    check(stop);
    turn(z);
    shift(coupling, z, style, rows);
  }
}

void CouplingFlow::shift(const Coupling& coupling, Sequence& z, std::span<const float> style, Rows& rows) const {
  const int half = z.channels() / 2;
  for (int t = 0; t < z.length(); ++t) std::copy_n(z.row(t), half, rows.fixed.row(t));
  coupling.pre.run(rows.fixed, rows.x);
  run_layers(coupling, style, rows);
  coupling.post.run(rows.sum, rows.mean);
  for (int t = 0; t < z.length(); ++t) {
    float* moved = z.row(t) + half;
    const float* mean = rows.mean.row(t);
    for (int c = 0; c < half; ++c) moved[c] -= mean[c];
  }
}

void CouplingFlow::run_layers(const Coupling& coupling, std::span<const float> style, Rows& rows) const {
  const int width = rows.x.channels(), length = rows.x.length();
  Sequence given(1, static_cast<int>(style.size())), styles(1, coupling.style.outputs());
  std::copy(style.begin(), style.end(), given.row(0));
  coupling.style.run(given, styles);
  for (std::size_t i = 0; i < coupling.inner.size(); ++i) {
    const RowConvolution &inner = coupling.inner[i], &outer = coupling.outer[i];
    kernels::Buffer<float> bias(kernels::padded(2 * width));
    const float* layer_style = styles.row(0) + static_cast<std::int64_t>(i) * 2 * width;
    for (int c = 0; c < 2 * width; ++c) bias[c] = inner.bias()[c] + layer_style[c];
    inner.run(rows.x, rows.both, After::kNothing, bias.data());
    run_rows(length, [&](int begin, int end) {
      for (int t = begin; t < end; ++t) kernels_.gate(rows.both.row(t), width, rows.gated.row(t));
    });
    const bool is_last = outer.outputs() == width;  // it passes nothing on
    Sequence& out = is_last ? rows.x : rows.both;
    outer.run(rows.gated, out);
    run_rows(length, [&](int begin, int end) {
      for (int t = begin; t < end; ++t) {
        float *x = rows.x.row(t), *sum = rows.sum.row(t);
        const float *passed = out.row(t), *left = is_last ? passed : passed + width;
        if (i == 0) std::fill_n(sum, width, 0.0F);
        for (int c = 0; c < width; ++c) sum[c] += left[c];
        if (!is_last) {
          for (int c = 0; c < width; ++c) x[c] += passed[c];
        }
      }
    });
  }
}

void CouplingFlow::run_rows(int length, const std::function<void(int begin, int end)>& body) const {
  pool_->run((length + kRowsPerClaim - 1) / kRowsPerClaim,
             [&](int chunk, int) { body(chunk * kRowsPerClaim, std::min(length, (chunk + 1) * kRowsPerClaim)); });
}

}  // namespace gsv::acoustic
