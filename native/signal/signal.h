// Numbers in, numbers out: resampling, spectra and levels, as upstream's Python packages compute them. Audio is mono,
// nominally in [-1, 1]. Every function is pure and may be called from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gsv::signal {

inline constexpr int kLowestRate = 8000;  // Hz
inline constexpr int kHighestRate = 192000;

// Throws ERR_GSV_REFERENCE_AUDIO for a rate outside; both resamplers ask it.
void check_rate(int rate);

// torchaudio's resampler with its defaults (Hann-windowed sinc, six zero crossings, rolloff 0.99): for spectrograms and
// speaker embeddings. ceil(n * to / from) samples.
std::vector<float> resample_sinc_hann(std::span<const float> samples, int from, int to);

// librosa's resampler (soxr, high quality: linear phase, 20 bits): for HuBERT. ceil(n * to / from) samples.
std::vector<float> resample_soxr_hq(std::span<const float> samples, int from, int to);

struct Spectrogram {
  int bins = 0;
  int frames = 0;
  std::vector<float> values;  // [bins, frames], magnitudes
};

struct SpectrogramShape {
  int fft_size = 2048;  // the window is as long; a multiple of four
  int hop = 640;        // 20 ms at 32 kHz
};

// Magnitudes of reflect-padded, Hann-windowed frames, floored by sqrt(1e-8). Throws ERR_GSV_REFERENCE_AUDIO when the
// audio is shorter than what is reflected, (fft_size - hop) / 2 samples.
Spectrogram linear_spectrogram(std::span<const float> audio, const SpectrogramShape& shape = {});

// Natural logarithms of a linear_spectrogram's bands, floored at 1e-5: librosa's bands with its defaults (Slaney's
// scale and area) from 0 to half the rate. [mels, frames].
Spectrogram log_mel_spectrogram(std::span<const float> audio, int sample_rate, int mels, const SpectrogramShape& shape);

inline constexpr int kFbankBins = 80;

struct Fbank {
  int frames = 0;
  std::vector<float> values;  // [frames, kFbankBins], natural logarithms
};

// Kaldi's filterbank at 16 kHz (25 ms Povey window, 10 ms shift, pre-emphasis 0.97, no dither) for the speaker network.
// Throws ERR_GSV_REFERENCE_AUDIO for less than one window.
Fbank kaldi_fbank80(std::span<const float> wav16k);

// Upstream's rule for references: a peak above 1 is divided by itself, but by 2 at most.
void normalize_peak(std::span<float> samples);

// Upstream's rule for what was spoken: a peak above 1 becomes 1.
void limit_peak(std::span<float> samples);

// `next` from where, within `search` samples, it goes on best from `tail`; its beginning is faded over from the tail.
// Of a tail longer than `next` only the end counts.
std::vector<float> join(std::span<const float> tail, std::span<const float> next, std::size_t search);

// Fragments whose ends repeat each other by about `overlap` samples: each is laid, within `search` samples, where it
// goes on best, and faded over (SOLA).
std::vector<float> join_overlapping(std::span<const std::vector<float>> fragments, std::size_t overlap,
                                    std::size_t search);

}  // namespace gsv::signal
