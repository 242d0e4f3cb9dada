"""Computes the frames of the corpus once: CORPUS/{latent.f16,wave16.i16}."""

import sys
from pathlib import Path

import numpy as np
import torch
from scipy.signal import resample_poly

from corpus import FRAME_16, Analysis, Corpus


def main() -> None:
    torch.set_num_threads(1)
    corpus = Corpus(Path(sys.argv[1]))
    corpus.open_frames("w+")
    analysis = Analysis()
    for number, u in enumerate(corpus.utterances):
        wave = corpus.wave(u)
        frames = 2 * u.codes
        corpus.latents[u.first_frame :][:frames] = analysis.frames(torch.from_numpy(wave), corpus.f0(u)).half().numpy()
        wave_16 = resample_poly(wave, 2, 3).clip(-1, 1) * 32767
        corpus.waves_16[u.first_frame * FRAME_16 :][: frames * FRAME_16] = wave_16.astype(np.int16)
        if number % 1000 == 0:
            print(f"{number} of {len(corpus.utterances)}", flush=True)


if __name__ == "__main__":
    main()
