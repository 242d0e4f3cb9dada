// A pickle machine that builds values and calls nothing. Opcodes are those of protocols 2 to 5 that torch files hold;
// globals are the closed list of pickle_globals.h.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "checkpoint/document.h"

namespace gsv::checkpoint {

// No more of a file is taken for its pickle: a v3 training state's is a twentieth.
inline constexpr std::size_t kMaxPickleBytes = std::size_t{16} << 20;

struct StorageClaim {
  std::string key;
  DType dtype = DType::kF32;
  std::uint64_t elements = 0;
};

class PickleMachine {
 public:
  // Reads document.text from `start`. `max_bytes` bounds what a storage may claim: the size of the file.
  PickleMachine(Document& document, std::vector<StorageClaim>& storages, std::uint64_t max_bytes)
      : document_(document), storages_(storages), max_bytes_(max_bytes) {}

  // Runs one pickle to its STOP and gives its value, checked for depth and cycles; position() is the byte after it.
  std::uint32_t run(std::size_t start);
  std::size_t position() const { return position_; }

 private:
  void step(std::uint8_t opcode);
  bool step_scalar(std::uint8_t opcode);
  bool step_container(std::uint8_t opcode);
  bool step_memo(std::uint8_t opcode);

  // Input
  std::size_t bytes_left() const { return document_.text.size() - position_; }
  std::string_view take(std::uint64_t length);
  std::string_view take_line();
  template <class T>
  T take_number() {
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }
  double take_big_endian_double();

  // Stack
  void push(std::uint32_t node);
  void push_new(const Node& node);
  void push_null() { push_new(Node(NodeKind::kNull)); }
  void push_bool(bool value);
  void push_int(std::int64_t value);
  void push_string(NodeKind kind, std::uint64_t length);
  void push_long(std::uint64_t length);
  void push_global(std::string_view module, std::string_view name);
  void push_container(NodeKind kind);
  std::uint32_t pop();
  std::uint32_t top() const;
  std::span<const std::uint32_t> since_mark() const;
  void drop_mark();
  void memoize(std::uint32_t key);
  void recall(std::uint32_t key);

  // Containers
  std::uint32_t add_node(const Node& node);
  void make_tuple(std::size_t count);
  void append_items(std::uint32_t list, std::span<const std::uint32_t> items);
  void set_items(std::uint32_t dict, std::span<const std::uint32_t> pairs);
  void add_item(Node& container, std::uint32_t item);

  // Objects: pickle_objects.cc
  void stack_global();
  void new_object();
  void reduce();
  void build();
  void persistent_id();
  std::uint32_t make_ordered_dict(std::span<const std::uint32_t> arguments);
  std::uint32_t make_tensor(std::span<const std::uint32_t> arguments);
  std::vector<std::int64_t> integers(std::uint32_t tuple) const;
  const Node& expect(std::uint32_t node, NodeKind kind, const char* what) const;

  Document& document_;
  std::vector<StorageClaim>& storages_;
  std::uint64_t max_bytes_;
  std::size_t position_ = 0;
  std::vector<std::uint32_t> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint32_t, std::uint32_t> memo_;
  std::unordered_map<std::string, std::size_t> storage_of_key_;
  std::size_t item_count_ = 0;
};

}  // namespace gsv::checkpoint
