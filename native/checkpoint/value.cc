#include <array>

#include "checkpoint/corrupt.h"
#include "checkpoint/document.h"
#include "checkpoint/json_writer.h"

namespace gsv::checkpoint {
namespace {

struct DTypeRow {
  std::string_view name;
  std::size_t bytes;
  bool floating;
};
// In the order of DType.
constexpr std::array<DTypeRow, 10> kDTypes = {{{"float32", 4, true},
                                               {"float16", 2, true},
                                               {"bfloat16", 2, true},
                                               {"float64", 8, true},
                                               {"int64", 8, false},
                                               {"int32", 4, false},
                                               {"int16", 2, false},
                                               {"int8", 1, false},
                                               {"uint8", 1, false},
                                               {"bool", 1, false}}};

const DTypeRow& row(DType dtype) { return kDTypes.at(static_cast<std::size_t>(dtype)); }

std::string_view kind_name(Value::Kind kind) {
  constexpr std::array<std::string_view, 11> kNames = {"missing",  "null",     "a bool",  "a whole number",
                                                       "a number", "a string", "bytes",   "a list",
                                                       "a tuple",  "a dict",   "a tensor"};
  return kNames.at(static_cast<std::size_t>(kind));
}

[[noreturn]] void wrong_type(std::string_view field, Value::Kind found, std::string_view wanted) {
  throw Error(code::kUnsupportedConfig, "config field " + std::string(field) + " is " + std::string(kind_name(found)) +
                                            "; " + std::string(wanted) + " is needed");
}

}  // namespace

std::size_t item_size(DType dtype) { return row(dtype).bytes; }
std::string_view dtype_name(DType dtype) { return row(dtype).name; }
bool is_floating(DType dtype) { return row(dtype).floating; }

Value::Kind Value::kind() const {
  if (!document_) return Kind::kMissing;
  switch (document_->node(node_).kind) {
    case NodeKind::kBool:
      return Kind::kBool;
    case NodeKind::kInt:
      return Kind::kInt;
    case NodeKind::kDouble:
      return Kind::kDouble;
    case NodeKind::kString:
      return Kind::kString;
    case NodeKind::kBytes:
      return Kind::kBytes;
    case NodeKind::kList:
      return Kind::kList;
    case NodeKind::kTuple:
      return Kind::kTuple;
    case NodeKind::kDict:
      return Kind::kDict;
    case NodeKind::kTensor:
      return Kind::kTensor;
    default:
      return Kind::kNull;  // a class or a bare storage has no value of its own
  }
}

std::size_t Value::size() const {
  if (!document_ || !is_container(document_->node(node_))) return 0;
  const std::size_t items = document_->items(document_->node(node_)).size();
  return is_dict() ? items / 2 : items;
}

Value Value::at(std::size_t index) const {
  if (index >= size()) return {};
  const auto& items = document_->items(document_->node(node_));
  return {document_, is_dict() ? items[2 * index + 1] : items[index]};
}

Value Value::key(std::size_t index) const {
  if (!is_dict() || index >= size()) return {};
  return {document_, document_->items(document_->node(node_))[2 * index]};
}

Value Value::find(std::string_view name) const {
  if (!is_dict()) return {};
  const auto& items = document_->items(document_->node(node_));
  for (std::size_t i = items.size(); i >= 2; i -= 2) {
    const Node& key = document_->node(items[i - 2]);
    if (key.kind == NodeKind::kString && document_->string(key) == name) return {document_, items[i - 1]};
  }
  return {};
}

Value Value::find_path(std::string_view path) const {
  Value value = *this;
  while (value) {
    const std::size_t dot = path.find('.');
    value = value.find(path.substr(0, dot));
    if (dot == std::string_view::npos) break;
    path.remove_prefix(dot + 1);
  }
  return value;
}

std::optional<bool> Value::to_bool() const {
  if (kind() != Kind::kBool) return {};
  return document_->node(node_).boolean;
}

std::optional<std::int64_t> Value::to_int() const {
  if (kind() != Kind::kInt) return {};
  return document_->node(node_).integer;
}

std::optional<double> Value::to_double() const {
  if (kind() == Kind::kInt) return static_cast<double>(document_->node(node_).integer);
  if (kind() != Kind::kDouble) return {};
  return document_->node(node_).real;
}

std::optional<std::string_view> Value::to_string() const {
  if (kind() != Kind::kString) return {};
  return document_->string(document_->node(node_));
}

bool Value::as_bool(std::string_view field) const {
  if (const auto value = to_bool()) return *value;
  wrong_type(field, kind(), "a bool");
}

std::int64_t Value::as_int(std::string_view field) const {
  if (const auto value = to_int()) return *value;
  wrong_type(field, kind(), "a whole number");
}

double Value::as_double(std::string_view field) const {
  if (const auto value = to_double()) return *value;
  wrong_type(field, kind(), "a number");
}

std::string Value::as_string(std::string_view field) const {
  if (const auto value = to_string()) return std::string(*value);
  wrong_type(field, kind(), "a string");
}

std::vector<std::int64_t> Value::as_ints(std::string_view field) const {
  if (kind() != Kind::kList && kind() != Kind::kTuple) wrong_type(field, kind(), "a list of whole numbers");
  std::vector<std::int64_t> numbers(size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = at(i).as_int(std::string(field) + "[" + std::to_string(i) + "]");
  }
  return numbers;
}

}  // namespace gsv::checkpoint
