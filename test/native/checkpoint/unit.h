#pragma once

#include "checkpoint/checkpoint.h"
#include "forge.h"
#include "suite.h"

namespace gsv::test {

void fixture_tests(Suite& suite);
void file_tests(Suite& suite);
void zip_tests(Suite& suite);
void pickle_tests(Suite& suite);
void tensor_tests(Suite& suite);
void safetensors_tests(Suite& suite);
void number_tests(Suite& suite);
void identity_tests(Suite& suite);

// Writes the bytes to a scratch file and opens it.
inline checkpoint::File open_bytes(const Suite& suite, std::string_view bytes, const std::string& name = "forged.pth") {
  const std::string path = suite.scratch(name);
  write_file(path, bytes);
  return checkpoint::File::open(path);
}

inline void check_refused(const Suite& suite, std::string_view bytes, std::string_view code, std::string_view part,
                          std::source_location at = std::source_location::current()) {
  check_throws(code, part, [&] { open_bytes(suite, bytes); }, at);
}

inline std::string raw_bytes(const checkpoint::File& file, const checkpoint::Tensor& tensor) {
  std::string out(tensor.byte_count(), '\0');
  file.read(tensor, std::as_writable_bytes(std::span(out)));
  return out;
}

inline std::vector<float> floats(const checkpoint::File& file, const checkpoint::Tensor& tensor) {
  std::vector<float> out(static_cast<std::size_t>(tensor.element_count()));
  file.read_f32(tensor, out);
  return out;
}

}  // namespace gsv::test
