// The signal room against what torchaudio, librosa (soxr), torch and Kaldi's features gave for the same numbers.
//   signal-tests FIXTURE_DIR
#include "signal/signal.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "expect.h"
#include "flat_file.h"

namespace {

using namespace gsv;
using namespace gsv::signal;
using test::FlatFile;
using test::Suite;

const std::vector<float>& floats(const FlatFile& file, const std::string& name) {
  return file.find(name)->second.floats;
}

// "soxr.44100.in" -> {"soxr", "44100", "in"}
std::vector<std::string> parts_of(const std::string& name) {
  std::istringstream words(name);
  std::vector<std::string> parts;
  for (std::string part; std::getline(words, part, '.');) parts.push_back(part);
  return parts;
}

void add_resampling_tests(Suite& suite, const FlatFile& file) {
  for (const auto& [name, tensor] : file) {
    const std::vector<std::string> parts = parts_of(name);
    if (parts.back() != "in") continue;
    const std::vector<float>& wanted = floats(file, name.substr(0, name.size() - 2) + "out");
    if (parts[0] == "soxr") {
      const int from = std::stoi(parts[1]);
      suite.add("resamples from " + parts[1] + " Hz for HuBERT as librosa does", [&suite, &tensor, &wanted, from] {
        suite.close(resample_soxr_hq(tensor.floats, from, 16000), wanted, 2e-6, "samples");
      });
    } else if (parts[0] == "sinc") {
      const int from = std::stoi(parts[1]);
      const int to = std::stoi(parts[2]);
      suite.add("resamples from " + parts[1] + " to " + parts[2] + " Hz as torchaudio does",
                [&suite, &tensor, &wanted, from, to] {
                  suite.close(resample_sinc_hann(tensor.floats, from, to), wanted, 1e-6, "samples");
                });
    }
  }
}

std::vector<float> tone(int rate, double hertz, std::size_t count) {
  std::vector<float> samples(count);
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] = static_cast<float>(0.5 * std::sin(2 * 3.141592653589793 * hertz * static_cast<double>(i) / rate));
  }
  return samples;
}

// Of the middle, where nothing of the edges reaches.
std::vector<float> middle(const std::vector<float>& samples) {
  const auto third = static_cast<std::ptrdiff_t>(samples.size() / 3);
  return {samples.begin() + third, samples.end() - third};
}

void add_resampler_property_tests(Suite& suite) {
  suite.add("keeps a tone of 1 kHz from every rate, with librosa's length", [&suite] {
    for (int rate = kLowestRate; rate <= kHighestRate; rate += 3701) {
      const std::size_t count = static_cast<std::size_t>(rate) / 10 + 3;
      const std::vector<float> heard = resample_soxr_hq(tone(rate, 1000, count), rate, 16000);
      const auto length = static_cast<std::size_t>(std::ceil(static_cast<double>(count) * (16000.0 / rate)));
      suite.close(middle(heard), middle(tone(16000, 1000, length)), 2e-6, "from " + std::to_string(rate));
    }
  });
  suite.add("lets nothing above the new Nyquist frequency through", [&suite] {
    for (const int rate : {22050, 25000, 44100, 48000, 96000, 192000}) {
      const auto heard =
          middle(resample_soxr_hq(tone(rate, 8000 * 1.1, static_cast<std::size_t>(rate) / 4), rate, 16000));
      const float peak = std::abs(*std::ranges::max_element(heard, {}, [](float x) { return std::abs(x); }));
      suite.is_true(peak < 1e-5F, std::to_string(rate) + " Hz leaks " + std::to_string(peak));
    }
  });
  suite.add("gives the same samples back at the same rate, and nothing for nothing", [&suite] {
    const std::vector<float> samples = tone(16000, 300, 100);
    suite.equal(resample_soxr_hq(samples, 16000, 16000), samples, "soxr");
    suite.equal(resample_sinc_hann(samples, 32000, 32000), samples, "sinc");
    suite.equal(resample_soxr_hq({}, 44100, 16000), {}, "soxr of nothing");
    suite.equal(resample_sinc_hann({}, 44100, 32000), {}, "sinc of nothing");
  });
  suite.add("refuses rates out of range", [&suite] {
    for (const int rate : {-1, 0, 4, 7999, 192001, 768000}) {
      suite.throws(code::kReferenceAudio, [rate] { resample_soxr_hq({}, rate, 16000); }, "soxr");
      suite.throws(code::kReferenceAudio, [rate] { resample_sinc_hann({}, rate, 32000); }, "sinc");
    }
  });
}

void add_spectrum_tests(Suite& suite, const FlatFile& file) {
  suite.add("makes the spectrogram that the acoustic models were trained on", [&suite, &file] {
    const Spectrogram spectrum = linear_spectrogram(floats(file, "spectrogram.in"));
    const std::vector<std::int64_t>& shape = file.find("spectrogram.out")->second.shape;
    suite.equal<std::int64_t>(spectrum.bins, shape[0], "bins");
    suite.equal<std::int64_t>(spectrum.frames, shape[1], "frames");
    suite.close(spectrum.values, floats(file, "spectrogram.out"), 1e-6, "magnitudes");
  });
  suite.add("makes the features that the speaker network was trained on", [&suite, &file] {
    const Fbank fbank = kaldi_fbank80(floats(file, "fbank.in"));
    suite.equal<std::int64_t>(fbank.frames, file.find("fbank.out")->second.shape[0], "frames");
    suite.close(fbank.values, floats(file, "fbank.out"), 1e-5, "logarithms");
  });
  suite.add("refuses audio too short for a spectrum", [&suite] {
    suite.throws(code::kReferenceAudio, [] { linear_spectrogram(std::vector<float>(704)); }, "spectrogram");
    suite.throws(code::kReferenceAudio, [] { linear_spectrogram({}); }, "spectrogram of nothing");
    suite.throws(code::kReferenceAudio, [] { kaldi_fbank80(std::vector<float>(399)); }, "fbank");
    suite.equal(linear_spectrogram(std::vector<float>(705)).frames, 1, "one frame");
    suite.equal(kaldi_fbank80(std::vector<float>(400)).frames, 1, "one window");
  });
}

void add_level_tests(Suite& suite) {
  suite.add("halves a reference at most", [&suite] {
    std::vector<float> quiet{0.5F, -1.0F};
    std::vector<float> loud{0.75F, -1.5F};
    std::vector<float> very_loud{0.5F, 3.0F};
    for (std::vector<float>* samples : {&quiet, &loud, &very_loud}) normalize_peak(*samples);
    suite.equal(quiet, {0.5F, -1.0F}, "quiet");
    suite.equal(loud, {0.5F, -1.0F}, "loud");
    suite.equal(very_loud, {0.25F, 1.5F}, "very loud");
  });
  suite.add("limits what is spoken to a peak of 1", [&suite] {
    std::vector<float> quiet{0.5F, -1.0F};
    std::vector<float> loud{0.5F, -2.0F};
    std::vector<float> nothing;
    for (std::vector<float>* samples : {&quiet, &loud, &nothing}) limit_peak(*samples);
    suite.equal(quiet, {0.5F, -1.0F}, "quiet");
    suite.equal(loud, {0.25F, -1.0F}, "loud");
    suite.equal(nothing, {}, "nothing");
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: signal-tests FIXTURE_DIR\n");
    return 2;
  }
  const FlatFile file = test::read_flat_file(std::string(argv[1]) + "/signal.flat");
  Suite suite;
  add_resampling_tests(suite, file);
  add_resampler_property_tests(suite);
  add_spectrum_tests(suite, file);
  add_level_tests(suite);
  return suite.run();
}
