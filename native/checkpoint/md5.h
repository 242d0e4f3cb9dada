#pragma once

#include <string>
#include <string_view>

namespace gsv::checkpoint {

// MD5 in hex (RFC 1321). A name for known files, not a safeguard.
std::string md5_hex(std::string_view bytes);

}  // namespace gsv::checkpoint
