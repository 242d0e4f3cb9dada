// What the readers of the three formats hand to File.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/byte_source.h"
#include "checkpoint/document.h"

namespace gsv::checkpoint {

struct Storage {
  std::uint64_t offset = 0;  // in the file
  std::uint64_t bytes = 0;
  std::optional<std::uint32_t> crc;  // of a zip entry
  std::string name;                  // for messages: "data/17"
};

struct Contents {
  Container container = Container::kTorchZip;
  std::optional<std::string> head;
  std::shared_ptr<const Document> document;
  std::uint32_t root = 0;
  std::vector<Storage> storages;
  std::vector<Tensor> tensors;  // named; filled by the safetensors reader, otherwise by list_tensors
  std::string tensor_key;
};

Contents read_torch_zip(const ByteSource& source);
Contents read_torch_legacy(const ByteSource& source);
Contents read_safetensors(const ByteSource& source);

bool is_torch_legacy(std::string_view start);

// Whatever else `start` shows the file to be: always throws. A bare pickle that asks for what is not allowed is told
// so.
[[noreturn]] void refuse_format(const ByteSource& source, std::string_view start);

// Names the tensors of a pickle's root: those under "weight", "model", "generator" or "state_dict", else its own.
void list_tensors(Contents& contents, std::uint64_t file_size);

}  // namespace gsv::checkpoint
