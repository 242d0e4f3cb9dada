#include "checkpoint/document.h"

#include <algorithm>

#include "checkpoint/corrupt.h"

namespace gsv::checkpoint {
namespace {

constexpr std::uint8_t kOpen = 0xFF;  // on the way from the root to here

struct Visit {
  std::uint32_t node;
  std::size_t next_item;
};

void enter(const Document& document, std::uint32_t node, std::vector<Visit>& path, std::vector<std::uint8_t>& depths) {
  if (path.size() >= kMaxDepth) corrupt("nests values more than " + std::to_string(kMaxDepth) + " deep");
  if (depths[node] == kOpen) corrupt("holds a value that contains itself");
  if (!is_container(document.node(node)) || depths[node] != 0) return;
  depths[node] = kOpen;
  path.push_back({node, 0});
}

}  // namespace

// Walks with its own stack. A finished container is known by its depth, so shared ones are walked once.
void check_shape(const Document& document, std::uint32_t root) {
  std::vector<std::uint8_t> depths(document.nodes.size(), 0);
  std::vector<Visit> path;
  enter(document, root, path, depths);
  while (!path.empty()) {
    Visit& visit = path.back();
    const auto& items = document.items(document.node(visit.node));
    if (visit.next_item < items.size()) {
      enter(document, items[visit.next_item++], path, depths);
      continue;
    }
    std::size_t depth = 1;
    for (std::uint32_t item : items) depth = std::max<std::size_t>(depth, depths[item] + std::size_t{1});
    if (depth > kMaxDepth) corrupt("nests values more than " + std::to_string(kMaxDepth) + " deep");
    depths[visit.node] = static_cast<std::uint8_t>(depth);
    path.pop_back();
  }
}

std::int64_t element_count(std::span<const std::int64_t> shape) {
  std::int64_t count = 1;
  bool empty = false;
  for (std::int64_t size : shape) {
    if (size < 0) corrupt("has a tensor with a negative size");
    if (size == 0)
      empty = true;
    else if (__builtin_mul_overflow(count, size, &count))
      corrupt("has a tensor with more than 2^63 elements");
  }
  return empty ? 0 : count;
}

std::uint64_t reach(std::span<const std::int64_t> shape, std::span<const std::int64_t> strides) {
  std::int64_t last = 0;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 0) return 0;
    last += (shape[d] - 1) * strides[d];
  }
  return static_cast<std::uint64_t>(last) + 1;
}

void check_view(const TensorView& view, std::uint64_t elements) {
  if (view.shape.size() != view.strides.size()) corrupt("has a tensor whose shape and strides differ in length");
  if (view.shape.size() > kMaxRank) corrupt("has a tensor of more than " + std::to_string(kMaxRank) + " dimensions");
  const std::int64_t count = element_count(view.shape);
  if (view.offset < 0) corrupt("has a tensor with a negative offset");
  std::int64_t last = view.offset;  // the highest element that the view touches
  for (std::size_t d = 0; d < view.shape.size(); ++d) {
    if (view.strides[d] < 0) corrupt("has a tensor with a negative stride");
    std::int64_t reach = 0;
    if (count != 0 && (__builtin_mul_overflow(view.shape[d] - 1, view.strides[d], &reach) ||
                       __builtin_add_overflow(last, reach, &last))) {
      corrupt("has a tensor whose strides overflow");
    }
  }
  if (count != 0 && static_cast<std::uint64_t>(last) >= elements)
    corrupt("has a tensor that reaches beyond its storage");
}

}  // namespace gsv::checkpoint
