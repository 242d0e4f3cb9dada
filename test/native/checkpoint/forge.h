// Writes archives and pickles byte by byte, right or wrong on purpose.
#pragma once

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/crc32.h"

namespace gsv::test {

template <class T>
std::string bytes_of(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

struct ForgedEntry {
  std::string name, data;
  std::uint16_t method = 0;
  std::uint16_t flags = 0;
};

inline std::uint32_t crc_of(std::string_view data) { return checkpoint::crc32(0, std::as_bytes(std::span(data))); }

// Sizes, checksum and names as both headers of an entry hold them.
inline std::string entry_fields(const ForgedEntry& entry) {
  const auto size = static_cast<std::uint32_t>(entry.data.size());
  return bytes_of(entry.flags) + bytes_of(entry.method) + bytes_of<std::uint32_t>(0) + bytes_of(crc_of(entry.data)) +
         bytes_of(size) + bytes_of(size) + bytes_of(static_cast<std::uint16_t>(entry.name.size())) +
         bytes_of<std::uint16_t>(0);
}

struct ForgedZip {
  std::string body, directory;
  std::uint16_t count = 0;

  void add(const ForgedEntry& entry) {
    const auto header = static_cast<std::uint32_t>(body.size());
    body += std::string("PK\3\4") + bytes_of<std::uint16_t>(20) + entry_fields(entry) + entry.name + entry.data;
    list(entry, header);
  }

  // An entry of the directory alone, saying that its local header is at `header`.
  void list(const ForgedEntry& entry, std::uint32_t header) {
    directory += std::string("PK\1\2") + bytes_of<std::uint32_t>(20) + entry_fields(entry) + std::string(8, '\0') +
                 std::string(2, '\0') + bytes_of(header) + entry.name;
    ++count;
  }

  std::string finish(std::int64_t shift = 0) const {
    return body + directory + std::string("PK\5\6") + std::string(4, '\0') + bytes_of(count) + bytes_of(count) +
           bytes_of(static_cast<std::uint32_t>(directory.size())) +
           bytes_of(static_cast<std::uint32_t>(static_cast<std::int64_t>(body.size()) + shift)) + std::string(2, '\0');
  }
};

inline std::string zip_of(const std::vector<ForgedEntry>& entries) {
  ForgedZip zip;
  for (const ForgedEntry& entry : entries) zip.add(entry);
  return zip.finish();
}

// A checkpoint of a pickle and one storage, data/0.
inline std::string torch_zip_of(std::string_view pickle, std::string_view storage = std::string(64, '\1')) {
  return zip_of({{"archive/data.pkl", std::string(pickle)}, {"archive/data/0", std::string(storage)}});
}

inline std::string text(std::string_view value) {
  return "X" + bytes_of(static_cast<std::uint32_t>(value.size())) + std::string(value);
}

inline std::string number(std::int64_t value) { return std::string("\x8a\x08", 2) + bytes_of(value); }

// The tuple (a, b, ...)
inline std::string tuple_of(const std::vector<std::int64_t>& values) {
  std::string out = "(";
  for (std::int64_t value : values) out += number(value);
  return out + "t";
}

inline std::string storage_of(std::string_view type, std::int64_t elements) {
  return "(" + text("storage") + "ctorch\n" + std::string(type) + "\n" + text("0") + text("cpu") + number(elements) +
         "tQ";
}

// A file of one float32 tensor "t" on a storage of 16 elements.
inline std::string tensor_pickle(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& strides,
                                 std::int64_t offset = 0, std::int64_t elements = 16) {
  return std::string("\x80\x02}") + text("t") + "ctorch._utils\n_rebuild_tensor_v2\n(" +
         storage_of("FloatStorage", elements) + number(offset) + tuple_of(shape) + tuple_of(strides) + "\x89}tRs.";
}

inline std::string repeat(std::string_view part, std::size_t times) {
  std::string out;
  out.reserve(part.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

inline void write_file(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace gsv::test
