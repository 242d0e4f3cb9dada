"""Trains the generator alone: from the frames of the recordings to their waves."""

import numpy as np
import torch
from torch import Tensor, nn

from corpus import FRAME, Corpus, Utterance
from losses import SpectralLoss
from networks import build_s2
from training import Training, arguments, set_rate

BATCH = 16
FRAMES = 32  # 0.64 s


def segments(corpus: Corpus, pool: list[Utterance], rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """-> frames [B, LATENT, FRAMES], waves [B, FRAMES * FRAME]."""
    frames, waves = [], []
    while len(frames) < BATCH:
        u = pool[rng.integers(len(pool))]
        first = int(rng.integers(0, max(1, 2 * u.codes - FRAMES + 1)))
        latent = corpus.latents[u.first_frame + first :][: min(FRAMES, 2 * u.codes - first)]
        if len(latent) < FRAMES:
            continue
        frames.append(torch.from_numpy(latent.astype(np.float32).T))
        start = u.start * 600 + first * FRAME
        waves.append(torch.from_numpy(corpus.waves[start : start + FRAMES * FRAME].astype(np.float32) / 32768))
    return torch.stack(frames), torch.stack(waves)


def main() -> None:
    args = arguments(__doc__, minutes=40)
    corpus = Corpus(args.corpus)
    corpus.open_frames()
    torch.manual_seed(1)
    s2 = build_s2()
    generator: nn.Module = s2.dec
    style = torch.zeros(1, generator.cond.weight.size(1), 1)
    loss_of = SpectralLoss()
    optimizer = torch.optim.AdamW(generator.parameters(), 1e-3, betas=(0.8, 0.99), weight_decay=0.0)
    training = Training("generator", args, {"generator": generator, "optimizer": optimizer})
    rng = np.random.default_rng(training.step)
    while training.next():
        frames, waves = segments(corpus, corpus.training, rng)
        with torch.autocast("cpu", torch.bfloat16):
            spoken = generator(frames, style, s2.upsample_rates, s2.resblock_dilation_sizes, s2.resblock_1)
        loss, mel = loss_of(spoken.float().squeeze(1), waves)
        set_rate(optimizer, training.rate(1.5e-3, 3e-4))
        optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(generator.parameters(), 10.0)
        optimizer.step()
        training.count(loss=loss.item(), mel=mel.item(), norm=norm.item())


if __name__ == "__main__":
    main()
