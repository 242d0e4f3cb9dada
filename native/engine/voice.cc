#include "engine/voice.h"

#include <filesystem>
#include <thread>
#include <unordered_map>

#include "error.h"

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

// The module's tensors stay only until the decoder has packed its own copy of them.
std::unique_ptr<semantic::Decoder> make_decoder(const LoadVoiceRequest& request,
                                                std::shared_ptr<kernels::ThreadPool> pool) {
  const torch::jit::Module module = open_module(request.s1);
  std::unordered_map<std::string, at::Tensor> tensors;
  for (const auto& slot : module.named_parameters()) tensors.emplace(slot.name, slot.value);

  semantic::S1Weights weights;
  weights.config.layers = static_cast<int>(module.attr("n_layers").toInt());
  weights.config.heads = static_cast<int>(module.attr("n_heads").toInt());
  weights.config.width = as_int(tensors.at("ar_predict_layer.weight"), 1);
  weights.config.vocab = as_int(tensors.at("ar_predict_layer.weight"), 0);
  weights.config.eos = weights.config.vocab - 1;
  weights.config.phones = as_int(tensors.at("ar_text_embedding.word_embeddings.weight"), 0);
  weights.config.ffn = as_int(tensors.at("h.layers.0.linear1.weight"), 0);
  weights.config.bert_width = as_int(tensors.at("bert_proj.weight"), 1);
  weights.tensor = [&tensors](std::string_view name) {
    const at::Tensor tensor = tensors.at(std::string(name)).to(at::kFloat).contiguous();
    const float* data = tensor.const_data_ptr<float>();
    return std::vector<float>(data, data + tensor.numel());
  };
  return semantic::make_cpu_decoder(weights, precision_of(request.precision), std::move(pool));
}

}  // namespace

torch::jit::Module open_module(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) throw Error(code::kFile, path + " is not a file");
  try {
    torch::jit::Module module = torch::jit::load(path);
    module.eval();
    return module;
  } catch (const c10::Error& error) {
    throw Error(code::kCorruptModel, path + " is not a whole TorchScript module; import the voice again",
                error.what_without_backtrace());
  }
}

torch::jit::Module& SharedModule::get() {
  std::lock_guard lock(mutex_);
  if (!module_) module_ = std::make_unique<torch::jit::Module>(open_module(path_));
  return *module_;
}

std::shared_ptr<SharedModule> VoiceLoader::shared(const std::string& path) {
  std::shared_ptr<SharedModule> module = modules_[path].lock();
  if (!module) {
    module = std::make_shared<SharedModule>(path);
    modules_[path] = module;
  }
  return module;
}

VoiceLoaded VoiceLoader::load(const LoadVoiceRequest& request) {
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  auto voice = std::make_shared<LoadedVoice>();
  voice->version = request.version;
  voice->format = {request.sample_rate, {request.fft_size, request.hop}};
  voice->threads = request.threads > 0 ? request.threads : cores;
  voice->decoder = make_decoder(request, std::make_shared<kernels::ThreadPool>(voice->threads));
  voice->acoustic = std::make_unique<acoustic::Acoustic>(open_module(request.s2));
  voice->hubert = shared(request.hubert);
  if (!request.bert.empty()) voice->bert = shared(request.bert);
  const std::uint64_t bytes = file_bytes(request.s1) + file_bytes(request.s2) + file_bytes(request.hubert);
  return {std::move(voice), bytes};
}

const LoadedVoice& loaded(const std::shared_ptr<const Voice>& voice) { return static_cast<const LoadedVoice&>(*voice); }

}  // namespace gsv::engine
