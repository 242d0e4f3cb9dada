// Tells a user what the file is when it is none of the formats that are read.
#include <algorithm>
#include <array>

#include "checkpoint/contents.h"
#include "checkpoint/corrupt.h"
#include "checkpoint/pickle.h"

namespace gsv::checkpoint {
namespace {

struct Known {
  std::size_t offset;
  std::string_view bytes;
  std::string_view what;
};

constexpr auto kKnown = std::to_array<Known>({
    {257, "ustar", "is a tar archive; if torch before 0.2 wrote it, load it there and save it again with torch.save"},
    {0, "\x1f\x8b", "is gzipped; unpack it first"},
    {0, "7z\xbc\xaf", "is a 7z archive; unpack it first"},
    {0, "Rar!", "is a RAR archive; unpack it first"},
    {0, "version https://git-lfs", "is a git-lfs pointer, not the model itself; fetch the model with `git lfs pull`"},
    {0, "<!DOCTYPE", "is a web page; the download went wrong"},
    {0, "<html", "is a web page; the download went wrong"},
    {0, "GGUF", "is a GGUF model; a PyTorch checkpoint is needed"},
    {0, "RIFF", "is a WAV recording, not a model"},
    {0, "fLaC", "is a FLAC recording, not a model"},
    {0, "ID3", "is an MP3 recording, not a model"},
    {0, "OggS", "is an Ogg recording, not a model"},
    {0, "\x08\x00\x12", "looks like an ONNX model; a PyTorch checkpoint is needed"},
    {0, "PK", "is a zip archive that does not start with an entry: it is damaged or empty"},
});

// torch.load would run a bare pickle before it found that it is no checkpoint, so tell what it would have run.
void name_unsafe_global(const ByteSource& source) {
  constexpr std::uint64_t kMaxLooked = std::uint64_t{1} << 20;
  Document document;
  document.text = source.read_string(0, std::min(source.size(), kMaxLooked));
  std::vector<StorageClaim> claims;
  try {
    PickleMachine(document, claims, source.size()).run(0);
  } catch (const Error& error) {
    if (error.code() == code::kUnsafeCheckpoint) throw;
  }
}

}  // namespace

void refuse_format(const ByteSource& source, std::string_view start) {
  for (const Known& known : kKnown) {
    if (start.size() >= known.offset && start.substr(known.offset).starts_with(known.bytes)) {
      unsupported(std::string(known.what));
    }
  }
  name_unsafe_global(source);
  if (start.starts_with('\x80')) unsupported("is a pickle that torch.save did not write");
  if (std::all_of(start.begin(), start.end(), [](char c) { return c == '\0'; })) {
    corrupt("holds zeros: the download or copy did not finish");
  }
  unsupported("is no PyTorch checkpoint and no safetensors file; it starts with '" + printable(start.substr(0, 8)) +
              "'");
}

}  // namespace gsv::checkpoint
