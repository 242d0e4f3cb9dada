#include "checkpoint/pickle.h"

#include "checkpoint/corrupt.h"

namespace gsv::checkpoint {
namespace {

constexpr std::size_t kMaxMarks = 1'000;

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

}  // namespace gsv::checkpoint
