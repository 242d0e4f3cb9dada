// The directory of a zip archive whose entries are stored. Nothing is inflated and no name becomes a path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "checkpoint/byte_source.h"

namespace gsv::checkpoint {

struct ZipEntry {
  std::string_view name;
  std::uint64_t header = 0;  // of the local header
  std::uint64_t offset = 0;  // of the data
  std::uint64_t size = 0;    // bytes
  std::uint32_t crc = 0;
};

class ZipDirectory {
 public:
  // ERR_GSV_CORRUPT_CHECKPOINT for a damaged directory, entries that overlap or leave the file, names that are twice
  // there or climb; ERR_GSV_UNSUPPORTED_FORMAT for compressed or encrypted entries. The first two bytes of the file
  // may be any.
  explicit ZipDirectory(const ByteSource& source);
  ZipDirectory(const ZipDirectory&) = delete;
  ZipDirectory& operator=(const ZipDirectory&) = delete;

  const std::vector<ZipEntry>& entries() const { return entries_; }
  const ZipEntry* find(std::string_view name) const;

 private:
  void add_entry(std::size_t& at);
  void locate_data(const ByteSource& source);

  std::string directory_;  // names are ranges of it
  std::uint64_t directory_offset_ = 0;
  std::vector<ZipEntry> entries_;
  std::unordered_map<std::string_view, std::size_t> index_;
};

// The entry's bytes; ERR_GSV_CORRUPT_CHECKPOINT when they do not fit its CRC-32.
std::string read_entry(const ByteSource& source, const ZipEntry& entry);

}  // namespace gsv::checkpoint
