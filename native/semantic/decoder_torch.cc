#include "semantic/decoder_torch.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>

#include "error.h"
#include "semantic/fixed_step.h"
#include "semantic/indices.h"

namespace gsv::semantic {
namespace {

struct Placement {
  at::Device device;
  at::ScalarType type;
};

at::Tensor indices_on(std::span<const int32_t> values, at::Device device) {  // -> int64 [1, count]
  at::Tensor out = at::empty({1, static_cast<int64_t>(values.size())}, at::kLong);
  std::copy(values.begin(), values.end(), out.mutable_data_ptr<int64_t>());
  return out.to(device);
}

class TorchBatch : public Batch {
 public:
  // `fixed`: null where the module makes the steps.
  TorchBatch(const torch::jit::Module& module, const S1Config& config, Placement place, const StepWeights* fixed,
             int rows)
      : module_(module), config_(config), place_(place), fixed_(fixed), rows_(rows) {
    for (Row& row : rows_) row.logits.resize(config.vocab);
  }

  int rows() const override { return static_cast<int>(rows_.size()); }
  std::span<float> logits(int row) override { return rows_[row].logits; }

  void release(int index) override {
    rows_[index].step = nullptr;
    rows_[index].keys = at::Tensor();
    rows_[index].values = at::Tensor();
    rows_[index].length = 0;
  }

  bool prefill(int row, const Prompt& prompt, int max_new, std::stop_token stop) override;
  void step(std::span<const RowToken> tokens) override;

 private:
  struct Row {
    at::Tensor keys, values;  // [layers, 1, room, width]
    int64_t length = 0;
    int64_t audio_length = 0;
    std::vector<float> logits;
    std::unique_ptr<FixedStep> step;
  };

  at::Tensor bert_of(const Prompt& prompt) const;
  // Takes the logits that `work` answers with.
  void run(Row& row, const char* what, const std::function<at::Tensor()>& work);

  torch::jit::Module module_;
  const S1Config& config_;
  Placement place_;
  const StepWeights* fixed_;
  std::vector<Row> rows_;
};

at::Tensor TorchBatch::bert_of(const Prompt& prompt) const {
  const std::array<int64_t, 3> shape{1, config_.bert_width, static_cast<int64_t>(prompt.phones.size())};
  const auto options = at::TensorOptions().device(place_.device).dtype(place_.type);
  if (prompt.bert == nullptr) return at::zeros(shape, options);
  at::Tensor out = at::empty(shape, at::kFloat);
  std::copy_n(prompt.bert, out.numel(), out.mutable_data_ptr<float>());
  return out.to(options);
}

void TorchBatch::run(Row& row, const char* what, const std::function<at::Tensor()>& work) {
  try {
    const at::Tensor logits = work().to(at::kCPU, at::kFloat);
    const at::Tensor flat = logits.reshape({-1}).contiguous();
    std::copy_n(flat.const_data_ptr<float>(), row.logits.size(), row.logits.begin());
  } catch (const c10::OutOfMemoryError& error) {
    throw Error(code::kInsufficientMemory, "the device has no memory left for this sentence",
                error.what_without_backtrace());
  } catch (const std::exception& error) {
    throw Error(code::kInternal, std::string("s1 failed in ") + what, error.what());
  }
}

bool TorchBatch::prefill(int index, const Prompt& prompt, int max_new, std::stop_token stop) {
  check_prompt(prompt, config_);
  if (stop.stop_requested()) return false;
  const c10::InferenceMode guard;
  Row& row = rows_[index];
  row.audio_length = static_cast<int64_t>(prompt.semantic.size());
  row.length = static_cast<int64_t>(prompt.phones.size()) + row.audio_length;
  const auto options = at::TensorOptions().device(place_.device).dtype(place_.type);
  row.keys = at::zeros({config_.layers, 1, row.length + max_new, config_.width}, options);
  row.values = at::zeros_like(row.keys);
  run(row, "prefill", [&] {
    return module_
        .get_method("prefill")({indices_on(prompt.phones, place_.device), bert_of(prompt),
                                indices_on(prompt.semantic, place_.device), row.keys, row.values})
        .toTensor();
  });
  row.step = fixed_ == nullptr
                 ? nullptr
                 : std::make_unique<FixedStep>(*fixed_, row.keys, row.values, row.length, row.audio_length);
  return true;
}

void TorchBatch::step(std::span<const RowToken> tokens) {
  const c10::InferenceMode guard;
  for (const RowToken& token : tokens) {
    check_indices({&token.token, 1}, config_.vocab, "semantic token");
    Row& row = rows_[token.row];
    if (row.length == 0 || row.length == row.keys.size(2)) throw_no_room(row.length);
    run(row, "decode_step", [&] {
      if (row.step) return (*row.step)(token.token);
      const at::Tensor next = indices_on({&token.token, 1}, place_.device).reshape({1});
      return module_.get_method("decode_step")({next, row.audio_length, row.length, row.keys, row.values}).toTensor();
    });
    ++row.length;
    ++row.audio_length;
  }
}

class TorchDecoder : public Decoder {
 public:
  TorchDecoder(torch::jit::Module module, const S1Config& config, Placement place, Steps steps)
      : module_(std::move(module)), config_(config), place_(place) {
    const at::NoGradGuard no_grad;
    module_.eval();
    for (auto slot : module_.named_parameters()) {
      // A layer that this voice does not have is one element expanded to a shape: it stays where it is.
      const auto strides = slot.value.strides();
      if (std::find(strides.begin(), strides.end(), 0) != strides.end()) continue;
      slot.value.set_data(slot.value.to(place.device, place.type));
    }
    if (steps == Steps::kFixed) fixed_.emplace(module_, config_);
  }

  const S1Config& config() const override { return config_; }
  size_t position_bytes() const override {
    return size_t{2} * config_.layers * config_.width * c10::elementSize(place_.type);
  }
  std::unique_ptr<Batch> open(int rows) const override {
    return std::make_unique<TorchBatch>(module_, config_, place_, fixed_ ? &*fixed_ : nullptr, rows);
  }

 private:
  torch::jit::Module module_;
  S1Config config_;
  Placement place_;
  std::optional<StepWeights> fixed_;
};

}  // namespace

std::unique_ptr<Decoder> make_torch_decoder(torch::jit::Module module, const S1Config& config, at::Device device,
                                            at::ScalarType type, Steps steps) {
  return std::make_unique<TorchDecoder>(std::move(module), config, Placement{device, type}, steps);
}

}  // namespace gsv::semantic
