"""The teacher: hibari-tts, with what it knows of each unit of 25 ms, and a second voice made from the first."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from hibari import Hibari, dsp
from onnx import TensorProto, helper

RATE = 24000
UNIT = 600  # samples of the teacher's unit of duration
DURATIONS = "/Cast_32_output_0"  # where the teacher's graph holds them


@dataclass
class Timbre:
    pitch: float  # factor on F0
    formants: float  # factor on the frequencies of the spectral envelope


# Heart as it is, and a lower voice with a longer vocal tract: so there is something for a reference to choose from.
TIMBRES = [Timbre(1.0, 1.0), Timbre(0.56, 0.87)]


@dataclass
class Said:
    wave: np.ndarray  # float32, 24 kHz
    symbols: str  # the teacher's phonemes, with a space before and after
    durations: np.ndarray  # in units, one for each symbol
    f0: np.ndarray  # Hz, every 12.5 ms; 0 where unvoiced


class Teacher:
    def __init__(self) -> None:
        self.hibari = Hibari()
        model = onnx.load(str(Path(self.hibari.model_path)))
        model.graph.output.append(helper.make_tensor_value_info(DURATIONS, TensorProto.INT64, None))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        providers = ["CPUExecutionProvider"]
        self.session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=providers)

    def say(self, text: str, timbre: Timbre, seed: int) -> Said | None:
        """None for what the teacher would say in several parts, or not at all."""
        parts = self.hibari.phonemize(text)
        if len(parts) != 1:
            return None
        symbols = "".join(c for c in parts[0] if c in self.hibari.vocab)
        ids = np.asarray([self.hibari.ids(symbols)], np.int64)
        outputs = self.session.run(None, {"ids": ids, "speed": np.ones(1, np.float32)})
        *spectra, f0 = (x[0] for x in outputs[:6])
        if timbre.formants != 1.0:
            spectra = [stretch(x, timbre.formants) for x in spectra]
        f0 = np.where(f0 > 40, f0 * timbre.pitch, 0).astype(np.float32)
        if timbre.pitch < 1:
            spectra[0] = spectra[0] + 0.5 * np.log(timbre.pitch)  # more harmonics of the same strength are louder
        wave = dsp.synth(*spectra, f0, np.random.default_rng(seed))
        return Said(wave.astype(np.float32), f" {symbols} ", outputs[6].ravel(), f0)


def stretch(spectrum: np.ndarray, factor: float) -> np.ndarray:
    """[bins, frames] whose features move from f to factor * f."""
    source = np.minimum(np.arange(len(spectrum)) / factor, len(spectrum) - 1)
    low = source.astype(int)
    high = np.minimum(low + 1, len(spectrum) - 1)
    share = (source - low)[:, None].astype(np.float32)
    return spectrum[low] * (1 - share) + spectrum[high] * share
