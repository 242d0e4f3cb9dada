#include <unordered_map>

#include "checkpoint/corrupt.h"
#include "checkpoint/document.h"
#include "checkpoint/json_writer.h"

namespace gsv::checkpoint {
namespace {

constexpr std::size_t kMaxJsonBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxSteps = 4'000'000;  // a shared dict may be walked often and write little

// Recursion is bounded: check_shape held the document to kMaxDepth.
class JsonWriter {
 public:
  explicit JsonWriter(const Document& document) : document_(document) {}

  void value(std::uint32_t index) {
    const Node& node = document_.node(index);
    spend(is_container(node) ? 1 + document_.items(node).size() : 1 + node.length);
    switch (node.kind) {
      case NodeKind::kBool:
        out_ += node.boolean ? "true" : "false";
        break;
      case NodeKind::kInt:
        out_ += std::to_string(node.integer);
        break;
      case NodeKind::kDouble:
        append_json(out_, node.real);
        break;
      case NodeKind::kString:
        append_json(out_, document_.string(node));
        break;
      case NodeKind::kList:
      case NodeKind::kTuple:
        array(document_.items(node));
        break;
      case NodeKind::kDict:
        object(document_.items(node));
        break;
      case NodeKind::kTensor:
        tensor(document_.tensors[node.index]);
        break;
      default:
        out_ += "null";
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void spend(std::size_t steps) {
    steps_ += steps;
    if (steps_ > kMaxSteps || out_.size() > kMaxJsonBytes) corrupt("holds a config of more than 1 MiB of JSON");
  }

  void array(const std::vector<std::uint32_t>& items) {
    out_ += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += ',';
      value(items[i]);
    }
    out_ += ']';
  }

  void object(const std::vector<std::uint32_t>& items) {
    std::unordered_map<std::string, std::size_t> last;  // of equal keys the last counts
    for (std::size_t i = 0; i < items.size(); i += 2) last[key(items[i])] = i;
    out_ += '{';
    bool first = true;
    for (std::size_t i = 0; i < items.size(); i += 2) {
      const std::string name = key(items[i]);
      if (last[name] != i) continue;
      if (!first) out_ += ',';
      first = false;
      append_json(out_, name);
      out_ += ':';
      value(items[i + 1]);
    }
    out_ += '}';
  }

  std::string key(std::uint32_t index) const {
    const Node& node = document_.node(index);
    if (node.kind == NodeKind::kString) return std::string(document_.string(node));
    if (node.kind == NodeKind::kInt) return std::to_string(node.integer);
    return "?";
  }

  void tensor(const TensorView& view) {
    out_ += "{\"tensor\":";
    append_json(out_, dtype_name(view.dtype));
    out_ += ",\"shape\":[";
    for (std::size_t d = 0; d < view.shape.size(); ++d) {
      if (d > 0) out_ += ',';
      out_ += std::to_string(view.shape[d]);
    }
    out_ += "]}";
  }

  const Document& document_;
  std::string out_;
  std::size_t steps_ = 0;
};

}  // namespace

std::string Value::to_json() const {
  if (!document_) return "null";
  JsonWriter writer(*document_);
  writer.value(node_);
  return writer.take();
}

}  // namespace gsv::checkpoint
