// The machine's input, stack, memo and containers.
#include <algorithm>
#include <bit>
#include <cstring>

#include "checkpoint/corrupt.h"
#include "checkpoint/pickle.h"

namespace gsv::checkpoint {
namespace {

constexpr std::size_t kMaxStack = 500'000;
constexpr std::uint64_t kMaxLongBytes = 256;

}  // namespace

std::string_view PickleMachine::take(std::uint64_t length) {
  if (length > bytes_left()) corrupt("has a pickle that is cut short or claims more bytes than there are");
  const std::string_view out(document_.text.data() + position_, length);
  position_ += length;
  return out;
}

std::string_view PickleMachine::take_line() {
  constexpr std::size_t kMaxLine = 1'000;
  const std::string_view ahead(document_.text.data() + position_, std::min(bytes_left(), kMaxLine));
  const std::size_t end = ahead.find('\n');
  if (end == std::string_view::npos) corrupt("has a pickle whose global name does not end");
  position_ += end + 1;
  return ahead.substr(0, end);
}

double PickleMachine::take_big_endian_double() {
  return std::bit_cast<double>(__builtin_bswap64(take_number<std::uint64_t>()));
}

std::uint32_t PickleMachine::add_node(const Node& node) {
  if (document_.nodes.size() >= kMaxValues) corrupt("holds more than " + std::to_string(kMaxValues) + " values");
  document_.nodes.push_back(node);
  return static_cast<std::uint32_t>(document_.nodes.size() - 1);
}

void PickleMachine::push(std::uint32_t node) {
  if (stack_.size() >= kMaxStack) corrupt("has a pickle that piles up too many values");
  stack_.push_back(node);
}

void PickleMachine::push_new(const Node& node) { push(add_node(node)); }

void PickleMachine::push_bool(bool value) {
  Node node(NodeKind::kBool);
  node.boolean = value;
  push_new(node);
}

void PickleMachine::push_int(std::int64_t value) {
  Node node(NodeKind::kInt);
  node.integer = value;
  push_new(node);
}

void PickleMachine::push_string(NodeKind kind, std::uint64_t length) {
  const std::size_t start = position_;
  push_new(Node::string(kind, start, take(length).size()));
}

// Little-endian two's complement. What 64 bits cannot hold (seeds) becomes the nearest double.
void PickleMachine::push_long(std::uint64_t length) {
  if (length > kMaxLongBytes) corrupt("has a pickled number of " + std::to_string(length) + " bytes");
  const std::string_view bytes = take(length);
  const bool negative = !bytes.empty() && (static_cast<unsigned char>(bytes.back()) & 0x80) != 0;
  if (length <= 8) {
    std::int64_t value = negative ? -1 : 0;
    std::memcpy(&value, bytes.data(), bytes.size());
    return push_int(value);
  }
  double value = negative ? -1 : 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value * 256 + static_cast<unsigned char>(bytes[i]);
  Node node(NodeKind::kDouble);
  node.real = value;
  push_new(node);
}

void PickleMachine::push_container(NodeKind kind) {
  const Node node = Node::container(kind, document_.containers.size());
  document_.containers.emplace_back();
  push_new(node);
}

std::uint32_t PickleMachine::pop() {
  const std::uint32_t node = top();
  stack_.pop_back();
  return node;
}

std::uint32_t PickleMachine::top() const {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) corrupt("has a pickle that takes more values than it has");
  return stack_.back();
}

std::span<const std::uint32_t> PickleMachine::since_mark() const {
  if (marks_.empty()) corrupt("has a pickle without the mark that it looks for");
  return std::span(stack_).subspan(marks_.back());
}

void PickleMachine::drop_mark() {
  stack_.resize(marks_.back());
  marks_.pop_back();
}

void PickleMachine::memoize(std::uint32_t key) {
  if (memo_.size() >= kMaxValues) corrupt("has a pickle that remembers too many values");
  memo_[key] = top();
}

void PickleMachine::recall(std::uint32_t key) {
  const auto found = memo_.find(key);
  if (found == memo_.end()) corrupt("has a pickle that recalls a value it never had");
  push(found->second);
}

void PickleMachine::make_tuple(std::size_t count) {
  if (stack_.size() - (marks_.empty() ? 0 : marks_.back()) < count) {
    corrupt("has a pickle that takes more values than it has");
  }
  Node node = Node::container(NodeKind::kTuple, document_.containers.size());
  document_.containers.emplace_back();
  document_.containers.back().reserve(count);
  for (std::uint32_t item : std::span(stack_).last(count)) add_item(node, item);
  stack_.resize(stack_.size() - count);
  push_new(node);
}

void PickleMachine::append_items(std::uint32_t list, std::span<const std::uint32_t> items) {
  expect(list, NodeKind::kList, "appends to something that is no list");
  for (std::uint32_t item : items) add_item(document_.nodes[list], item);
}

void PickleMachine::set_items(std::uint32_t dict, std::span<const std::uint32_t> pairs) {
  const Node& target = expect(dict, NodeKind::kDict, "sets items of something that is no dict");
  if (target.is_object || pairs.size() % 2 != 0) corrupt("has a pickle that sets items without a key or a dict");
  for (std::size_t i = 0; i < pairs.size(); i += 2) {
    const Node& key = document_.node(pairs[i]);
    if (key.kind == NodeKind::kString && key.length > kMaxKeyBytes) {
      corrupt("has a key of " + std::to_string(key.length) + " bytes");
    }
    add_item(document_.nodes[dict], pairs[i]);
    add_item(document_.nodes[dict], pairs[i + 1]);
  }
}

void PickleMachine::add_item(Node& container, std::uint32_t item) {
  if (++item_count_ > kMaxItems) corrupt("holds containers of more than " + std::to_string(kMaxItems) + " items");
  const Node& added = document_.node(item);
  if (is_container(added)) container.depth = std::max<std::uint16_t>(container.depth, added.depth + 1);
  if (container.depth > kMaxDepth) corrupt("nests values more than " + std::to_string(kMaxDepth) + " deep");
  document_.containers[container.index].push_back(item);
}

}  // namespace gsv::checkpoint
