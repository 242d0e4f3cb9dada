"""Trains s2: codes, phones and a reference's spectrogram -> frames, and then frames -> wave, all together.

While the share ALONE of the time lasts, the text encoder, the style encoder and the flow learn the frames that the
generator was trained with (train_generator.py); after it the generator learns with them from what they give.
"""

from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from codes import Tokens
from corpus import FRAME, MELS, RATE, UNIT, Corpus, Utterance
from losses import SpectralLoss
from networks import build_s2
from s2 import S2
from training import Training, arguments, set_rate

BATCH = 16
SEGMENT = 32  # frames that are spoken of each utterance
ALONE = 0.15
SPEAKS_EVERY = 2  # steps: the generator costs most and has learnt most before
NOISE_SCALE = 0.5
TRUE = 0.25  # share of the utterances with their own codes; the others have a share of what s1 would say (draw.py)
BINS = 704


def groups(utterances: list[Utterance]) -> list[list[Utterance]]:
    """Batches of one number of phones and like length; what is too short is padded with silence."""
    by_phones: dict[int, list[Utterance]] = defaultdict(list)
    for u in utterances:
        if u.codes >= SEGMENT // 2:
            by_phones[len(u.ids)].append(u)
    found = []
    for same in by_phones.values():
        same.sort(key=lambda u: u.codes)
        found.extend(same[i : i + BATCH] for i in range(0, len(same), BATCH))
    return [group for group in found if len(group) >= 4]


