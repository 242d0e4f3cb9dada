// A Fourier transform of real numbers, in double precision: the spectra then carry the rounding of their input alone.
#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace gsv::signal {

class RealFft {
 public:
  // size: a power of two, 4 at least, times an odd number; the work grows with that number.
  explicit RealFft(std::size_t size);

  std::size_t size() const { return size_; }
  std::size_t bins() const { return size_ / 2 + 1; }

  // input [size], output [bins].
  void transform(std::span<const double> input, std::span<std::complex<double>> output);

 private:
  void transform_part(std::complex<double>* part) const;
  void join_parts();

  std::size_t size_, odd_;                      // odd_: the odd factor of the size
  std::vector<std::complex<double>> work_;      // [size / 2]: `odd_` parts, each of every odd_-th number
  std::vector<std::complex<double>> joined_;    // [size / 2]; unused where there is one part
  std::vector<std::complex<double>> twiddles_;  // exp(-2 pi i k / size), [size]
  std::vector<std::size_t> reversed_;           // bit reversal, [size / 2 / odd_]
};

}  // namespace gsv::signal
