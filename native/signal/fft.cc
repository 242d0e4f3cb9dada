#include "signal/fft.h"

#include <bit>
#include <cmath>
#include <numbers>

#include "error.h"

namespace gsv::signal {
namespace {

using Complex = std::complex<double>;

// The operator would look for infinities and NaN at every product, which costs more than all else here.
Complex product(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

}  // namespace

RealFft::RealFft(std::size_t size)
    : size_(size),
      odd_(size >> std::countr_zero(size)),
      work_(size / 2),
      joined_(odd_ > 1 ? size / 2 : 0),
      twiddles_(size),
      reversed_(size / 2 / odd_) {
  if (size < 4 || size % 4 != 0) {
    throw Error(code::kInternal, "a Fourier transform of " + std::to_string(size) + " points is no multiple of four");
  }
  for (std::size_t k = 0; k < size; ++k) {
    twiddles_[k] = std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(size));
  }
  const std::size_t length = reversed_.size();
  for (std::size_t i = 1; i < length; ++i) reversed_[i] = reversed_[i / 2] / 2 + (i % 2 == 1 ? length / 2 : 0);
}

// Even samples are taken as real parts and odd ones as imaginary parts; their spectra are told apart afterwards.
void RealFft::transform(std::span<const double> input, std::span<Complex> output) {
  const std::size_t half = size_ / 2, length = reversed_.size();
  for (std::size_t i = 0; i < half; ++i) {
    work_[i % odd_ * length + reversed_[i / odd_]] = {input[2 * i], input[2 * i + 1]};
  }
  for (std::size_t part = 0; part < odd_; ++part) transform_part(work_.data() + part * length);
  if (odd_ > 1) join_parts();
  for (std::size_t k = 0; k <= half; ++k) {
    const Complex here = work_[k % half];
    const Complex mirrored = std::conj(work_[(half - k) % half]);
    const Complex even = (here + mirrored) * 0.5;
    const Complex odd = product(here - mirrored, {0, -0.5});
    output[k] = even + product(twiddles_[k], odd);
  }
}

void RealFft::transform_part(Complex* part) const {
  const std::size_t points = reversed_.size();
  for (std::size_t length = 2; length <= points; length *= 2) {
    const std::size_t stride = size_ / length;
    for (std::size_t start = 0; start < points; start += length) {
      for (std::size_t k = 0; k < length / 2; ++k) {
        Complex& low = part[start + k];
        Complex& high = part[start + k + length / 2];
        const Complex turned = product(high, twiddles_[k * stride]);
        high = low - turned;
        low += turned;
      }
    }
  }
}

// The spectrum of all numbers from those of every odd_-th one.
void RealFft::join_parts() {
  const std::size_t half = size_ / 2, length = reversed_.size();
  for (std::size_t k = 0; k < half; ++k) {
    Complex sum = 0;
    for (std::size_t part = 0; part < odd_; ++part) {
      sum += product(work_[part * length + k % length], twiddles_[2 * part * k % size_]);
    }
    joined_[k] = sum;
  }
  work_.swap(joined_);
}

}  // namespace gsv::signal