def spectrogram(wave: Tensor) -> Tensor:
    """[B, N] -> [B, BINS, frames], as the package reads a reference."""
    size, step = 2048, FRAME
    padded = nn.functional.pad(wave[:, None], ((size - step) // 2,) * 2, mode="reflect").squeeze(1)
    spectrum = torch.stft(padded, size, step, window=torch.hann_window(size), center=False, return_complex=True)
    return (torch.view_as_real(spectrum).square().sum(-1) + 1e-8).sqrt()[:, :BINS]


class Batches:
    def __init__(self, corpus: Corpus, work: Path, seed: int) -> None:
        self.corpus, self.tokens = corpus, Tokens(corpus, work)
        self.work = work
        self.drawn: Tokens | None = None
        self.rng = np.random.default_rng(seed)
        self.groups = groups(corpus.training)
        self.references = [[u for u in corpus.training if u.voice == v and u.units >= 80] for v in (0, 1)]
        self.silence = np.zeros(corpus.latents.shape[1], np.float32)
        self.silence[:MELS] = (np.log(1e-4) + 4.5) / 2.2
        self.silence[MELS + 1] = -1

    def said(self, u: Utterance) -> np.ndarray:
        codes = self.tokens.of(u, True)
        if self.drawn is not None and self.rng.random() >= TRUE:
            taken = self.rng.random(len(codes)) < self.rng.uniform(0.3, 1)
            codes = np.where(taken, self.drawn.of(u, True), codes)
        return codes.astype(np.int64)

    def reference(self, voice: int) -> Tensor:
        u = self.references[voice][self.rng.integers(len(self.references[voice]))]
        return torch.from_numpy(self.corpus.wave(u)[: 80 * UNIT])

    def next(self) -> tuple[Tensor, ...]:
        """-> codes [B, 1, T], phones [B, X], references [B, bins, frames], frames [B, 96, 2T], waves [B, N]."""
        if self.drawn is None and (self.work / "drawn.i16").exists():  # it comes while s2 is trained
            self.drawn = Tokens(self.corpus, self.work, "drawn.i16")
        group = self.groups[self.rng.integers(len(self.groups))]
        longest = max(u.codes for u in group)
        codes = torch.zeros(len(group), 1, longest, dtype=torch.long)
        frames = torch.from_numpy(np.tile(self.silence, (len(group), 2 * longest, 1)))
        waves = torch.zeros(len(group), 2 * longest * FRAME)
        for row, u in enumerate(group):
            said = self.said(u)[:longest]
            codes[row, 0, : len(said)] = torch.from_numpy(said)
            codes[row, 0, len(said) :] = int(said[-1])  # silence goes on
            frames[row, : 2 * u.codes] = torch.from_numpy(self.corpus.latent(u))
            wave = self.corpus.wave(u)
            waves[row, : len(wave)] = torch.from_numpy(wave)
        phones = torch.tensor([u.ids for u in group])
        references = spectrogram(torch.stack([self.reference(u.voice) for u in group]))
        return codes, phones, references, frames.transpose(1, 2), waves


def predict(s2: S2, codes: Tensor, phones: Tensor, references: Tensor) -> tuple[Tensor, Tensor]:
    """-> frames [B, 96, 2T] and styles, noise and all as in synthesis."""
    style = s2.ref_enc(references)
    latent = s2.latent(codes, phones, style)
    mean, log_scale, mask = s2.prior(latent, 1.0)
    noise = torch.randn_like(mean)
    return s2.decode_latent(mean, log_scale, mask, style, noise, NOISE_SCALE), style


def cut(frames: Tensor, waves: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """One segment of every row."""
    starts = [int(rng.integers(0, frames.size(2) - SEGMENT + 1)) for _ in range(len(frames))]
    cut_frames = torch.stack([row[:, s : s + SEGMENT] for row, s in zip(frames, starts)])
    cut_waves = torch.stack([row[s * FRAME : (s + SEGMENT) * FRAME] for row, s in zip(waves, starts)])
    return cut_frames, cut_waves


def start(work: Path) -> S2:
    s2 = build_s2()
    with torch.no_grad():
        s2.enc_p.proj.weight[s2.enc_p.proj.weight.size(0) // 2 :] = 0
        s2.enc_p.proj.bias[s2.enc_p.proj.bias.size(0) // 2 :] = -3.0
    encoder = torch.load(work / "encoder.pt", weights_only=True)["parts"]
    s2.ssl_proj.load_state_dict(encoder["project"])
    s2.quantizer.vq.layers[0]._codebook.embed.data = encoder["quantizer"]["embed"]
    for part in (s2.ssl_proj, s2.quantizer):
        part.requires_grad_(False)
    return s2


def main() -> None:
    args = arguments(__doc__, minutes=60)
    assert RATE == 24000
    corpus = Corpus(args.corpus)
    corpus.open_frames()
    torch.manual_seed(4)
    s2 = start(args.work)
    loss_of = SpectralLoss()
    acoustic = [p for part in (s2.enc_p, s2.ref_enc, s2.flow) for p in part.parameters()]
    first = torch.optim.AdamW(acoustic, 1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    second = torch.optim.AdamW(s2.dec.parameters(), 1e-3, betas=(0.8, 0.99), weight_decay=0.0)
    training = Training("s2", args, {"s2": s2, "first": first, "second": second})
    weights = torch.ones(corpus.latents.shape[1], 1)
    weights[MELS] = weights[MELS + 1] = 8
    batches = Batches(corpus, args.work, training.step)
    speaking = training.progress > ALONE
    while training.next():
        if not speaking and training.progress > ALONE:
            speaking = True
            generator = torch.load(args.work / "generator.pt", weights_only=True)["parts"]
            s2.dec.load_state_dict(generator["generator"])
            if "optimizer" in generator:
                second.load_state_dict(generator["optimizer"])
            print("the generator joins", flush=True)
        speaks = speaking and training.step % SPEAKS_EVERY == 0
        codes, phones, references, frames, waves = batches.next()
        with torch.autocast("cpu", torch.bfloat16):
            predicted, style = predict(s2, codes, phones, references)
            distance = ((predicted.float() - frames).abs() * weights).sum(1).mean() / weights.sum()
            loss, mel = 3 * distance, distance.new_zeros(())
            if speaks:
                heard, said = cut(predicted, waves, batches.rng)
                spoken = s2.generate(heard, style)
        if speaks:
            spectral, mel = loss_of(spoken.float().squeeze(1), said)
            loss = loss + 0.5 * spectral
            second.zero_grad()
        set_rate(first, training.straight_rate(1.5e-3, warm_up=300))
        set_rate(second, 0.5 * training.straight_rate(1e-3))
        first.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(acoustic, 1.0)
        first.step()
        if speaks:
            nn.utils.clip_grad_norm_(s2.dec.parameters(), 10.0)
            second.step()
        pitch = (predicted.detach()[:, MELS].float() - frames[:, MELS]).abs().mean()
        training.count(frames=distance.item(), pitch=pitch.item(), mel=SPEAKS_EVERY * mel.item())


if __name__ == "__main__":
    main()
