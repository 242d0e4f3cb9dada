#include <cstdint>

#include "checkpoint/checkpoint.h"
#include "checkpoint/json_writer.h"

namespace gsv::checkpoint {
namespace {

void append_key(std::string& out, std::string_view key) {
  out += out.back() == '{' ? "" : ",";
  append_json(out, key);
  out += ':';
}

void append_field(std::string& out, std::string_view key, std::string_view text) {
  append_key(out, key);
  append_json(out, text);
}

void append_field(std::string& out, std::string_view key, std::uint64_t number) {
  append_key(out, key);
  out += std::to_string(number);
}

// null when empty
void append_optional(std::string& out, std::string_view key, std::string_view text) {
  if (!text.empty()) return append_field(out, key, text);
  append_key(out, key);
  out += "null";
}

template <class Range, class Append>
void append_array(std::string& out, std::string_view key, const Range& items, Append append) {
  append_key(out, key);
  out += '[';
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ',';
    first = false;
    append(item);
  }
  out += ']';
}

void append_tensor(std::string& out, const Tensor& tensor) {
  out += '{';
  append_field(out, "name", tensor.name);
  append_field(out, "dtype", dtype_name(tensor.dtype));
  append_array(out, "shape", tensor.shape, [&](std::int64_t size) { out += std::to_string(size); });
  out += '}';
}

}  // namespace

std::string describe_json(const File& file, const Identity& identity) {
  std::uint64_t parameters = 0;
  for (const Tensor& tensor : file.tensors()) parameters += static_cast<std::uint64_t>(tensor.element_count());
  std::string out = "{";
  append_field(out, "kind", identity.kind);
  append_field(out, "version", identity.version);
  append_key(out, "versionIsStated");
  out += identity.version_is_stated ? "true" : "false";
  append_field(out, "what", identity.what);
  append_optional(out, "published", identity.published);
  append_optional(out, "base", identity.base_needed);
  append_key(out, "loraRank");
  out += identity.lora_rank ? std::to_string(*identity.lora_rank) : "null";
  append_field(out, "container", container_name(file.container()));
  append_optional(out, "head", file.head().value_or(""));
  append_field(out, "info", identity.info);
  append_key(out, "config");
  out += identity.config.to_json();
  append_array(out, "warnings", identity.warnings, [&](const std::string& text) { append_json(out, text); });
  append_field(out, "bytes", file.file_size());
  append_field(out, "parameters", parameters);
  append_array(out, "tensors", file.tensors(), [&](const Tensor& tensor) { append_tensor(out, tensor); });
  out += '}';
  return out;
}

}  // namespace gsv::checkpoint
