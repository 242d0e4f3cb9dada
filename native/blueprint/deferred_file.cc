#include "blueprint/deferred_file.h"

#include <utility>

#include "error.h"

namespace gsv::blueprint {
namespace {

// Larger than anything in a module's file but tensors: the directory of the largest has some ten thousand bytes.
constexpr std::size_t kLarge = std::size_t{1} << 19;

}  // namespace

DeferredFile::DeferredFile(std::string path) : path_(std::move(path)), file_(path_, std::ios::binary | std::ios::ate) {
  if (!file_) throw Error(code::kFile, path_ + " cannot be read");
  size_ = static_cast<std::size_t>(file_.tellg());
}

std::size_t DeferredFile::read(std::uint64_t from, void* to, std::size_t bytes, const char*) const {
  if (bytes < kLarge || from + bytes > size_) return read_some(from, to, bytes);
  const std::lock_guard lock(mutex_);
  left_out_.insert_or_assign(to, from);
  return bytes;
}

void DeferredFile::read_now(std::uint64_t from, void* to, std::size_t bytes) const {
  if (read_some(from, to, bytes) == bytes) return;
  throw Error(code::kCorruptModel, path_ + " is shorter than it was when it was opened; import the voice again");
}

std::size_t DeferredFile::read_some(std::uint64_t from, void* to, std::size_t bytes) const {
  const std::lock_guard lock(mutex_);
  file_.clear();
  file_.seekg(static_cast<std::streamoff>(from));
  file_.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes));
  return static_cast<std::size_t>(file_.gcount());
}

}  // namespace gsv::blueprint
