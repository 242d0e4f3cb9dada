#include <array>
#include <unordered_map>

#include "checkpoint/contents.h"
#include "checkpoint/corrupt.h"

namespace gsv::checkpoint {
namespace {

constexpr std::array<std::string_view, 4> kWrappers = {"weight", "model", "generator", "state_dict"};
// Tied weights make a file's tensors larger than the file; expanded ones could make them endless.
constexpr std::uint64_t kMaxGrowth = 4;
// A strided tensor is read with all that lies between its numbers; thousands of them could read the file over and over.
constexpr std::uint64_t kMaxPasses = 64;

class ReadBudget {
 public:
  explicit ReadBudget(std::uint64_t file_size) : file_size_(file_size) {}

  void spend(const Tensor& tensor) {
    const auto elements = static_cast<std::uint64_t>(tensor.element_count());
    const std::uint64_t most = file_size_ * kMaxGrowth;
    if (elements > most || (bytes_ += elements * item_size(tensor.dtype)) > most) {
      corrupt("has tensors that together are over " + std::to_string(kMaxGrowth) + " times as large as the file");
    }
    if ((passed_ += reach(tensor.shape, tensor.strides) * item_size(tensor.dtype)) > file_size_ * kMaxPasses) {
      corrupt("has tensors strewn so that reading them takes the file " + std::to_string(kMaxPasses) + " times");
    }
  }

 private:
  std::uint64_t file_size_, bytes_ = 0, passed_ = 0;
};

bool holds_tensors(const Value& dict) {
  for (std::size_t i = 0; i < dict.size(); ++i) {
    if (dict.at(i).kind() == Value::Kind::kTensor) return true;
  }
  return false;
}

}  // namespace

std::int64_t Tensor::element_count() const { return checkpoint::element_count(shape); }

void list_tensors(Contents& contents, std::uint64_t file_size) {
  const Document& document = *contents.document;
  Value dict(contents.document, contents.root);
  for (std::string_view wrapper : kWrappers) {
    const Value inner = dict.find(wrapper);
    if (!inner.is_dict() || !holds_tensors(inner)) continue;
    contents.tensor_key = wrapper;
    dict = inner;
    break;
  }
  if (!dict.is_dict()) return;

  const auto& items = document.items(document.node(dict.node()));
  std::unordered_map<std::string_view, std::size_t> index;
  ReadBudget budget(file_size);
  for (std::size_t i = 0; i < items.size(); i += 2) {
    const Node& key = document.node(items[i]);
    const Node& value = document.node(items[i + 1]);
    if (key.kind != NodeKind::kString || value.kind != NodeKind::kTensor) continue;
    const TensorView& view = document.tensors[value.index];
    Tensor tensor{std::string(document.string(key)), view.dtype, view.shape, view.strides, view.offset, view.storage};
    budget.spend(tensor);
    const auto [known, is_new] = index.try_emplace(document.string(key), contents.tensors.size());
    if (is_new)
      contents.tensors.push_back(std::move(tensor));
    else
      contents.tensors[known->second] = std::move(tensor);
  }
}

}  // namespace gsv::checkpoint
