// What loaded voices hold, so that one which has no room is refused before anything is allocated for it.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace gsv::engine {

class Memory {
 public:
  // Bytes that are held as long as `object` lives.
  void hold(std::weak_ptr<const void> object, std::uint64_t bytes);
  std::uint64_t held();

  // Throws ERR_GSV_INSUFFICIENT_MEMORY naming the numbers when `what` needs more than `limit` leaves; 0 is no limit.
  void check(const std::string& what, std::uint64_t needed, std::uint64_t limit);

 private:
  struct Entry {
    std::weak_ptr<const void> object;
    std::uint64_t bytes;
  };

  std::mutex mutex_;
  std::vector<Entry> entries_;
};

}  // namespace gsv::engine
