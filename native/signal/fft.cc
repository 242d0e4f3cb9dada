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

RealFft::RealFft(std::size_t size) : size_(size), work_(size / 2), twiddles_(size / 2), reversed_(size / 2) {
  if (size < 4 || !std::has_single_bit(size)) {
    throw Error(code::kInternal, "a Fourier transform of " + std::to_string(size) + " points is no power of two");
  }
  for (std::size_t k = 0; k < size / 2; ++k) {
    twiddles_[k] = std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(size));
  }
  for (std::size_t i = 1; i < size / 2; ++i) reversed_[i] = reversed_[i / 2] / 2 + (i % 2 == 1 ? size / 4 : 0);
}

// Even samples are taken as real parts and odd ones as imaginary parts; their spectra are told apart afterwards.
void RealFft::transform(std::span<const double> input, std::span<Complex> output) {
  const std::size_t half = size_ / 2;
  for (std::size_t i = 0; i < half; ++i) work_[reversed_[i]] = {input[2 * i], input[2 * i + 1]};
  transform_half();
  for (std::size_t k = 0; k <= half; ++k) {
    const Complex here = work_[k % half];
    const Complex mirrored = std::conj(work_[(half - k) % half]);
    const Complex even = (here + mirrored) * 0.5;
    const Complex odd = product(here - mirrored, {0, -0.5});
    output[k] = even + product(k == half ? Complex(-1) : twiddles_[k], odd);
  }
}

void RealFft::transform_half() {
  const std::size_t half = size_ / 2;
  for (std::size_t length = 2; length <= half; length *= 2) {
    const std::size_t stride = size_ / length;
    for (std::size_t start = 0; start < half; start += length) {
      for (std::size_t k = 0; k < length / 2; ++k) {
        Complex& low = work_[start + k];
        Complex& high = work_[start + k + length / 2];
        const Complex turned = product(high, twiddles_[k * stride]);
        high = low - turned;
        low += turned;
      }
    }
  }
}

}  // namespace gsv::signal
