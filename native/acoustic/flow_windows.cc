#include "acoustic/flow_matching.h"
#include "acoustic/flow_sampler.h"
#include "signal/signal.h"

namespace gsv::acoustic {
namespace {

constexpr std::int64_t kOverlap = 12;  // frames of a window that the next one repeats
constexpr std::size_t kSearch = 320;   // samples within which windows are laid to each other

struct Cut {
  at::Tensor windows;        // [windows, frames, condition]
  std::int64_t padding = 0;  // frames of the last window after the end
};

// A window that holds nothing but frames of the one before is cut too, as upstream does.
Cut cut(const at::Tensor& condition, std::int64_t frames) {
  const at::Tensor padded = at::cat({at::zeros({kOverlap, condition.size(1)}, condition.options()), condition});
  std::vector<at::Tensor> windows;
  Cut out;
  for (std::int64_t start = 0; start < padded.size(0); start += frames - kOverlap) {
    const std::int64_t there = std::min(frames, padded.size(0) - start);
    out.padding = frames - there;
    windows.push_back(at::constant_pad_nd(padded.narrow(0, start, there), {0, 0, 0, out.padding}));
  }
  out.windows = at::stack(windows);
  return out;
}

// A CPU gains nothing by a batch and could not be stopped as soon; rows do not depend on each other.
at::Tensor sample_rows(const DiT& net, const FlowInput& input, const std::stop_token& stop) {
  if (!input.mu.is_cpu()) return sample_flow(net, input, stop).contiguous();
  std::vector<at::Tensor> rows;
  for (std::int64_t i = 0; i < input.mu.size(0); ++i) {
    FlowInput row = input;
    row.mu = input.mu.narrow(0, i, 1);
    row.noise = input.noise.narrow(0, i, 1);
    rows.push_back(sample_flow(net, row, stop));
  }
  return at::cat(rows);
}

std::vector<float> samples(const at::Tensor& wave) {
  const float* data = wave.const_data_ptr<float>();
  return {data, data + wave.numel()};
}

}  // namespace

FlowMatching::Windows FlowMatching::paint_windows(const std::vector<at::Tensor>& conditions, const FlowPrompt& prompt,
                                                  std::int64_t steps, const WindowNoise& noise,
                                                  const std::stop_token& stop) const {
  const std::int64_t known = prompt.mel.size(0), frames = shape_.room - known;
  const Cut windows = cut(at::cat(conditions), frames);
  const std::int64_t count = windows.windows.size(0);
  FlowInput input;
  input.mu = at::cat({prompt.condition.expand({count, -1, -1}), windows.windows}, 1);
  input.prompt = prompt.mel.unsqueeze(0);
  input.noise = with_prompt_noise(noise(count, frames), known);
  input.steps = steps;
  Windows out;
  out.mels = sample_rows(net_, input, stop);

  const auto up = static_cast<std::size_t>(vocoder_->samples_per_frame());
  std::vector<std::vector<float>> sounds;
  for (const at::Tensor& row : sound(out.mels.flatten(0, 1), stop).view({count, -1}).unbind()) {
    sounds.push_back(samples(row));
  }
  const std::vector<float> joined = signal::join_overlapping(sounds, kOverlap * up, kSearch);
  out.joined = joined.size();
  std::span<const float> rest = std::span(joined).subspan(kOverlap * up);
  rest = rest.first(rest.size() - std::min(rest.size(), static_cast<std::size_t>(windows.padding) * up));
  for (const at::Tensor& condition : conditions) {
    const std::size_t length = std::min(rest.size(), static_cast<std::size_t>(condition.size(0)) * up);
    out.sentences.emplace_back(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(length));
    rest = rest.subspan(length);
  }
  return out;
}

}  // namespace gsv::acoustic
