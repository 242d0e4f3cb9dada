#include "engine/voice.h"

#include <ATen/Parallel.h>

#include <filesystem>
#include <thread>
#include <unordered_map>

#include "blueprint/freed_memory.h"
#include "engine/chunker.h"
#include "engine/device.h"
#include "error.h"
#include "semantic/decoder_torch.h"

namespace gsv::engine {
namespace {

// Of the stored size. Embeddings stay in float32, so the shares of s1 are not exactly 1/2 and 1/4; of s2 the
// convolutions, a third, are held in the form that Winograd's products need, twice as large.
constexpr double kHalfShare = 0.51, kInt8Share = 0.28;
constexpr double kPackedS2 = 1.35;

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

// Of the networks that only this voice uses, once they are packed; modules are stored in float32.
std::uint64_t own_bytes(const LoadVoiceRequest& request) {
  const double s1 = request.precision == "int8" ? kInt8Share : request.precision == "fp16" ? kHalfShare : 1.0;
  return static_cast<std::uint64_t>(static_cast<double>(file_bytes(request.s1)) * s1 +
                                    static_cast<double>(file_bytes(request.s2)) * kPackedS2);
}

int as_int(const at::Tensor& tensor, int dim) { return static_cast<int>(tensor.size(dim)); }

semantic::S1Config config_of(const torch::jit::Module& module,
                             const std::unordered_map<std::string, at::Tensor>& tensors) {
  semantic::S1Config config;
  config.layers = static_cast<int>(module.attr("n_layers").toInt());
  config.heads = static_cast<int>(module.attr("n_heads").toInt());
  config.width = as_int(tensors.at("ar_predict_layer.weight"), 1);
  config.vocab = as_int(tensors.at("ar_predict_layer.weight"), 0);
  config.eos = config.vocab - 1;
  config.phones = as_int(tensors.at("ar_text_embedding.word_embeddings.weight"), 0);
  config.ffn = as_int(tensors.at("h.layers.0.linear1.weight"), 0);
  config.bert_width = as_int(tensors.at("bert_proj.weight"), 1);
  return config;
}

// On a CPU the module's tensors stay only until the decoder has packed its own copy of them.
void load_semantic(LoadedVoice& voice, const LoadVoiceRequest& request, std::shared_ptr<kernels::ThreadPool> pool) {
  const c10::Device device = voice.device;
  const torch::jit::Module module = blueprint::open_module(request.s1, "s1", c10::kCPU);
  std::unordered_map<std::string, at::Tensor> tensors;
  for (const auto& slot : module.named_parameters()) tensors.emplace(slot.name, slot.value);
  const semantic::S1Config config = config_of(module, tensors);
  const auto read = [&tensors](std::string_view name) {
    const at::Tensor tensor = tensors.at(std::string(name)).to(at::kFloat).contiguous();
    const float* data = tensor.const_data_ptr<float>();
    return std::vector<float>(data, data + tensor.numel());
  };
  voice.quietness = quietness(read("ar_audio_embedding.word_embeddings.weight"), config.vocab);
  voice.decoder = device.is_cpu()
                      ? semantic::make_cpu_decoder({config, read}, precision_of(request.precision), std::move(pool))
                      : semantic::make_torch_decoder(module, config, device, at::kHalf);
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
                                                            c10::Device device, bool keep) {
  const bool known = shared_.has(path, device);
  std::shared_ptr<blueprint::SharedModule> module = shared_.at(path, blueprint, device);
  if (module && !known) memory_->hold(module, file_bytes(path));
  if (module && keep) module->keep();
  return module;
}

std::uint64_t VoiceLoader::shared_bytes_needed(const LoadVoiceRequest& request, c10::Device device) {
  std::uint64_t bytes = 0;
  for (const std::string* path : {&request.hubert, &request.bert, &request.speaker, &request.vocoder}) {
    if (!path->empty() && !shared_.has(*path, device)) bytes += file_bytes(*path);
  }
  return bytes + (request.super_sampler.empty() ? 0 : file_bytes(request.super_sampler));
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
                request.precision == "int8" ? acoustic::Arithmetic::kBfloat16 : acoustic::Arithmetic::kFloat});
  blueprint::return_freed_memory();
  voice->hubert = share(request.hubert, "hubert", device, request.keep_loaded);
  voice->bert = share(request.bert, "bert", device, request.keep_loaded);
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
