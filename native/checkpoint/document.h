// Every value of a file in flat tables. A container names its items by index, so a shared item is one item, and
// freeing the deepest nest is freeing five vectors.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/checkpoint.h"

namespace gsv::checkpoint {

// Of the limits below, real files reach a fifth: a v2 training state with its optimizer has some 45,000 values.
inline constexpr std::size_t kMaxValues = 250'000;
inline constexpr std::size_t kMaxItems = 1'000'000;  // in all containers together
inline constexpr std::size_t kMaxTensors = 50'000;
inline constexpr std::size_t kMaxDepth = 64;
inline constexpr std::size_t kMaxRank = 16;
inline constexpr std::size_t kMaxKeyBytes = 512;  // of a dict's key: one long string may be the key a million times

enum class NodeKind : std::uint8_t {
  kNull,
  kBool,
  kInt,
  kDouble,
  kString,
  kBytes,
  kList,
  kTuple,
  kDict,
  kTensor,
  kGlobal,  // an allowed name, until REDUCE or NEWOBJ asks for its meaning
  kStorage,
};

struct Node {
  explicit Node(NodeKind k) : kind(k) {}
  static Node container(NodeKind kind, std::uint64_t index) {
    Node node(kind);
    node.depth = 1;
    node.index = index;
    return node;
  }
  static Node string(NodeKind kind, std::uint64_t start, std::size_t length) {
    Node node(kind);
    node.start = start;
    node.length = static_cast<std::uint32_t>(length);
    return node;
  }

  NodeKind kind;
  bool is_object = false;    // a dict that stands for the attributes of an object
  std::uint16_t depth = 0;   // containers: at least 1 + the deepest item
  std::uint32_t length = 0;  // of a string, bytes
  union {
    bool boolean;
    std::int64_t integer = 0;
    double real;
    std::uint64_t start;  // of a string in `text`
    std::uint64_t index;  // into containers, tensors, storages or the table of globals
  };
};

struct TensorView {
  DType dtype = DType::kF32;
  std::size_t storage = 0;
  std::int64_t offset = 0;
  std::vector<std::int64_t> shape, strides;
};

struct Document {
  std::string text;  // the pickle or JSON itself: strings are ranges of it
  std::vector<Node> nodes;
  std::vector<std::vector<std::uint32_t>> containers;  // of a dict: key, value, key, value
  std::vector<TensorView> tensors;

  const Node& node(std::uint32_t index) const { return nodes[index]; }
  std::string_view string(const Node& node) const { return {text.data() + node.start, node.length}; }
  const std::vector<std::uint32_t>& items(const Node& node) const { return containers[node.index]; }
};

inline bool is_container(const Node& node) {
  return node.kind == NodeKind::kList || node.kind == NodeKind::kTuple || node.kind == NodeKind::kDict;
}

// ERR_GSV_CORRUPT_CHECKPOINT when a value under `root` contains itself or lies deeper than kMaxDepth.
void check_shape(const Document& document, std::uint32_t root);

// The number of elements; ERR_GSV_CORRUPT_CHECKPOINT for negative sizes or more than 2^63.
std::int64_t element_count(std::span<const std::int64_t> shape);

// Elements from the first to the last that a view touches; 0 for an empty one. check_view made sure that it fits.
std::uint64_t reach(std::span<const std::int64_t> shape, std::span<const std::int64_t> strides);

// ERR_GSV_CORRUPT_CHECKPOINT unless every element of the view lies within a storage of `elements` elements.
void check_view(const TensorView& view, std::uint64_t elements);

}  // namespace gsv::checkpoint
