#include "loader/loader.h"

#include <array>
#include <filesystem>
#include <string_view>

#include "error.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace gsv::loader {
namespace {

namespace fs = std::filesystem;

#ifdef _WIN32
using Handle = HMODULE;
constexpr std::array<std::string_view, 2> kRequired{"c10.dll", "torch_cpu.dll"};
constexpr std::array<std::string_view, 2> kCuda{"c10_cuda.dll", "torch_cuda.dll"};

Handle open_library(const fs::path& path) {
  return LoadLibraryExW(path.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH);
}
void* find_symbol(Handle library, const char* name) { return reinterpret_cast<void*>(GetProcAddress(library, name)); }
std::string last_failure() { return "Windows error " + std::to_string(GetLastError()); }
#else
using Handle = void*;
#ifdef __APPLE__
constexpr std::array<std::string_view, 2> kRequired{"libc10.dylib", "libtorch_cpu.dylib"};
constexpr std::array<std::string_view, 0> kCuda{};
#else
constexpr std::array<std::string_view, 2> kRequired{"libc10.so", "libtorch_cpu.so"};
constexpr std::array<std::string_view, 2> kCuda{"libc10_cuda.so", "libtorch_cuda.so"};
#endif

Handle open_library(const fs::path& path) { return dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL); }
void* find_symbol(Handle library, const char* name) { return dlsym(library, name); }
std::string last_failure() {
  const char* words = dlerror();
  return words ? words : "unknown";
}
#endif

// Handles are never closed: LibTorch keeps threads and thread-local state that outlive any unloading.
Handle must_open(const fs::path& path, const std::string& remedy) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    throw Error(code::kNativeLibrary, path.string() + " is not there; " + remedy);
  }
  Handle library = open_library(path);
  if (!library) throw Error(code::kNativeLibrary, path.string() + " cannot be loaded; " + remedy, last_failure());
  return library;
}

}  // namespace

OpenEngine open(const std::string& libtorch, const std::string& engine) {
  const fs::path folder = fs::path(libtorch) / "lib";
  const std::string remedy = "run `npx gpt-sovits doctor`";
  for (std::string_view name : kRequired) {
    must_open(folder / name, remedy);
  }
  // A CUDA LibTorch registers its kernels when these are opened; a CPU one does not have them.
  for (std::string_view name : kCuda) {
    std::error_code ignored;
    if (fs::exists(folder / name, ignored)) must_open(folder / name, remedy);
  }
  Handle library = must_open(engine, remedy);
  auto entry = reinterpret_cast<OpenEngine>(find_symbol(library, "gsv_open_engine"));
  if (!entry)
    throw Error(code::kNativeLibrary, engine + " is not an engine of this package; " + remedy, last_failure());
  return entry;
}

}  // namespace gsv::loader
