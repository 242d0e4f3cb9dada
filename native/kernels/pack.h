// A linear layer as the kernels read it: weights in panels of one format, with the bias and scales beside them.
#pragma once

#include <span>

#include "kernels/buffer.h"
#include "kernels/kernels.h"
#include "kernels/thread_pool.h"

namespace gsv::kernels {

enum class Format { kFloat, kHalf, kInt8 };

// Half where every value is one of half precision, as those of most checkpoints are; else float.
Format exact_format(std::span<const float> values);

class PackedLinear {
 public:
  PackedLinear() = default;
  // weight is [n, k] row-major; bias is [n] or empty. Int8 is symmetric with a scale for each output.
  PackedLinear(std::span<const float> weight, std::span<const float> bias, int n, int k, Format format,
               const Kernels& kernels, ThreadPool& pool);

  int n() const { return n_; }
  int k() const { return k_; }
  int panels() const { return padded(n_) / kPanel; }
  Format format() const { return format_; }
  size_t bytes() const { return storage_.bytes(); }

  // The layer's half of a Matmul: weights, sizes, bias and scales.
  Matmul matmul() const;
  MatmulFn body(const Kernels& kernels) const;

 private:
  template <class T>
  T* panel(int index) {
    return reinterpret_cast<T*>(storage_.data()) + index * panel_stride_;
  }
  void pack_panel(const float* weight, int index, const Kernels& kernels);
  void pack_panel_i8(const float* weight, int index);

  int n_ = 0;
  int k_ = 0;
  Format format_ = Format::kFloat;
  int64_t panel_stride_ = 0;
  Buffer<std::byte> storage_;
  Buffer<float> bias_;   // [padded(n)]
  Buffer<float> scale_;  // [padded(n)], int8 only
};

}  // namespace gsv::kernels
