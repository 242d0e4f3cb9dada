// Reads checkpoints of strangers: torch zip archives (also with GPT-SoVITS's version heads), torch's older format and
// safetensors. Nothing in a file is ever called; every length is held against the bytes that are left before memory is
// taken for it. Errors are gsv::Error and name the file. The only header of this room that other rooms include.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gsv::checkpoint {

enum class DType : std::uint8_t { kF32, kF16, kBF16, kF64, kI64, kI32, kI16, kI8, kU8, kBool };
std::size_t item_size(DType dtype);        // bytes
std::string_view dtype_name(DType dtype);  // "float32", as torch spells it
bool is_floating(DType dtype);

enum class Container : std::uint8_t { kTorchZip, kTorchLegacy, kSafetensors };
std::string_view container_name(Container container);  // "torch zip", "torch legacy", "safetensors"

struct Document;  // all values of a file in one flat table: sharing costs nothing, freeing cannot recurse

// A handle on one value of a file. Keeps the table alive, is cheap to copy, and may outlive the File.
// A default-constructed or not found value is missing: false, and every look-up in it is missing too.
class Value {
 public:
  enum class Kind : std::uint8_t {
    kMissing,
    kNull,
    kBool,
    kInt,
    kDouble,
    kString,
    kBytes,
    kList,
    kTuple,
    kDict,
    kTensor
  };

  Value() = default;
  Value(std::shared_ptr<const Document> document, std::uint32_t node) : document_(std::move(document)), node_(node) {}

  Kind kind() const;
  explicit operator bool() const { return kind() != Kind::kMissing; }
  bool is_dict() const { return kind() == Kind::kDict; }

  std::size_t size() const;                      // items of a list, tuple or dict; otherwise 0
  Value at(std::size_t index) const;             // item of a list or tuple, value of a dict's index-th entry
  Value key(std::size_t index) const;            // key of a dict's index-th entry
  Value find(std::string_view name) const;       // entry of a dict; the last of equal keys, as Python keeps it
  Value find_path(std::string_view path) const;  // "model.version"

  // The value as a type, or nothing. An integral double is no int; an int is a double; a bool is neither.
  std::optional<bool> to_bool() const;
  std::optional<std::int64_t> to_int() const;
  std::optional<double> to_double() const;
  std::optional<std::string_view> to_string() const;

  // The same, but ERR_GSV_UNSUPPORTED_CONFIG naming `field` when missing or of another type.
  bool as_bool(std::string_view field) const;
  std::int64_t as_int(std::string_view field) const;
  double as_double(std::string_view field) const;
  std::string as_string(std::string_view field) const;
  std::vector<std::int64_t> as_ints(std::string_view field) const;  // a list or tuple of ints

  // Numbers that JSON lacks become null; a tensor becomes {"tensor": dtype, "shape": [...]}.
  // ERR_GSV_CORRUPT_CHECKPOINT beyond 1 MiB: shared nodes make small files write without end.
  std::string to_json() const;

  const Document* document() const { return document_.get(); }
  std::uint32_t node() const { return node_; }

 private:
  std::shared_ptr<const Document> document_;
  std::uint32_t node_ = 0;
};

struct Tensor {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  // elements, never negative
  std::int64_t offset = 0;            // elements from the start of the storage
  std::size_t storage = 0;            // tensors with one number share their bytes

  std::int64_t element_count() const;
  std::size_t byte_count() const { return static_cast<std::size_t>(element_count()) * item_size(dtype); }
};

// An open checkpoint. Values are in memory, tensors stay on disk and are read with pread (a file that is cut or
// replaced meanwhile is an error, not a crash). Const calls may come from several threads.
class File {
 public:
  // ERR_GSV_FILE: cannot be opened or is not a regular file. ERR_GSV_CORRUPT_CHECKPOINT, ERR_GSV_CORRUPT_MODEL
  // (safetensors), ERR_GSV_UNSAFE_CHECKPOINT, ERR_GSV_UNSUPPORTED_FORMAT.
  static File open(const std::string& path);
  File(File&&) noexcept;
  File& operator=(File&&) noexcept;
  ~File();

  // Tensors under "weight", "model", "generator" or "state_dict" where the file has such a dict, else those of the root
  // dict. Names are the dict's keys; all tensors together take at most four times the bytes of the file.
  std::span<const Tensor> tensors() const;
  const Tensor* find(std::string_view name) const;

  // Row-major, in the tensor's own type; `out` has exactly byte_count() bytes. The CRC-32 of a zip entry is verified
  // when its storage is first read.
  void read(const Tensor& tensor, std::span<std::byte> out) const;
  // Any floating type, converted; `out` has exactly element_count() floats.
  void read_f32(const Tensor& tensor, std::span<float> out) const;

  Value root() const;
  Container container() const;
  std::optional<std::string> head() const;  // "05": the two bytes in place of "PK"; none for plain files
  std::string tensor_key() const;           // "weight"; empty when the tensors lie at the root
  const std::string& path() const;
  std::uint64_t file_size() const;
  std::string prefix_md5() const;  // of the first 8192 bytes, hex: upstream knows its base models by it

 private:
  struct State;
  explicit File(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct Identity {
  // "s1", "s2", "s2-lora", "s2-discriminator", "hubert", "bert", "speaker", "bigvgan", "hifigan", "ap_bwe",
  // "training-state", "optimizer-state", "rvc", "safetensors-unknown", "unknown"
  std::string kind;
  std::string version;  // "v1", "v2", "v2Pro", "v2ProPlus", "v3", "v4"; "" for kinds without, and unknown ones
  bool version_is_stated = true;  // false: of two versions with the same tensors, and taken for the elder
  std::string published;          // name of the published base model that it is: "s2Gv3.pth"
  std::string base_needed;        // of a LoRA: "s2Gv3.pth" or "s2Gv4.pth"
  std::optional<std::int64_t> lora_rank;
  Value config;      // missing when the file has none
  std::string info;  // "8epoch_96iteration"
  std::string what;  // for sentences: "a SoVITS v2 voice (second stage)"
  std::vector<std::string> warnings;
};

Identity identify(const File& file);

// The JSON that `gpt-sovits inspect` prints: kind, version, versionIsStated, what, base, loraRank, container, head,
// info, config, warnings, bytes, parameters and tensors [{name, dtype, shape}].
std::string describe_json(const File& file, const Identity& identity);

// ERR_GSV_WRONG_MODEL saying what the file is when it is not of the wanted kind; ERR_GSV_MISSING_BASE naming the base
// when an "s2" is wanted and the file is an "s2-lora".
[[nodiscard]] Identity require_kind(const File& file, std::string_view wanted);

}  // namespace gsv::checkpoint
