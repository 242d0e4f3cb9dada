"""The corpus on disk, and the frames that the networks learn from.

A code is 40 ms, a frame 20 ms, the teacher's unit 25 ms; an utterance has `codes` whole codes and 2 * codes frames.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

RATE = 24000
UNIT = 600
FRAME = 480
CODE = 960
FRAME_16 = 320
MELS = 80
BANDS = 14
LATENT = MELS + 2 + BANDS  # log mel, log F0, voicing, and how each band changes within the frame
HELD_OUT = 300  # utterances at the end, for a look at the loss


def mel_filters(count: int, bins: int, rate: int = RATE, low: float = 0.0) -> Tensor:
    """[count, bins] triangles, evenly spaced on the mel scale up to half the rate."""

    def to_mel(hz: float | np.ndarray) -> np.ndarray:
        return 2595 * np.log10(1 + np.asarray(hz) / 700)

    edges = 700 * (10 ** (np.linspace(to_mel(low), to_mel(rate / 2), count + 2) / 2595) - 1)
    hz = np.linspace(0, rate / 2, bins)[None]
    left, middle, right = (edges[i : i + count, None] for i in range(3))
    triangles = np.maximum(0, np.minimum((hz - left) / (middle - left), (right - hz) / (right - middle)))
    triangles /= np.maximum(triangles.sum(1, keepdims=True), 1e-6)
    return torch.from_numpy(triangles.astype(np.float32))


class Analysis:
    """Wave -> what the generator reads."""

    def __init__(self) -> None:
        self.mel = mel_filters(MELS, 513)
        self.bands = mel_filters(BANDS, 129)

    def spectrum(self, wave: Tensor, size: int, hop: int) -> Tensor:  # [N] -> magnitudes [bins, N / hop]
        """Frames are centred on the middle of each hop."""
        padded = F.pad(wave, ((size - hop) // 2, (size - hop) // 2 + hop))
        return torch.stft(padded, size, hop, window=torch.hann_window(size), center=False, return_complex=True).abs()

    def frames(self, wave: Tensor, f0: np.ndarray) -> Tensor:
        """wave [N], f0 [N / 300] Hz -> [N // CODE * 2, LATENT], each about -2..2."""
        count = len(wave) // CODE * 2
        mel = (self.mel @ self.spectrum(wave, 1024, FRAME)).clamp(min=1e-4).log()[:, :count]
        halves = (self.bands @ self.spectrum(wave, 256, FRAME // 2)).clamp(min=1e-3).log()[:, : 2 * count]
        change = halves[:, 1::2] - halves[:, ::2]
        at = np.minimum(((np.arange(count) + 0.5) * FRAME / 300).astype(int), len(f0) - 1)
        pitch = f0[at].astype(np.float32)
        voiced = pitch > 30
        if voiced.any():
            where = np.nonzero(voiced)[0]
            pitch = np.exp(np.interp(np.arange(count), where, np.log(pitch[where])))
        else:
            pitch = np.full(count, 150.0)
        rows = [
            (mel + 4.5) / 2.2,
            torch.from_numpy(np.log(pitch / 150) / 0.4).float()[None],
            torch.from_numpy(voiced * 2.0 - 1).float()[None],
            change / 1.5,
        ]
        return torch.cat(rows).T


@dataclass
class Utterance:
    start: int  # in units
    units: int
    voice: int
    ids: list[int]
    text: str
    first_frame: int = 0

    @property
    def codes(self) -> int:
        return self.units * UNIT // CODE


class Corpus:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.utterances: list[Utterance] = []
        frames = 0
        for line in (folder / "index.jsonl").read_text().splitlines():
            utterance = Utterance(**json.loads(line), first_frame=frames)
            self.utterances.append(utterance)
            frames += 2 * utterance.codes
        self.frame_count = frames
        self.waves = np.memmap(folder / "wave.i16", np.int16, "r")
        self.f0s = np.memmap(folder / "f0.f16", np.float16, "r")
        self.phones = np.memmap(folder / "phone.i16", np.int16, "r")
        self.sounds = np.memmap(folder / "sound.u8", np.uint8, "r")
        self.training, self.held_out = self.utterances[:-HELD_OUT], self.utterances[-HELD_OUT:]

    def open_frames(self, mode: str = "r") -> None:
        """What `features.py` has written."""
        self.latents = np.memmap(self.folder / "latent.f16", np.float16, mode, shape=(self.frame_count, LATENT))
        self.waves_16 = np.memmap(self.folder / "wave16.i16", np.int16, mode, shape=(self.frame_count * FRAME_16,))

    def wave(self, u: Utterance) -> np.ndarray:  # float32, 24 kHz, whole codes
        return self.waves[u.start * UNIT :][: u.codes * CODE].astype(np.float32) / 32768

    def wave_16(self, u: Utterance) -> np.ndarray:
        return self.waves_16[u.first_frame * FRAME_16 :][: u.codes * 2 * FRAME_16].astype(np.float32) / 32768

    def latent(self, u: Utterance) -> np.ndarray:  # [frames, LATENT]
        return self.latents[u.first_frame :][: 2 * u.codes].astype(np.float32)

    def f0(self, u: Utterance) -> np.ndarray:
        return self.f0s[2 * u.start :][: 2 * u.units].astype(np.float32)

    def at(self, values: np.ndarray, u: Utterance, count: int, step: float) -> np.ndarray:
        """The unit's value in the middle of each of `count` steps of `step` samples."""
        index = ((np.arange(count) + 0.5) * step / UNIT).astype(int)
        return values[u.start :][: u.units][np.minimum(index, u.units - 1)]
