#include "engine/voice.h"

#include <ATen/Parallel.h>

#include <filesystem>
#include <thread>
#include <unordered_map>

#include "engine/chunker.h"
#include "engine/device.h"
#include "error.h"
#include "semantic/decoder_torch.h"

namespace gsv::engine {
namespace {

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
  const torch::jit::Module module = blueprint::open_module(request.s1, c10::kCPU);
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

VoiceLoaded VoiceLoader::load(const LoadVoiceRequest& request) {
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  auto voice = std::make_shared<LoadedVoice>();
  voice->version = &version_of(request.version);
  voice->format = {request.sample_rate, {request.fft_size, request.hop}};
  voice->threads = request.threads > 0 ? request.threads : cores;
  const c10::Device device = voice->device = device_of(request.device);
  const auto pool = std::make_shared<kernels::ThreadPool>(voice->threads);
  load_semantic(*voice, request, pool);
  voice->acoustic = acoustic::make_acoustic(
      *voice->version, {blueprint::open_module(request.s2, device), shared_.at(request.speaker, device),
                        shared_.at(request.vocoder, device), voice->format, device, pool});
  voice->hubert = shared_.at(request.hubert, device);
  voice->bert = shared_.at(request.bert, device);
  std::uint64_t bytes = 0;
  for (const std::string* path : {&request.s1, &request.s2, &request.hubert, &request.speaker, &request.vocoder}) {
    bytes += file_bytes(*path);
  }
  const int sample_rate = voice->acoustic->sample_rate();
  return {std::move(voice), sample_rate, bytes};
}

const LoadedVoice& loaded(const std::shared_ptr<const Voice>& voice) { return static_cast<const LoadedVoice&>(*voice); }

void use_threads(const LoadedVoice& voice) {
  if (at::get_num_threads() != voice.threads) at::set_num_threads(voice.threads);
}

}  // namespace gsv::engine
