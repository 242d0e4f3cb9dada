// The fixtures' format: a line per tensor, "name dtype dim dim ...", an empty line, then the values of each in order,
// little-endian. dtype is f32, f16 or i32.
#pragma once

#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/half.h"

namespace gsv::test {

struct FlatTensor {
  std::vector<int64_t> shape;
  std::vector<float> floats;  // of f32 and f16
  std::vector<int32_t> ints;  // of i32
};

using FlatFile = std::map<std::string, FlatTensor, std::less<>>;

template <class T>
std::vector<T> read_values(std::istream& in, size_t count) {
  std::vector<T> values(count);
  in.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(T)));
  if (!in) throw std::runtime_error("the fixture is shorter than its header says");
  return values;
}

inline FlatFile read_flat_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot open " + path);
  struct Entry {
    std::string name, dtype;
    std::vector<int64_t> shape;
  };
  std::vector<Entry> entries;
  for (std::string line; std::getline(in, line) && !line.empty();) {
    std::istringstream words(line);
    Entry entry;
    words >> entry.name >> entry.dtype;
    for (int64_t size; words >> size;) entry.shape.push_back(size);
    entries.push_back(entry);
  }
  FlatFile file;
  for (const Entry& entry : entries) {
    FlatTensor& tensor = file[entry.name];
    tensor.shape = entry.shape;
    size_t count = 1;
    for (const int64_t size : entry.shape) count *= static_cast<size_t>(size);
    if (entry.dtype == "f32") tensor.floats = read_values<float>(in, count);
    if (entry.dtype == "i32") tensor.ints = read_values<int32_t>(in, count);
    if (entry.dtype == "f16") {
      for (const kernels::Half half : read_values<kernels::Half>(in, count)) {
        tensor.floats.push_back(kernels::half_to_float(half));
      }
    }
  }
  return file;
}

}  // namespace gsv::test
