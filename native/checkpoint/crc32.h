#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace gsv::checkpoint {

// The CRC-32 of zip. Continue a sum by passing it back; start with 0.
std::uint32_t crc32(std::uint32_t sum, std::span<const std::byte> bytes);

}  // namespace gsv::checkpoint
