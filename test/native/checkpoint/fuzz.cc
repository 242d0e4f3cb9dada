// libFuzzer target of the reader, not part of the tests:
//   cmake -S native/checkpoint -B build/fuzz -DGSV_FUZZ=ON -DCMAKE_CXX_COMPILER=clang++
//   cmake --build build/fuzz && build/fuzz/checkpoint-fuzz CORPUS test/fixtures/checkpoints
// The input goes through memory (memfd), so a run touches no disk.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "error.h"
#include "forge.h"

namespace {

void read_all(const std::string& path) {
  using namespace gsv::checkpoint;
  const File file = File::open(path);
  describe_json(file, identify(file));
  std::vector<std::byte> bytes;
  for (const Tensor& tensor : file.tensors()) {
    bytes.resize(tensor.byte_count());
    file.read(tensor, bytes);
  }
}

// A bare pickle is put in an archive: a checksum that no mutation can keep right would stop the fuzzer there.
std::string as_checkpoint(std::string_view input) {
  const bool is_bare_pickle = input.starts_with('\x80') && !input.starts_with("\x80\x02\x8a");
  return is_bare_pickle ? gsv::test::torch_zip_of(input) : std::string(input);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int memory = ::memfd_create("checkpoint", 0);
  const std::string bytes = as_checkpoint({reinterpret_cast<const char*>(data), size});
  if (::ftruncate(memory, 0) != 0) return 0;
  if (::pwrite(memory, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return 0;
  try {
    read_all("/proc/self/fd/" + std::to_string(memory));
  } catch (const gsv::Error&) {  // every other exception is a finding
  }
  return 0;
}
