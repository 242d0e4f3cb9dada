// What the allowed globals mean: REDUCE, NEWOBJ, BUILD and persistent ids.
#include "checkpoint/corrupt.h"
#include "checkpoint/pickle.h"
#include "checkpoint/pickle_globals.h"

namespace gsv::checkpoint {

const Node& PickleMachine::expect(std::uint32_t node, NodeKind kind, const char* what) const {
  const Node& found = document_.node(node);
  if (found.kind != kind) corrupt(std::string("has a pickle that ") + what);
  return found;
}

void PickleMachine::push_global(std::string_view module, std::string_view name) {
  Node node(NodeKind::kGlobal);
  node.index = find_global(module, name);
  push_new(node);
}

void PickleMachine::stack_global() {
  const Node& name = expect(pop(), NodeKind::kString, "names a global by something that is no string");
  const Node& module = expect(pop(), NodeKind::kString, "names a global by something that is no string");
  push_global(document_.string(module), document_.string(name));
}

void PickleMachine::new_object() {
  const Node& arguments = expect(pop(), NodeKind::kTuple, "makes an object without a tuple of arguments");
  const Node& type = expect(pop(), NodeKind::kGlobal, "makes an object of something that is no class");
  const Global& named = global(type.index);
  if (named.meaning != Meaning::kObject || !document_.items(arguments).empty()) {
    corrupt("has a pickle that makes an object of `" + std::string(named.name) + "`");
  }
  push_container(NodeKind::kDict);
  document_.nodes[top()].is_object = true;
}

void PickleMachine::reduce() {
  const Node& tuple = expect(pop(), NodeKind::kTuple, "calls without a tuple of arguments");
  const Node& callee = expect(pop(), NodeKind::kGlobal, "calls something that is no function");
  constexpr std::size_t kMaxArguments = 8;
  if (document_.items(tuple).size() > kMaxArguments) corrupt("has a pickle that calls with too many arguments");
  const std::vector<std::uint32_t> arguments = document_.items(tuple);
  const Global& named = global(callee.index);
  switch (named.meaning) {
    case Meaning::kDict:
      return push(make_ordered_dict(arguments));
    case Meaning::kDefaultDict:
      return push_container(NodeKind::kDict);
    case Meaning::kTensor:
      return push(make_tensor(arguments));
    case Meaning::kParameter:
      if (arguments.empty()) break;
      expect(arguments[0], NodeKind::kTensor, "makes a parameter of something that is no tensor");
      return push(arguments[0]);
    case Meaning::kSize:
      if (arguments.size() != 1 || document_.node(arguments[0]).kind != NodeKind::kTuple) break;
      return push(arguments[0]);
    case Meaning::kDevice:
      if (arguments.empty() || document_.node(arguments[0]).kind != NodeKind::kString) break;
      return push(arguments[0]);
    default:
      break;
  }
  corrupt("has a pickle that calls `" + std::string(named.name) + "` with what it does not take");
}

// Python 2 wrote an OrderedDict with a list of pairs, Python 3 writes an empty one and then sets items.
std::uint32_t PickleMachine::make_ordered_dict(std::span<const std::uint32_t> arguments) {
  push_container(NodeKind::kDict);
  const std::uint32_t dict = pop();
  if (arguments.empty()) return dict;
  const Node& pairs = expect(arguments[0], NodeKind::kList, "makes a dict of something that is no list of pairs");
  const std::vector<std::uint32_t> list = document_.items(pairs);
  for (std::uint32_t pair : list) {
    const Node& both = document_.node(pair);
    if (!is_container(both) || document_.items(both).size() != 2) corrupt("has a pickle with a pair that is none");
    const std::vector<std::uint32_t> key_and_value = document_.items(both);
    set_items(dict, key_and_value);
  }
  return dict;
}

// BUILD gives an HParams its attributes. A state dict's `_metadata` comes the same way and is dropped.
void PickleMachine::build() {
  const std::uint32_t state = pop();
  Node& target = document_.nodes[top()];
  if (target.kind != NodeKind::kDict) corrupt("has a pickle that gives attributes to a plain value");
  if (!target.is_object) return;
  const Node& attributes = expect(state, NodeKind::kDict, "gives an object attributes that are no dict");
  if (!document_.items(target).empty()) corrupt("has a pickle that builds an object twice");
  target.index = attributes.index;  // shared, not copied
  target.depth = attributes.depth;
}

// ("storage", type, key, location, elements[, view])
void PickleMachine::persistent_id() {
  const Node& tuple = expect(pop(), NodeKind::kTuple, "has a storage that is no tuple");
  const std::vector<std::uint32_t>& parts = document_.items(tuple);
  if (parts.size() < 5 || parts.size() > 6) corrupt("has a storage of a form that torch does not write");
  const Node& type = expect(parts[1], NodeKind::kGlobal, "has a storage without a type");
  if (global(type.index).meaning != Meaning::kStorage) corrupt("has a storage without a type");
  if (parts.size() == 6 && document_.node(parts[5]).kind != NodeKind::kNull) {
    unsupported("holds views of storages as torch wrote before 0.4; load it with torch and save it again");
  }
  const Node& key = expect(parts[2], NodeKind::kString, "has a storage without a key");
  if (key.length > kMaxKeyBytes) corrupt("has a storage with a key of " + std::to_string(key.length) + " bytes");
  StorageClaim claim;
  claim.key = document_.string(key);
  claim.dtype = global(type.index).dtype;
  const std::int64_t elements = expect(parts[4], NodeKind::kInt, "has a storage without a size").integer;
  if (elements < 0 || static_cast<std::uint64_t>(elements) > max_bytes_ / item_size(claim.dtype)) {
    corrupt("has a storage of " + std::to_string(elements) + " elements, more than the file can hold");
  }
  claim.elements = static_cast<std::uint64_t>(elements);
  const auto [known, is_new] = storage_of_key_.try_emplace(claim.key, storages_.size());
  if (is_new) {
    if (storages_.size() >= kMaxTensors) corrupt("holds more than " + std::to_string(kMaxTensors) + " storages");
    storages_.push_back(claim);
  } else if (storages_[known->second].dtype != claim.dtype || storages_[known->second].elements != claim.elements) {
    corrupt("describes storage " + printable(claim.key) + " in two ways");
  }
  Node node(NodeKind::kStorage);
  node.index = known->second;
  push_new(node);
}

// (storage, offset, shape, strides, requires_grad, hooks[, metadata])
std::uint32_t PickleMachine::make_tensor(std::span<const std::uint32_t> arguments) {
  if (arguments.size() < 4) corrupt("has a tensor with too few parts");
  if (document_.tensors.size() >= kMaxTensors) corrupt("holds more than " + std::to_string(kMaxTensors) + " tensors");
  TensorView view;
  view.storage = expect(arguments[0], NodeKind::kStorage, "has a tensor without a storage").index;
  view.dtype = storages_[view.storage].dtype;
  view.offset = expect(arguments[1], NodeKind::kInt, "has a tensor whose offset is no number").integer;
  view.shape = integers(arguments[2]);
  view.strides = integers(arguments[3]);
  check_view(view, storages_[view.storage].elements);
  Node node(NodeKind::kTensor);
  node.index = document_.tensors.size();
  document_.tensors.push_back(std::move(view));
  return add_node(node);
}

std::vector<std::int64_t> PickleMachine::integers(std::uint32_t tuple) const {
  const auto& items = document_.items(expect(tuple, NodeKind::kTuple, "has a tensor whose shape is no tuple"));
  if (items.size() > kMaxRank) corrupt("has a tensor of more than " + std::to_string(kMaxRank) + " dimensions");
  std::vector<std::int64_t> numbers;
  for (std::uint32_t item : items) {
    numbers.push_back(expect(item, NodeKind::kInt, "has a tensor whose shape is no tuple of numbers").integer);
  }
  return numbers;
}

}  // namespace gsv::checkpoint
