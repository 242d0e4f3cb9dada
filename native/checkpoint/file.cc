#include <algorithm>
#include <atomic>
#include <new>
#include <unordered_map>

#include "checkpoint/contents.h"
#include "checkpoint/corrupt.h"
#include "checkpoint/md5.h"
#include "checkpoint/tensor_reader.h"

namespace gsv::checkpoint {
namespace {

constexpr std::size_t kStartBytes = 512;
constexpr std::string_view kEntryTail = "\x03\x04";  // of a zip entry's PK\3\4

bool is_known_head(std::string_view head) {
  return head.size() == 2 && head[0] == '0' && head[1] >= '0' && head[1] <= '6';
}

bool is_torch_zip(std::string_view start) {
  if (start.size() < 4 || start.substr(2, 2) != kEntryTail) return false;
  const std::string_view head = start.substr(0, 2);
  if (head == "PK" || is_known_head(head)) return true;
  unsupported("has the head '" + printable(head) +
              "' in place of PK; the known ones are 00 to 06, so it is damaged or of a "
              "newer GPT-SoVITS");
}

bool is_safetensors(const ByteSource& source, std::string_view start) {
  return source.path().ends_with(".safetensors") || (start.size() > 8 && start[8] == '{');
}

Contents read_contents(const ByteSource& source) {
  if (source.size() == 0) corrupt("is empty (0 bytes)");
  const std::string start = source.read_string(0, std::min<std::uint64_t>(source.size(), kStartBytes));
  if (is_torch_zip(start)) return read_torch_zip(source);
  if (is_torch_legacy(start)) return read_torch_legacy(source);
  if (is_safetensors(source, start)) return read_safetensors(source);
  refuse_format(source, start);
}

}  // namespace

std::string_view container_name(Container container) {
  switch (container) {
    case Container::kTorchZip:
      return "torch zip";
    case Container::kTorchLegacy:
      return "torch legacy";
    default:
      return "safetensors";
  }
}

struct File::State {
  explicit State(const std::string& path)
      : source(path), contents(read_contents(source)), verified(contents.storages.size()) {
    if (contents.container != Container::kSafetensors) list_tensors(contents, source.size());
    for (std::size_t i = 0; i < contents.tensors.size(); ++i) index.emplace(contents.tensors[i].name, i);
  }

  TensorReader reader(const Tensor& tensor) {
    return {source, contents.storages.at(tensor.storage), verified.at(tensor.storage)};
  }

  ByteSource source;
  Contents contents;
  std::vector<std::atomic<bool>> verified;  // storages whose checksum was found right
  std::unordered_map<std::string_view, std::size_t> index;
};

namespace {

// Runs `work`; what it throws names the file.
template <class Work>
auto naming(const std::string& path, Work work) {
  try {
    return work();
  } catch (const Error& error) {
    if (error.code() == code::kFile) throw;  // names it already
    throw Error(error.code(), path + " " + error.what(), error.detail());
  } catch (const std::bad_alloc&) {
    throw Error(code::kInsufficientMemory, "there is not enough memory to read " + path);
  }
}

}  // namespace

File File::open(const std::string& path) {
  return naming(path, [&] { return File(std::make_unique<State>(path)); });
}

File::File(std::unique_ptr<State> state) : state_(std::move(state)) {}
File::File(File&&) noexcept = default;
File& File::operator=(File&&) noexcept = default;
File::~File() = default;

std::span<const Tensor> File::tensors() const { return state_->contents.tensors; }

const Tensor* File::find(std::string_view name) const {
  const auto found = state_->index.find(name);
  return found == state_->index.end() ? nullptr : &state_->contents.tensors[found->second];
}

void File::read(const Tensor& tensor, std::span<std::byte> out) const {
  if (out.size() != tensor.byte_count())
    throw Error(code::kInternal, "the buffer for " + tensor.name + " is of another size");
  naming(path(), [&] { state_->reader(tensor).read(tensor, out); });
}

void File::read_f32(const Tensor& tensor, std::span<float> out) const {
  if (out.size_bytes() != static_cast<std::size_t>(tensor.element_count()) * sizeof(float)) {
    throw Error(code::kInternal, "the buffer for " + tensor.name + " is of another size");
  }
  if (!is_floating(tensor.dtype)) {
    throw Error(code::kModelMismatch, tensor.name + " holds " + std::string(dtype_name(tensor.dtype)) +
                                          " numbers, a floating-point type is needed");
  }
  naming(path(), [&] { state_->reader(tensor).read_f32(tensor, out); });
}

Value File::root() const { return {state_->contents.document, state_->contents.root}; }
Container File::container() const { return state_->contents.container; }
std::optional<std::string> File::head() const { return state_->contents.head; }
std::string File::tensor_key() const { return state_->contents.tensor_key; }
const std::string& File::path() const { return state_->source.path(); }
std::uint64_t File::file_size() const { return state_->source.size(); }

std::string File::prefix_md5() const {
  constexpr std::uint64_t kPrefix = 8192;  // bytes
  return naming(path(), [&] { return md5_hex(state_->source.read_string(0, std::min(file_size(), kPrefix))); });
}

}  // namespace gsv::checkpoint
