// A module's file as torch reads it, without its large records: those are read later, one at a time.
#pragma once

#include <caffe2/serialize/read_adapter_interface.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <mutex>
#include <string>
#include <unordered_map>

namespace gsv::blueprint {

class DeferredFile : public caffe2::serialize::ReadAdapterInterface {
 public:
  // Throws ERR_GSV_FILE.
  explicit DeferredFile(std::string path);

  std::size_t size() const override { return size_; }
  // What torch reads at once and is large stays unread: its memory, which torch took from the system, is not touched.
  std::size_t read(std::uint64_t from, void* to, std::size_t bytes, const char* what) const override;

  // Where torch wanted the records that were left out, and where in the file they begin.
  const std::unordered_map<const void*, std::uint64_t>& left_out() const { return left_out_; }

  // Throws ERR_GSV_CORRUPT_MODEL: the file ends before.
  void read_now(std::uint64_t from, void* to, std::size_t bytes) const;

 private:
  std::size_t read_some(std::uint64_t from, void* to, std::size_t bytes) const;

  std::string path_;
  std::size_t size_ = 0;
  mutable std::mutex mutex_;
  mutable std::ifstream file_;
  mutable std::unordered_map<const void*, std::uint64_t> left_out_;
};

}  // namespace gsv::blueprint
