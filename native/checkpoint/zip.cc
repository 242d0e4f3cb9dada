#include "checkpoint/zip.h"

#include <algorithm>
#include <cstring>

#include "checkpoint/corrupt.h"
#include "checkpoint/crc32.h"

namespace gsv::checkpoint {
namespace {

constexpr std::size_t kEndSize = 22, kMaxComment = 0xFFFF, kLocatorSize = 20, kEnd64Size = 56;
constexpr std::size_t kCentralSize = 46, kLocalSize = 30;
constexpr std::uint32_t kEndMagic = 0x06054b50, kLocatorMagic = 0x07064b50, kEnd64Magic = 0x06064b50;
constexpr std::uint32_t kCentralMagic = 0x02014b50, kLocalMagic = 0x04034b50;
constexpr std::uint64_t kMaxDirectoryBytes = std::uint64_t{16} << 20;
constexpr std::uint64_t kMaxEntries = 60'000;
constexpr std::size_t kMaxName = 1'024;

template <class T>
T number_at(std::string_view bytes, std::size_t at) {
  if (at > bytes.size() || sizeof(T) > bytes.size() - at) corrupt("has a zip record that is cut short");
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

struct DirectoryPlace {
  std::uint64_t offset = 0, size = 0, entries = 0;
  std::uint64_t end = 0;  // where the records after the directory begin
};

std::size_t find_end_record(std::string_view tail) {
  for (std::size_t at = tail.size() - kEndSize + 1; at-- > 0;) {
    if (number_at<std::uint32_t>(tail, at) != kEndMagic) continue;
    if (at + kEndSize + number_at<std::uint16_t>(tail, at + 20) == tail.size()) return at;
  }
  corrupt("is cut short: the zip directory at its end is missing");
}

DirectoryPlace read_end64(const ByteSource& source, std::uint64_t locator) {
  const std::string record = source.read_string(locator, kLocatorSize);
  DirectoryPlace place;
  place.end = number_at<std::uint64_t>(record, 8);
  const std::string end = source.read_string(place.end, kEnd64Size);
  if (number_at<std::uint32_t>(end, 0) != kEnd64Magic) corrupt("has a damaged zip64 record");
  place.entries = number_at<std::uint64_t>(end, 32);
  place.size = number_at<std::uint64_t>(end, 40);
  place.offset = number_at<std::uint64_t>(end, 48);
  return place;
}

DirectoryPlace find_directory(const ByteSource& source) {
  if (source.size() < kEndSize) corrupt("is cut short: it is too small for a zip archive");
  const std::size_t tail_size = std::min<std::uint64_t>(source.size(), kEndSize + kMaxComment);
  const std::uint64_t tail_start = source.size() - tail_size;
  const std::string tail = source.read_string(tail_start, tail_size);
  const std::size_t at = find_end_record(tail);
  DirectoryPlace place;
  place.end = tail_start + at;
  if (at >= kLocatorSize && number_at<std::uint32_t>(tail, at - kLocatorSize) == kLocatorMagic) {
    place = read_end64(source, place.end - kLocatorSize);
  } else {
    place.entries = number_at<std::uint16_t>(tail, at + 10);
    place.size = number_at<std::uint32_t>(tail, at + 12);
    place.offset = number_at<std::uint32_t>(tail, at + 16);
  }
  if (place.offset > place.end || place.size > place.end - place.offset)
    corrupt("has a zip directory outside the file");
  if (place.size > kMaxDirectoryBytes || place.entries > kMaxEntries || place.entries > place.size / kCentralSize) {
    corrupt("has a zip directory of " + std::to_string(place.entries) + " entries in " + std::to_string(place.size) +
            " bytes");
  }
  return place;
}

void check_name(std::string_view name) {
  const auto bad_byte = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\' || c == ':';
  };
  bool climbs = name.empty() || name.size() > kMaxName || name.front() == '/';
  climbs = climbs || std::any_of(name.begin(), name.end(), bad_byte);
  for (std::size_t at = 0; at <= name.size() && !climbs;) {
    const std::size_t end = std::min(name.find('/', at), name.size());
    const std::string_view part = name.substr(at, end - at);
    climbs = part == ".." || part == "." || (part.empty() && end != name.size());
    at = end + 1;
  }
  if (climbs) corrupt("has a zip entry with a hostile name: '" + printable(name) + "'");
}

void check_stored(std::string_view name, std::uint16_t flags, std::uint16_t method) {
  if (flags & 1) unsupported("has an encrypted zip entry, '" + printable(name) + "'");
  if (method == 0) return;
  unsupported("has a compressed zip entry, '" + printable(name) + "' (" +
              (method == 8 ? "deflate" : "method " + std::to_string(method)) +
              "); torch stores its entries plainly, so unpack it and save it again with torch.save");
}

// The zip64 extra field holds, in this order, those of size, packed size and header offset that are all ones.
void apply_zip64(std::string_view extra, ZipEntry& entry, std::uint64_t& packed) {
  constexpr std::uint64_t kElsewhere = 0xFFFFFFFF;
  if (entry.size != kElsewhere && packed != kElsewhere && entry.header != kElsewhere) return;
  for (std::size_t at = 0; at + 4 <= extra.size();) {
    const auto tag = number_at<std::uint16_t>(extra, at), length = number_at<std::uint16_t>(extra, at + 2);
    if (tag != 1) {
      at += 4 + std::size_t{length};
      continue;
    }
    const std::string_view field = extra.substr(at + 4, length);
    std::size_t next = 0;
    for (std::uint64_t* value : {&entry.size, &packed, &entry.header}) {
      if (*value != kElsewhere) continue;
      *value = number_at<std::uint64_t>(field, next);
      next += 8;
    }
    return;
  }
}

}  // namespace

ZipDirectory::ZipDirectory(const ByteSource& source) {
  const DirectoryPlace place = find_directory(source);
  directory_ = source.read_string(place.offset, place.size);
  directory_offset_ = place.offset;
  entries_.reserve(place.entries);
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < place.entries; ++i) add_entry(at);
  if (at != directory_.size()) corrupt("has a zip directory longer than its entries");
  locate_data(source);
}

