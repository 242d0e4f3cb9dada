"""Trains a reader of speech, from mel spectra to what the teacher says in each frame: s2 learns to be read rightly.

A distance of spectra alone is least for a mean of all that might be said, which is a blur.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from corpus import CODE, FRAME, MELS, Analysis, Corpus, Utterance
from training import Training, arguments, set_rate

BATCH = 32
SPAN = 128  # frames
SOUNDS = 180
WIDTH = 192
BLUR = 0.5  # share of the time that it reads a spectrum which is smoothed, so that a little blur does not confuse it


class Reader(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv1d(MELS, WIDTH, 5, padding=2)
        self.second = nn.Conv1d(WIDTH, WIDTH, 5, padding=4, dilation=2)
        self.third = nn.Conv1d(WIDTH, WIDTH, 5, padding=4, dilation=2)
        self.last = nn.Conv1d(WIDTH, SOUNDS, 1)
        self.analysis = Analysis()

    def forward(self, mel: Tensor) -> tuple[list[Tensor], Tensor]:
        """mel [B, MELS, T], as in the corpus's frames -> what each layer makes of it, logits [B, SOUNDS, T]."""
        x = F.gelu(self.first(mel))
        layers = [x]
        for conv in (self.second, self.third):
            x = F.gelu(conv(x)) + x
            layers.append(x)
        return layers, self.last(x)

    def mel(self, wave: Tensor) -> Tensor:  # [B, N] -> [B, MELS, N / FRAME]
        magnitude = self.analysis.spectrum(wave, 1024, FRAME)[..., : wave.size(1) // FRAME]
        return ((self.analysis.mel @ magnitude).clamp(min=1e-4).log() + 4.5) / 2.2


def batch(corpus: Corpus, pool: list[Utterance], rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    mels, sounds = [], []
    while len(mels) < BATCH:
        u = pool[rng.integers(len(pool))]
        if 2 * u.codes < SPAN:
            continue
        first = int(rng.integers(0, 2 * u.codes - SPAN + 1))
        mel = corpus.latents[u.first_frame + first :][:SPAN, :MELS]
        mels.append(torch.from_numpy(mel.astype(np.float32).T))
        said = corpus.at(corpus.sounds, u, 2 * u.codes, CODE / 2)[first:][:SPAN]
        sounds.append(torch.from_numpy(said.astype(np.int64)))
    mel = torch.stack(mels)
    if rng.random() < BLUR:
        mel = F.avg_pool1d(F.pad(mel.transpose(1, 2), (2, 2), mode="replicate"), 5, 1).transpose(1, 2)
    return mel + 0.15 * torch.randn_like(mel) * rng.random(), torch.stack(sounds)


def main() -> None:
    args = arguments(__doc__, minutes=6)
    corpus = Corpus(args.corpus)
    corpus.open_frames()
    torch.manual_seed(7)
    reader = Reader()
    optimizer = torch.optim.AdamW(reader.parameters(), 1e-3, weight_decay=0.01)
    training = Training("reader", args, {"reader": reader, "optimizer": optimizer})
    rng = np.random.default_rng(training.step)
    while training.next():
        mel, sounds = batch(corpus, corpus.training, rng)
        with torch.autocast("cpu", torch.bfloat16):
            _, logits = reader(mel)
        loss = F.cross_entropy(logits.float(), sounds)
        set_rate(optimizer, training.straight_rate(2e-3))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        right = (logits.argmax(1) == sounds).float().mean()
        training.count(loss=loss.item(), right=right.item())
    with torch.no_grad():
        mel, sounds = batch(corpus, corpus.held_out, np.random.default_rng(5))
        print("held out", (reader(mel)[1].argmax(1) == sounds).float().mean().item())


if __name__ == "__main__":
    main()
