"""Trains the encoder and the quantizer: each code must tell the sound, the pitch and the spectrum of its 40 ms.

First without the codebook; then the codebook is laid out by k-means on what the encoder gives, and follows it.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from corpus import CODE, FRAME_16, LATENT, MELS, Corpus, Utterance
from networks import CODES, SSL, build_hubert, build_s2
from training import Training, arguments, set_rate

BATCH = 16
SPAN = 64  # codes heard at once
CONTINUOUS = 0.3  # share of the time without a codebook
DECAY = 0.98
SOUNDS = 180


class Heads(nn.Module):
    """Reads codes back; needed in training alone."""

    def __init__(self) -> None:
        super().__init__()
        self.voice = nn.Embedding(2, SSL)
        self.alone = nn.Linear(SSL, 2 * SOUNDS)
        self.first = nn.Conv1d(SSL, 256, 3, padding=1)
        self.second = nn.Conv1d(256, 256, 3, padding=1)
        self.last = nn.Conv1d(256, 2 * (LATENT + SOUNDS), 1)

    def forward(self, x: Tensor, voice: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x [B, SSL, T] -> latent [B, 2T, LATENT], logits of the sounds with and without neighbours [B, 2T, SOUNDS]."""
        alone = self.alone(x.transpose(1, 2)).unflatten(2, (2, SOUNDS)).flatten(1, 2)
        y = self.first(x + self.voice(voice)[:, :, None])
        y = self.second(F.gelu(y)) + y
        y = self.last(F.gelu(y)).transpose(1, 2).unflatten(2, (2, LATENT + SOUNDS)).flatten(1, 2)
        return y[..., :LATENT], y[..., LATENT:], alone


class Quantizer(nn.Module):
    """The codebook, moved by running means; codes that nobody takes are put where the encoder is."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("embed", torch.zeros(CODES, SSL))
        self.register_buffer("count", torch.zeros(CODES))
        self.register_buffer("total", torch.zeros(CODES, SSL))
        self.register_buffer("laid_out", torch.zeros(()))

    def nearest(self, x: Tensor) -> Tensor:  # [N, SSL] -> [N]
        return (2 * x @ self.embed.T - self.embed.square().sum(1)).argmax(-1)

    def lay_out(self, x: Tensor) -> None:
        self.embed.copy_(x[torch.randperm(len(x))[:CODES]])
        for _ in range(12):
            ids = self.nearest(x)
            count = torch.bincount(ids, minlength=CODES).float()
            total = torch.zeros_like(self.embed).index_add_(0, ids, x)
            self.embed.copy_(total / count.clamp(min=1)[:, None])
            empty = count < 1
            self.embed[empty] = x[torch.randint(len(x), (int(empty.sum()),))]
        self.count.fill_(len(x) / CODES * 0.02)
        self.total.copy_(self.embed * self.count[:, None])
        self.laid_out.fill_(1)

    def follow(self, x: Tensor, ids: Tensor) -> None:
        self.count.mul_(DECAY).add_(torch.bincount(ids, minlength=CODES).float(), alpha=1 - DECAY)
        self.total.mul_(DECAY).add_(torch.zeros_like(self.total).index_add_(0, ids, x), alpha=1 - DECAY)
        dead = self.count < 0.05
        if dead.any():
            self.total[dead] = x[torch.randint(len(x), (int(dead.sum()),))]
            self.count[dead] = 1.0
        self.embed.copy_(self.total / self.count[:, None])


def batch(corpus: Corpus, rng: np.random.Generator, pool: list[Utterance]) -> tuple[Tensor, ...]:
    waves = torch.zeros(BATCH, SPAN * 2 * FRAME_16)
    latents = torch.zeros(BATCH, 2 * SPAN, LATENT)
    latents[..., :MELS] = (np.log(1e-4) + 4.5) / 2.2  # digital silence
    latents[..., MELS + 1] = -1
    sounds = torch.zeros(BATCH, 2 * SPAN, dtype=torch.long)
    voices = torch.zeros(BATCH, dtype=torch.long)
    for row in range(BATCH):
        u = pool[rng.integers(len(pool))]
        first = int(rng.integers(0, max(1, u.codes - SPAN + 1)))
        taken = min(SPAN, u.codes - first)
        wave = corpus.wave_16(u)[first * 2 * FRAME_16 :][: taken * 2 * FRAME_16] * rng.uniform(0.5, 1.5)
        waves[row, : len(wave)] = torch.from_numpy(wave.astype(np.float32))
        latents[row, : 2 * taken] = torch.from_numpy(corpus.latent(u)[2 * first :][: 2 * taken])
        heard = corpus.at(corpus.sounds, u, 2 * u.codes, CODE / 2)[2 * first :][: 2 * taken]
        sounds[row, : 2 * taken] = torch.from_numpy(heard.astype(np.int64))
        voices[row] = u.voice
    return waves, latents, sounds, voices


def main() -> None:
    args = arguments(__doc__, minutes=20)
    corpus = Corpus(args.corpus)
    corpus.open_frames()
    torch.manual_seed(2)
    hubert, project, heads, quantizer = build_hubert(), build_s2().ssl_proj, Heads(), Quantizer()
    learning = nn.ModuleList([hubert, project, heads])
    optimizer = torch.optim.AdamW(learning.parameters(), 1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    parts = {"hubert": hubert, "project": project, "heads": heads, "quantizer": quantizer, "optimizer": optimizer}
    training = Training("encoder", args, parts)
    rng = np.random.default_rng(training.step)
    weights = torch.ones(LATENT)
    weights[MELS] = weights[MELS + 1] = 8  # pitch and voicing count for as much as ten bands
    recent: list[Tensor] = []
    while training.next():
        waves, latents, sounds, voices = batch(corpus, rng, corpus.training)
        with torch.autocast("cpu", torch.bfloat16):
            features = hubert(waves).transpose(1, 2)
        x = F.conv1d(features.float(), project.weight, project.bias, stride=2)  # [B, SSL, SPAN - 1]
        flat = x.transpose(1, 2).flatten(0, 1)
        commitment, used = x.new_zeros(()), 0
        if quantizer.laid_out:
            ids = quantizer.nearest(flat.detach())
            used = len(ids.unique())
            chosen = quantizer.embed[ids].view(x.size(0), -1, SSL).transpose(1, 2)
            commitment = F.mse_loss(x, chosen.detach())
            x = x + (chosen - x).detach()
            quantizer.follow(flat.detach(), ids)
        else:
            recent = [*recent[-39:], flat.detach()]
            if training.progress > CONTINUOUS and len(recent) == 40:
                quantizer.lay_out(torch.cat(recent))
                print("codebook laid out", flush=True)
        latent, near, alone = heads(x, voices)
        frames = latent.size(1)
        distance = ((latent - latents[:, :frames]).abs() * weights).sum(-1).mean() / weights.sum()
        said = sounds[:, :frames].flatten()
        sound = F.cross_entropy(near.flatten(0, 1), said)
        sound_alone = F.cross_entropy(alone.flatten(0, 1), said)
        loss = 3 * distance + 0.3 * sound + 0.5 * sound_alone + 0.25 * commitment
        set_rate(optimizer, training.rate(1.5e-3, 1e-4))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(learning.parameters(), 2.0)
        optimizer.step()
        right = (near.flatten(0, 1).argmax(-1) == said).float().mean()
        training.count(latent=distance.item(), ce=sound.item(), alone=sound_alone.item(), right=right.item(),
                       commit=commitment.item(), used=used, spread=flat.detach().std().item())  # fmt: skip


if __name__ == "__main__":
    main()
