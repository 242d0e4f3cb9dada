#include "checkpoint/pickle.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "checkpoint/corrupt.h"

namespace gsv::checkpoint {
namespace {

constexpr std::size_t kMaxStack = 500'000;
constexpr std::size_t kMaxMarks = 1'000;
constexpr std::uint64_t kMaxLongBytes = 256;

// Names as in Python's pickletools.
enum Opcode : std::uint8_t {
  kMark = '(',
  kStop = '.',
  kPop = '0',
  kBinFloat = 'G',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersId = 'Q',
  kReduce = 'R',
  kBinString = 'T',
  kShortBinString = 'U',
  kBinUnicode = 'X',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kAppends = 'e',
  kBinGet = 'h',
  kInst = 'i',
  kLongBinGet = 'j',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kSetItems = 'u',
  kEmptyTuple = ')',
  kEmptyList = ']',
  kEmptyDict = '}',
  kBinBytes = 'B',
  kShortBinBytes = 'C',
  kProto = 0x80,
  kNewObj = 0x81,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
  kLong4 = 0x8b,
  kShortBinUnicode = 0x8c,
  kBinUnicode8 = 0x8d,
  kBinBytes8 = 0x8e,
  kStackGlobal = 0x93,
  kMemoize = 0x94,
  kFrame = 0x95,
};

}  // namespace

std::uint32_t PickleMachine::run(std::size_t start) {
  position_ = start;
  stack_.clear();
  marks_.clear();
  memo_.clear();
  while (true) {
    const auto opcode = take_number<std::uint8_t>();
    if (opcode == kStop) break;
    step(opcode);
  }
  const std::uint32_t root = pop();
  check_shape(document_, root);
  return root;
}

void PickleMachine::step(std::uint8_t opcode) {
  if (step_scalar(opcode) || step_container(opcode) || step_memo(opcode)) return;
  switch (opcode) {
    case kProto:
      if (const auto protocol = take_number<std::uint8_t>(); protocol > 5) {
        unsupported("is pickled with protocol " + std::to_string(protocol) + "; protocols 2 to 5 are read");
      }
      return;
    case kFrame:
      if (take_number<std::uint64_t>() > bytes_left()) corrupt("has a pickle frame that is longer than the file");
      return;
    case kPop:
      pop();
      return;
    case kGlobal:
    case kInst: {  // INST calls what it names: never allowed, but the name is worth telling
      const std::string_view module = take_line(), name = take_line();
      push_global(module, name);
      if (opcode == kInst) corrupt("has a pickle that calls a class the old way (INST)");
      return;
    }
    case kStackGlobal:
      return stack_global();
    case kNewObj:
      return new_object();
    case kReduce:
      return reduce();
    case kBuild:
      return build();
    case kBinPersId:
      return persistent_id();
    default:
      corrupt("has a pickle opcode " + std::to_string(opcode) + " that torch files do not use");
  }
}

bool PickleMachine::step_scalar(std::uint8_t opcode) {
  switch (opcode) {
    case kNone:
      push_null();
      return true;
    case kNewTrue:
      push_bool(true);
      return true;
    case kNewFalse:
      push_bool(false);
      return true;
    case kBinInt:
      push_int(take_number<std::int32_t>());
      return true;
    case kBinInt1:
      push_int(take_number<std::uint8_t>());
      return true;
    case kBinInt2:
      push_int(take_number<std::uint16_t>());
      return true;
    case kLong1:
      push_long(take_number<std::uint8_t>());
      return true;
    case kLong4:
      push_long(take_number<std::uint32_t>());
      return true;
    case kBinFloat: {
      Node node(NodeKind::kDouble);
      node.real = take_big_endian_double();
      push_new(node);
      return true;
    }
    case kShortBinString:
    case kShortBinUnicode:
      push_string(NodeKind::kString, take_number<std::uint8_t>());
      return true;
    case kBinString:
    case kBinUnicode:
      push_string(NodeKind::kString, take_number<std::uint32_t>());
      return true;
    case kBinUnicode8:
      push_string(NodeKind::kString, take_number<std::uint64_t>());
      return true;
    case kShortBinBytes:
      push_string(NodeKind::kBytes, take_number<std::uint8_t>());
      return true;
    case kBinBytes:
      push_string(NodeKind::kBytes, take_number<std::uint32_t>());
      return true;
    case kBinBytes8:
      push_string(NodeKind::kBytes, take_number<std::uint64_t>());
      return true;
    default:
      return false;
  }
}

bool PickleMachine::step_container(std::uint8_t opcode) {
  switch (opcode) {
    case kMark:
      if (marks_.size() >= kMaxMarks) corrupt("nests more than " + std::to_string(kMaxMarks) + " marks in its pickle");
      marks_.push_back(stack_.size());
      return true;
    case kEmptyTuple:
      push_container(NodeKind::kTuple);
      return true;
    case kEmptyList:
      push_container(NodeKind::kList);
      return true;
    case kEmptyDict:
      push_container(NodeKind::kDict);
      return true;
    case kTuple1:
      make_tuple(1);
      return true;
    case kTuple2:
      make_tuple(2);
      return true;
    case kTuple3:
      make_tuple(3);
      return true;
    case kTuple: {
      const std::size_t count = since_mark().size();
      marks_.pop_back();
      make_tuple(count);
      return true;
    }
    case kAppend: {
      const std::uint32_t item = pop();
      append_items(top(), std::span(&item, 1));
      return true;
    }
    case kSetItem: {
      const std::uint32_t value = pop(), key = pop();
      const std::uint32_t pair[] = {key, value};
      set_items(top(), pair);
      return true;
    }
    case kAppends:
    case kSetItems: {
      const std::vector<std::uint32_t> items(since_mark().begin(), since_mark().end());
      drop_mark();
      opcode == kAppends ? append_items(top(), items) : set_items(top(), items);
      return true;
    }
    default:
      return false;
  }
}

bool PickleMachine::step_memo(std::uint8_t opcode) {
  switch (opcode) {
    case kBinPut:
      memoize(take_number<std::uint8_t>());
      return true;
    case kLongBinPut:
      memoize(take_number<std::uint32_t>());
      return true;
    case kMemoize:
      memoize(static_cast<std::uint32_t>(memo_.size()));
      return true;
    case kBinGet:
      recall(take_number<std::uint8_t>());
      return true;
    case kLongBinGet:
      recall(take_number<std::uint32_t>());
      return true;
    default:
      return false;
  }
}

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

template <class T>
T PickleMachine::take_number() {
  T value;
  std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
  return value;
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
