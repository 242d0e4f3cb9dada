#include "engine/voice.h"

#include <ATen/Parallel.h>

#include <filesystem>
#include <thread>

#include "blueprint/memory.h"
#include "blueprint/weights.h"
#include "engine/chunker.h"
#include "engine/device.h"
#include "error.h"
#include "semantic/decoder_torch.h"

namespace gsv::engine {

using blueprint::Held;

namespace {

// Of the stored size. Embeddings stay in float32, so the shares of s1 are not exactly 1/2 and 1/4; of s2 the
// convolutions, a third, are held in the form that Winograd's products need, twice as large.
constexpr double kHalfShare = 0.51, kInt8Share = 0.28;
constexpr double kPackedS2 = 1.35;
constexpr double kInt8OfHalf = 0.54;  // of BERT, whose embeddings stay

semantic::Precision precision_of(const std::string& name) {
  if (name == "fp16") return semantic::Precision::kFp16;
  if (name == "int8") return semantic::Precision::kInt8;
  return semantic::Precision::kFp32;
}

std::uint64_t file_bytes(const std::string& path) {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(path, ignored);
  return ignored ? 0 : size;
}

// HuBERT stays as stored: what it hears of a reference is heard in all that is spoken with it.
Held held_bert(const LoadVoiceRequest& request) { return request.precision == "int8" ? Held::kInt8 : Held::kAsStored; }

std::uint64_t held_bytes(const std::string& path, Held held) {
  return static_cast<std::uint64_t>(static_cast<double>(file_bytes(path)) * (held == Held::kInt8 ? kInt8OfHalf : 1.0));
}

// Of the networks that only this voice uses, once they are packed; modules are stored in float32.
std::uint64_t own_bytes(const LoadVoiceRequest& request) {
  const double s1 = request.precision == "int8" ? kInt8Share : request.precision == "fp16" ? kHalfShare : 1.0;
  return static_cast<std::uint64_t>(static_cast<double>(file_bytes(request.s1)) * s1 +
                                    static_cast<double>(file_bytes(request.s2)) * kPackedS2);
}

semantic::S1Config config_of(const blueprint::Weights& weights) {
  const auto size = [&weights](const char* name, int dimension) {
    return static_cast<int>(weights.sizes(name).at(dimension));
  };
  semantic::S1Config config;
  config.layers = static_cast<int>(weights.integer("n_layers"));
  config.heads = static_cast<int>(weights.integer("n_heads"));
  config.width = size("ar_predict_layer.weight", 1);
  config.vocab = size("ar_predict_layer.weight", 0);
  config.eos = config.vocab - 1;
  config.phones = size("ar_text_embedding.word_embeddings.weight", 0);
  config.ffn = size("h.layers.0.linear1.weight", 0);
  config.bert_width = size("bert_proj.weight", 1);
  return config;
}

void load_semantic(LoadedVoice& voice, const LoadVoiceRequest& request, std::shared_ptr<kernels::ThreadPool> pool) {
  const c10::Device device = voice.device;
  const blueprint::Weights weights(request.s1, "s1");
  const semantic::S1Config config = config_of(weights);
  const auto read = [&weights](std::string_view name) {
    const at::Tensor tensor = weights.parameter(std::string(name)).contiguous();
    const float* data = tensor.const_data_ptr<float>();
    return std::vector<float>(data, data + tensor.numel());
  };
  voice.quietness = quietness(read("ar_audio_embedding.word_embeddings.weight"), config.vocab);
  voice.decoder = device.is_cpu()
                      ? semantic::make_cpu_decoder({config, read}, precision_of(request.precision), std::move(pool))
                      : semantic::make_torch_decoder(blueprint::open_module(request.s1, "s1", c10::kCPU), config,
                                                     device, at::kHalf, semantic::Steps::kFixed);
}

const Version& version_of(const std::string& name) {
  const Version* version = find_version(name);
  if (!version)
    throw Error(code::kUnsupportedConfig, "the voice is of version '" + name + "', which is not known here");
  return *version;
}

}  // namespace

// It counts from when a voice first wants it, though it is loaded at first need.
std::shared_ptr<blueprint::SharedModule> VoiceLoader::share(const std::string& path, std::string_view blueprint,
                                                            c10::Device device, bool keep, Held held) {
  const bool known = shared_.has(path, device, held);
  std::shared_ptr<blueprint::SharedModule> module = shared_.at(path, blueprint, device, held);
  if (module && !known) memory_->hold(module, held_bytes(path, held));
  if (module && keep) module->keep();
  return module;
}

std::uint64_t VoiceLoader::shared_bytes_needed(const LoadVoiceRequest& request, c10::Device device) {
  std::uint64_t bytes = 0;
  const auto add = [&](const std::string& path, Held held) {
    if (!path.empty() && !shared_.has(path, device, held)) bytes += held_bytes(path, held);
  };
  for (const std::string* path : {&request.hubert, &request.speaker, &request.vocoder}) add(*path, Held::kAsStored);
  add(request.bert, held_bert(request));
  return bytes + file_bytes(request.super_sampler);
}

VoiceLoaded VoiceLoader::load(const LoadVoiceRequest& request) {
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  auto voice = std::make_shared<LoadedVoice>();
  const Version& version = version_of(request.version);
  voice->version = &version;
  voice->format = {request.sample_rate, {request.fft_size, request.hop}};
  voice->threads = request.threads > 0 ? request.threads : cores;
  voice->memory = memory_;
  voice->max_memory = request.max_memory;
  const c10::Device device = voice->device = device_of(request.device);
  const std::uint64_t bytes = own_bytes(request);
  memory_->check("the voice", bytes + shared_bytes_needed(request, device), request.max_memory);
  memory_->hold(voice, bytes);

  const auto pool = std::make_shared<kernels::ThreadPool>(voice->threads);
  load_semantic(*voice, request, pool);
  blueprint::return_freed_memory();
  voice->acoustic = acoustic::make_acoustic(
      version, {blueprint::open_module(request.s2, version.s2, device),
                share(request.speaker, version.speaker, device, request.keep_loaded),
                share(request.vocoder, version.vocoder, device, true), voice->format, device, pool,
                request.precision == "fp32" ? acoustic::Arithmetic::kFloat : acoustic::Arithmetic::kInteger});
  blueprint::return_freed_memory();
  voice->hubert = share(request.hubert, "hubert", device, request.keep_loaded);
  voice->bert = share(request.bert, "bert", device, request.keep_loaded, held_bert(request));
  if (!request.super_sampler.empty()) {
    voice->super_sampler = std::make_shared<acoustic::SuperSampler>(request.super_sampler, version.super_sampler,
                                                                    version.super_sample_rate, device);
    memory_->hold(voice->super_sampler, file_bytes(request.super_sampler));
  }
  const std::uint64_t shared = file_bytes(request.hubert) + file_bytes(request.speaker) + file_bytes(request.vocoder);
  const int sample_rate = voice->acoustic->sample_rate();
  return {std::move(voice), sample_rate, bytes + shared};
}

const LoadedVoice& loaded(const std::shared_ptr<const Voice>& voice) { return static_cast<const LoadedVoice&>(*voice); }

void use_threads(const LoadedVoice& voice) {
  if (at::get_num_threads() != voice.threads) at::set_num_threads(voice.threads);
}

}  // namespace gsv::engine
