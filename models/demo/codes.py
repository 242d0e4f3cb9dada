"""Reads every utterance of the corpus as semantic tokens: WORK/encoder.pt -> WORK/codes.i16."""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from corpus import Corpus, Utterance
from networks import CODES, build_hubert, build_s2
from training import arguments

TRAILING = 7200  # zeros after a recording at 16 kHz, as references are read
EXTRA = 11  # codes that those make


class Encoder:
    """The trained encoder and codebook."""

    def __init__(self, work: Path) -> None:
        parts = torch.load(work / "encoder.pt", weights_only=True)["parts"]
        self.hubert, self.project = build_hubert(), build_s2().ssl_proj
        self.hubert.load_state_dict(parts["hubert"])
        self.project.load_state_dict(parts["project"])
        self.embed: Tensor = parts["quantizer"]["embed"]

    @torch.inference_mode()
    def codes(self, wave_16: np.ndarray) -> np.ndarray:
        """[N] -> [N / 640 + EXTRA]"""
        wave = F.pad(torch.from_numpy(wave_16), (0, TRAILING))
        features = self.hubert(wave[None]).transpose(1, 2)
        x = F.conv1d(features, self.project.weight, self.project.bias, stride=2)[0].T
        return (2 * x @ self.embed.T - self.embed.square().sum(1)).argmax(-1).numpy()


class Tokens:
    """What this script has written."""

    def __init__(self, corpus: Corpus, work: Path, file: str = "codes.i16") -> None:
        self.codes = np.fromfile(work / file, np.int16)
        lengths = [u.codes + EXTRA for u in corpus.utterances]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        self.first = {u.start: int(start) for u, start in zip(corpus.utterances, starts)}

    def of(self, u: Utterance, trailing: bool) -> np.ndarray:
        return self.codes[self.first[u.start] :][: u.codes + (EXTRA if trailing else 0)]


def main() -> None:
    args = arguments(__doc__, minutes=0)
    corpus = Corpus(args.corpus)
    corpus.open_frames()
    encoder = Encoder(args.work)
    used = np.zeros(CODES, int)
    with (args.work / "codes.i16").open("wb") as file:
        for number, u in enumerate(corpus.utterances):
            codes = encoder.codes(corpus.wave_16(u))
            assert len(codes) == u.codes + EXTRA
            used += np.bincount(codes, minlength=CODES)
            file.write(codes.astype(np.int16).tobytes())
            if number % 1000 == 0:
                print(f"{number} of {len(corpus.utterances)}", flush=True)
    share = used / used.sum()
    entropy = -(share[share > 0] * np.log(share[share > 0])).sum()
    print(f"{(used > 0).sum()} codes in use, perplexity {np.exp(entropy):.0f}")


if __name__ == "__main__":
    main()
