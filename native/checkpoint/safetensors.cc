// safetensors: 8 bytes of header length, a JSON header {name: {"dtype", "shape", "data_offsets"}}, then the data, which
// the tensors cover without gap or overlap.
#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_set>

#include "checkpoint/contents.h"
#include "checkpoint/corrupt.h"
#include "checkpoint/json_cursor.h"

namespace gsv::checkpoint {
namespace {

constexpr std::uint64_t kPrefix = 8;  // bytes
constexpr std::uint64_t kMaxHeader = std::uint64_t{16} << 20;

struct Entry {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;  // from the start of the data
};

DType parse_dtype(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, DType>, 10> kNames = {{{"F32", DType::kF32},
                                                                          {"F16", DType::kF16},
                                                                          {"BF16", DType::kBF16},
                                                                          {"F64", DType::kF64},
                                                                          {"I64", DType::kI64},
                                                                          {"I32", DType::kI32},
                                                                          {"I16", DType::kI16},
                                                                          {"I8", DType::kI8},
                                                                          {"U8", DType::kU8},
                                                                          {"BOOL", DType::kBool}}};
  for (const auto& [known, dtype] : kNames) {
    if (known == name) return dtype;
  }
  unsupported("holds numbers of type '" + printable(name) + "', which are not read");
}

Entry read_entry(JsonCursor& json, std::string name) {
  Entry entry;
  entry.name = std::move(name);
  unsigned seen = 0;
  json.object([&](const std::string& field) {
    if (field == "dtype") {
      seen |= 1U;
      entry.dtype = parse_dtype(json.string());
    } else if (field == "shape") {
      seen |= 2U;
      entry.shape = json.integers(kMaxRank);
    } else if (field == "data_offsets") {
      seen |= 4U;
      const auto range = json.integers(2);
      if (range.size() != 2 || range[0] < 0 || range[1] < range[0])
        corrupt_model("has a tensor with impossible offsets");
      entry.begin = static_cast<std::uint64_t>(range[0]);
      entry.end = static_cast<std::uint64_t>(range[1]);
    } else {
      corrupt_model("describes a tensor by an unknown field '" + printable(field) + "'");
    }
  });
  if (seen != 7U)
    corrupt_model("describes tensor '" + printable(entry.name) + "' without dtype, shape or data_offsets");
  return entry;
}

void check_size(const Entry& entry) {
  std::uint64_t bytes = item_size(entry.dtype);
  for (std::int64_t size : entry.shape) {
    if (size < 0 || __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes)) {
      corrupt_model("has a tensor, '" + printable(entry.name) + "', of an impossible shape");
    }
  }
  if (bytes != entry.end - entry.begin) {
    corrupt_model("has a tensor, '" + printable(entry.name) + "', of " + std::to_string(bytes) +
                  " bytes in a place of " + std::to_string(entry.end - entry.begin));
  }
}

void check_cover(const std::vector<Entry>& entries, std::uint64_t data_size) {
  std::vector<const Entry*> order;
  for (const Entry& entry : entries) order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) {
    return a->begin != b->begin ? a->begin < b->begin : a->end < b->end;
  });
  std::uint64_t at = 0;
  for (const Entry* entry : order) {
    if (entry->begin != at) {
      corrupt_model("has tensors that overlap or leave a gap, at '" + printable(entry->name) + "'");
    }
    at = entry->end;
  }
  if (at != data_size)
    corrupt_model("is cut short or too long: its tensors need " + std::to_string(at) + " bytes of " +
                  std::to_string(data_size));
}

// The strings of "__metadata__", as a dict. The document's text keeps them, unescaped.
void add_string(Document& document, std::string_view text, std::vector<std::uint32_t>& items) {
  if (document.nodes.size() >= kMaxValues) corrupt_model("has too much metadata");
  const Node node = Node::string(NodeKind::kString, document.text.size(), text.size());
  document.text += text;
  items.push_back(static_cast<std::uint32_t>(document.nodes.size()));
  document.nodes.push_back(node);
}

std::vector<Entry> read_header(std::string_view header, Document& document) {
  JsonCursor json(header);
  std::vector<Entry> entries;
  std::unordered_set<std::string> names;
  json.object([&](const std::string& name) {
    if (name.size() > kMaxKeyBytes) corrupt_model("has a tensor name of " + std::to_string(name.size()) + " bytes");
    if (!names.insert(name).second) corrupt_model("has tensor '" + printable(name) + "' twice");
    if (names.size() > kMaxTensors) corrupt_model("holds more than " + std::to_string(kMaxTensors) + " tensors");
    if (name != "__metadata__") {
      entries.push_back(read_entry(json, name));
      return;
    }
    json.object([&](const std::string& key) {
      if (key.size() > kMaxKeyBytes) corrupt_model("has a metadata key of " + std::to_string(key.size()) + " bytes");
      add_string(document, key, document.containers[0]);
      add_string(document, json.string(), document.containers[0]);
    });
  });
  json.finish();
  return entries;
}

Tensor to_tensor(const Entry& entry, std::size_t storage) {
  Tensor tensor{entry.name, entry.dtype, entry.shape, {}, 0, storage};
  tensor.strides.resize(entry.shape.size());
  std::int64_t stride = 1;
  for (std::size_t d = entry.shape.size(); d-- > 0;) {
    tensor.strides[d] = stride;
    if (entry.begin != entry.end) stride *= entry.shape[d];
  }
  return tensor;
}

}  // namespace

Contents read_safetensors(const ByteSource& source) {
  std::uint64_t header_size = 0;
  if (source.size() < kPrefix) corrupt_model("is cut short: it has no safetensors header");
  source.read(0, std::as_writable_bytes(std::span(&header_size, 1)));
  if (header_size > kMaxHeader || header_size > source.size() - kPrefix) {
    corrupt_model("claims a safetensors header of " + std::to_string(header_size) + " bytes");
  }
  auto document = std::make_shared<Document>();
  document->nodes.push_back(Node::container(NodeKind::kDict, 0));
  document->containers.emplace_back();
  const std::vector<Entry> entries = read_header(source.read_string(kPrefix, header_size), *document);
  Contents contents;
  contents.container = Container::kSafetensors;
  const std::uint64_t data_start = kPrefix + header_size;
  for (const Entry& entry : entries) {
    check_size(entry);
    contents.tensors.push_back(to_tensor(entry, contents.storages.size()));
    contents.storages.push_back(
        {.offset = data_start + entry.begin, .bytes = entry.end - entry.begin, .crc = {}, .name = entry.name});
  }
  check_cover(entries, source.size() - data_start);
  contents.document = std::move(document);
  return contents;
}

}  // namespace gsv::checkpoint
