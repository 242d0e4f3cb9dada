#include "checkpoint/crc32.h"

#include <array>
#include <bit>
#include <cstring>

namespace gsv::checkpoint {
namespace {

constexpr std::size_t kSlices = 16;
using Tables = std::array<std::array<std::uint32_t, 256>, kSlices>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t sum = byte;
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) ? 0xEDB88320U : 0U);
    tables[0][byte] = sum;
  }
  for (std::size_t slice = 1; slice < kSlices; ++slice) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[slice - 1][byte];
      tables[slice][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

static_assert(std::endian::native == std::endian::little, "checkpoints are little-endian and read as they lie");

std::uint32_t word_sum(std::uint32_t word, std::size_t first_slice) {
  return kTables[first_slice][word & 0xFF] ^ kTables[first_slice - 1][(word >> 8) & 0xFF] ^
         kTables[first_slice - 2][(word >> 16) & 0xFF] ^ kTables[first_slice - 3][word >> 24];
}

}  // namespace

// Sixteen bytes a step: the look-ups of one step do not wait for each other.
std::uint32_t crc32(std::uint32_t sum, std::span<const std::byte> bytes) {
  sum = ~sum;
  while (bytes.size() >= kSlices) {
    std::array<std::uint32_t, 4> words;
    std::memcpy(words.data(), bytes.data(), kSlices);
    sum = word_sum(words[0] ^ sum, 15) ^ word_sum(words[1], 11) ^ word_sum(words[2], 7) ^ word_sum(words[3], 3);
    bytes = bytes.subspan(kSlices);
  }
  for (std::byte byte : bytes) sum = (sum >> 8) ^ kTables[0][(sum ^ static_cast<std::uint32_t>(byte)) & 0xFF];
  return ~sum;
}

}  // namespace gsv::checkpoint