void ZipDirectory::add_entry(std::size_t& at) {
  const std::string_view bytes = directory_;
  if (number_at<std::uint32_t>(bytes, at) != kCentralMagic) corrupt("has a damaged zip directory");
  const std::size_t name_size = number_at<std::uint16_t>(bytes, at + 28);
  const std::size_t extra_size = number_at<std::uint16_t>(bytes, at + 30);
  const std::size_t comment_size = number_at<std::uint16_t>(bytes, at + 32);
  const std::size_t length = kCentralSize + name_size + extra_size + comment_size;
  if (length > bytes.size() - at) corrupt("has a zip directory that is cut short");
  ZipEntry entry;
  entry.name = bytes.substr(at + kCentralSize, name_size);
  entry.crc = number_at<std::uint32_t>(bytes, at + 16);
  entry.size = number_at<std::uint32_t>(bytes, at + 24);
  entry.header = number_at<std::uint32_t>(bytes, at + 42);
  std::uint64_t packed = number_at<std::uint32_t>(bytes, at + 20);
  apply_zip64(bytes.substr(at + kCentralSize + name_size, extra_size), entry, packed);
  check_name(entry.name);
  check_stored(entry.name, number_at<std::uint16_t>(bytes, at + 8), number_at<std::uint16_t>(bytes, at + 10));
  if (packed != entry.size) corrupt("has a zip entry of two sizes, '" + printable(entry.name) + "'");
  if (!index_.try_emplace(entry.name, entries_.size()).second) {
    corrupt("has a zip entry twice, '" + printable(entry.name) + "'");
  }
  entries_.push_back(entry);
  at += length;
}

// Walks the entries in the order of the file: each must end before the next begins, the last before the directory.
void ZipDirectory::locate_data(const ByteSource& source) {
  std::vector<ZipEntry*> order;
  for (ZipEntry& entry : entries_) order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](const ZipEntry* a, const ZipEntry* b) { return a->header < b->header; });
  for (std::size_t i = 0; i < order.size(); ++i) {
    ZipEntry& entry = *order[i];
    const std::uint64_t limit = i + 1 < order.size() ? order[i + 1]->header : directory_offset_;
    const std::string name = printable(entry.name);
    if (entry.header > limit || limit - entry.header < kLocalSize)
      corrupt("has overlapping zip entries, at '" + name + "'");
    const std::uint64_t header_size = std::min<std::uint64_t>(limit - entry.header, kLocalSize + entry.name.size());
    const std::string header = source.read_string(entry.header, header_size);
    // A version head may stand in place of the file's first two bytes.
    const std::size_t skip = entry.header == 0 ? 2 : 0;
    if (header.compare(skip, 4 - skip, std::string_view("PK\3\4").substr(skip)) != 0) {
      corrupt("has a damaged zip entry, '" + name + "'");
    }
    check_stored(entry.name, number_at<std::uint16_t>(header, 6), number_at<std::uint16_t>(header, 8));
    const std::size_t name_size = number_at<std::uint16_t>(header, 26);
    entry.offset = entry.header + kLocalSize + name_size + number_at<std::uint16_t>(header, 28);
    if (entry.offset > limit || entry.size > limit - entry.offset)
      corrupt("has overlapping zip entries, at '" + name + "'");
    if (name_size != entry.name.size() || header.substr(kLocalSize) != entry.name) {
      corrupt("has a zip entry of two names, '" + name + "'");
    }
  }
}

const ZipEntry* ZipDirectory::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &entries_[found->second];
}

std::string read_entry(const ByteSource& source, const ZipEntry& entry) {
  std::string bytes = source.read_string(entry.offset, entry.size);
  if (crc32(0, std::as_bytes(std::span(bytes))) != entry.crc) {
    corrupt("is damaged: the bytes of '" + printable(entry.name) + "' do not fit their checksum");
  }
  return bytes;
}

}  // namespace gsv::checkpoint
