#include "acoustic/flow_matching.h"

#include <cmath>
#include <utility>

#include "acoustic/flow_sampler.h"
#include "acoustic/noise.h"
#include "acoustic/stop.h"
#include "signal/signal.h"

namespace gsv::acoustic {
namespace {

// Upstream's numbers. v3's mask has more frames than there are; v4's spectrogram is made at 32 kHz with the step that
// its vocoder renders as 10 ms of 48 kHz.
constexpr auto kShapes = std::to_array<FlowShape>({
    {"v3", 24000, 1024, 256, 1.875, 3.875, 468, 934},
    {"v4", 32000, 1280, 320, 2.0, 4.0, 500, 1000},
});

// The range of natural logarithms that becomes -1..1.
constexpr double kLowest = -12, kHighest = 2;

constexpr std::int64_t kDefaultSteps = 8;

const FlowShape& shape_of(std::string_view version) {
  for (const FlowShape& shape : kShapes) {
    if (shape.version == version) return shape;
  }
  throw Error(code::kInternal, "there is no flow matching for " + std::string(version));
}

torch::jit::Module estimator(const torch::jit::Module& s2) {
  return s2.attr("cfm").toModule().attr("estimator").toModule();
}

bool equal(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

// A frame of the spectrogram lasts as long in the speech.
void check_rate(const Vocoder& vocoder, const FlowShape& shape, int sample_rate) {
  const std::int64_t needed = std::int64_t{shape.hop} * sample_rate / shape.mel_rate;
  if (vocoder.samples_per_frame() == needed) return;
  throw Error(code::kUnsupportedConfig,
              "the vocoder's `upsample_rates` make " + std::to_string(vocoder.samples_per_frame()) +
                  " samples of a frame; " + std::string(shape.version) + " needs " + std::to_string(needed),
              "vocoder");
}

at::Tensor denormalise(const at::Tensor& mel) { return (mel + 1) / 2 * (kHighest - kLowest) + kLowest; }

at::Tensor last_frames(const at::Tensor& x, std::int64_t count) {  // [T, C]; all where there are fewer
  const std::int64_t kept = std::min(count, x.size(0));
  return x.narrow(0, x.size(0) - kept, kept);
}

}  // namespace

FlowMatching::FlowMatching(const Version& version, Parts parts)
    : shape_(shape_of(version.name)),
      sample_rate_(version.sample_rate),
      s2_(std::move(parts.s2)),
      format_(parts.format),
      device_(parts.device),
      encoder_(s2_),
      net_(estimator(s2_), s2_.attr("depth").toInt(), s2_.attr("text_depth").toInt(), parts.arithmetic),
      vocoder_(make_vocoder(version.vocoder, parts.vocoder->get(), std::move(parts.pool))) {
  check_rate(*vocoder_, shape_, sample_rate_);
}

at::Tensor FlowMatching::semantic_codes(const at::Tensor& features) {
  return s2_.get_method("extract_codes")({features.to(device_)}).toTensor().flatten().cpu();
}

at::Tensor FlowMatching::style(const at::Tensor& spectrogram) {
  return s2_.get_method("reference_embedding")({spectrogram.to(device_)}).toTensor();
}

std::vector<float> FlowMatching::prompt_audio(const Recording& recording) const {
  return signal::resample_sinc_hann(recording.samples, recording.sample_rate, shape_.mel_rate);
}

at::Tensor FlowMatching::prompt_mel(std::span<const float> audio) const {
  signal::Spectrogram mel =
      signal::log_mel_spectrogram(audio, shape_.mel_rate, static_cast<int>(net_.mels()), {shape_.fft_size, shape_.hop});
  return at::from_blob(mel.values.data(), {mel.bins, mel.frames}, at::kFloat).t().contiguous();
}

at::Tensor FlowMatching::normalise(const at::Tensor& log_mel) {
  return (log_mel - kLowest) / (kHighest - kLowest) * 2 - 1;
}

// Upstream goes on from the first recording alone, and takes its style too.
std::shared_ptr<const Conditioning> FlowMatching::prepare(std::span<const Recording> recordings, std::stop_token stop) {
  auto out = std::make_shared<Voiceprint>();
  out->ge = style(reference::spectrogram(recordings[0], format_));
  check(stop);
  out->mel = normalise(prompt_mel(prompt_audio(recordings[0]))).to(device_);
  return out;
}

std::shared_ptr<const Conditioning> FlowMatching::restore(std::span<const at::Tensor> tensors) {
  check_tensors(tensors, {3, 2});
  auto out = std::make_shared<Voiceprint>();
  out->ge = tensors[0].to(device_);
  out->mel = tensors[1].to(device_);
  return out;
}

std::vector<at::Tensor> FlowMatching::condition_stages(std::span<const std::int32_t> codes,
                                                       std::span<const std::int32_t> phones, const at::Tensor& ge,
                                                       double speed, const std::stop_token& stop) {
  at::Tensor latent =
      s2_.get_method("latent")({long_row(codes).unsqueeze(0).to(device_), long_row(phones).to(device_), ge}).toTensor();
  const double masked = static_cast<double>(codes.size()) * shape_.frames_per_token;
  auto frames = static_cast<std::int64_t>(masked / speed);
  if (speed != 1) {
    ++frames;
    const auto length = static_cast<std::int64_t>(static_cast<double>(latent.size(2)) / speed) + 1;
    latent = at::upsample_linear1d(latent, {length}, /*align_corners=*/false);
  }
  check(stop);
  std::vector<at::Tensor> stages = encoder_(latent, ge, shape_.frames_per_latent, frames, stop);
  stages.insert(stages.begin(), latent);
  return stages;
}

at::Tensor FlowMatching::condition(std::span<const std::int32_t> codes, std::span<const std::int32_t> phones,
                                   const at::Tensor& ge, double speed, const std::stop_token& stop) {
  return condition_stages(codes, phones, ge, speed, stop).back().squeeze(0).t().contiguous();
}

FlowPrompt FlowMatching::prompt(const at::Tensor& mel, const at::Tensor& condition) const {
  const std::int64_t frames = std::min(mel.size(0), condition.size(0));
  return {last_frames(mel.narrow(0, 0, frames), shape_.prompt),
          last_frames(condition.narrow(0, 0, frames), shape_.prompt)};
}

at::Tensor FlowMatching::paint(const at::Tensor& condition, FlowPrompt prompt, std::int64_t steps, const Noise& noise,
                               const std::stop_token& stop) const {
  const std::int64_t kept = prompt.mel.size(0), chunk = shape_.room - kept;
  std::vector<at::Tensor> chunks;
  for (std::int64_t first = 0; first < condition.size(0); first += chunk) {
    const std::int64_t known = prompt.mel.size(0);
    const std::int64_t frames = std::min(chunk, condition.size(0) - first);
    const at::Tensor part = condition.narrow(0, first, frames);
    FlowInput input;
    input.mu = at::cat({prompt.condition, part}).unsqueeze(0);
    input.prompt = prompt.mel.unsqueeze(0);
    input.noise = with_prompt_noise(noise(first, frames).unsqueeze(0), known);
    input.steps = steps;
    chunks.push_back(sample_flow(net_, input, stop).squeeze(0));
    prompt = {last_frames(chunks.back(), kept), last_frames(part, kept)};
  }
  return at::cat(chunks);
}

at::Tensor FlowMatching::with_prompt_noise(const at::Tensor& noise, std::int64_t prompt_frames) const {
  return at::cat({at::zeros({noise.size(0), prompt_frames, net_.mels()}), noise}, 1).to(device_);
}

at::Tensor FlowMatching::vocode(const at::Tensor& log_mel, std::stop_token stop) const {
  return (*vocoder_)(log_mel, std::move(stop)).cpu();
}

at::Tensor FlowMatching::sound(const at::Tensor& mel, std::stop_token stop) const {
  return vocode(denormalise(mel), std::move(stop));
}

const at::Tensor& FlowMatching::reference_condition(const SpeakInput& input, const Voiceprint& reference,
                                                    const std::stop_token& stop) {
  std::lock_guard lock(reference.mutex);
  if (!reference.condition.defined() || !equal(reference.codes, input.prompt_codes) ||
      !equal(reference.phones, input.prompt_phones)) {
    reference.condition = condition(input.prompt_codes, input.prompt_phones, reference.ge, 1, stop);
    reference.codes.assign(input.prompt_codes.begin(), input.prompt_codes.end());
    reference.phones.assign(input.prompt_phones.begin(), input.prompt_phones.end());
  }
  return reference.condition;
}

at::Tensor FlowMatching::speak(const SpeakInput& input, std::stop_token stop) {
  const auto& reference = dynamic_cast<const Voiceprint&>(input.conditioning);
  const FlowPrompt known = prompt(reference.mel, reference_condition(input, reference, stop));
  check(stop);
  const at::Tensor wanted = condition(input.codes, input.phones, reference.ge, input.speed, stop);
  check(stop);
  const std::int64_t steps = input.sample_steps > 0 ? input.sample_steps : kDefaultSteps;
  if (input.overlapped_chunks) {
    const auto noise = [&](std::int64_t windows, std::int64_t frames) {
      return normal_noise({windows, frames, net_.mels()}, input.seed, input.sentence);
    };
    return at::tensor(paint_windows({wanted}, known, steps, noise, stop).sentences.at(0));
  }
  // Of the whole sentence, so that a frame's noise does not depend on how the chunks are cut.
  const at::Tensor drawn = normal_noise({wanted.size(0), net_.mels()}, input.seed, input.sentence);
  const auto noise = [&](std::int64_t first, std::int64_t frames) { return drawn.narrow(0, first, frames); };
  return sound(paint(wanted, known, steps, noise, stop), stop);
}

}  // namespace gsv::acoustic
