"""Trains s2: codes, phones and a reference's spectrogram -> frames, and then frames -> wave, all together.

While the share ALONE of the time lasts, the text encoder, the style encoder and the flow learn the frames that the
generator was trained with (train_generator.py); after it the generator learns with them from what they give.

Two heads of the attention that looks at the phones are shown where each frame belongs, which the alignment of the
corpus tells: by itself it does not find that out in days, and the phones say nothing. What is made must also be read as
what was to be said, by a network that reads speech (train_reader.py).
"""

from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from codes import Tokens
from corpus import CODE, FRAME, MELS, RATE, UNIT, Corpus, Utterance
from layers import project_heads, same_conv
from losses import SpectralLoss
from networks import build_s2
from s2 import S2
from train_reader import Reader
from training import Training, arguments, set_rate

BATCH = 16
SEGMENT = 32  # frames that are spoken of each utterance
ALONE = 0.15
SPEAKS_EVERY = 2  # steps: the generator costs most and has learnt most before
NOISE_SCALE = 0.5
TRUE = 0.25  # share of the utterances with their own codes; the others have a share of what s1 would say (draw.py)
BINS = 704
GUIDED_HEADS = 2
GUIDANCE = 0.3
ALIKE, READ = 2.0, 0.4  # weights of how like the truth it looks to the reader, and of what it reads
IGNORE = -100


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
        """-> codes [B, 1, T], phones [B, X], references [B, bins, frames], frames [B, 96, 2T], waves [B, N]; of each
        frame the index of its phone and its sound [B, 2T]."""
        if self.drawn is None and (self.work / "drawn.i16").exists():  # it comes while s2 is trained
            self.drawn = Tokens(self.corpus, self.work, "drawn.i16")
        group = self.groups[self.rng.integers(len(self.groups))]
        longest = max(u.codes for u in group)
        codes = torch.zeros(len(group), 1, longest, dtype=torch.long)
        frames = torch.from_numpy(np.tile(self.silence, (len(group), 2 * longest, 1)))
        waves = torch.zeros(len(group), 2 * longest * FRAME)
        sources = torch.full((len(group), 2 * longest), IGNORE)
        sounds = torch.full((len(group), 2 * longest), IGNORE)
        for row, u in enumerate(group):
            said = self.said(u)[:longest]
            codes[row, 0, : len(said)] = torch.from_numpy(said)
            codes[row, 0, len(said) :] = int(said[-1])  # silence goes on
            frames[row, : 2 * u.codes] = torch.from_numpy(self.corpus.latent(u))
            wave = self.corpus.wave(u)
            waves[row, : len(wave)] = torch.from_numpy(wave)
            where = self.corpus.at(self.corpus.phones, u, 2 * u.codes, CODE / 2)
            sources[row, : len(where)] = torch.from_numpy(where.astype(np.int64))
            heard = self.corpus.at(self.corpus.sounds, u, 2 * u.codes, CODE / 2)
            sounds[row, : len(heard)] = torch.from_numpy(heard.astype(np.int64))
        phones = torch.tensor([u.ids for u in group])
        references = spectrogram(torch.stack([self.reference(u.voice) for u in group]))
        return codes, phones, references, frames.transpose(1, 2), waves, sources, sounds


def attended(s2: S2, codes: Tensor, phones: Tensor, style: Tensor) -> tuple[Tensor, Tensor]:
    """`s2.latent`, and the guided heads' log shares [B, GUIDED_HEADS, 2T, X]."""
    encoder, mrte = s2.enc_p, s2.enc_p.mrte
    look = mrte.cross_attention
    quantized = s2.quantizer.vq.layers[0]._codebook(codes[:, 0]).repeat_interleave(2, dim=2)
    frames = same_conv(quantized, encoder.ssl_proj.weight, encoder.ssl_proj.bias)
    frames = encoder.encoder_ssl(frames, s2.n_heads, s2.n_layers // 2)
    text = F.embedding(phones, encoder.text_embedding.weight).transpose(1, 2)
    text = encoder.encoder_text(text, s2.n_heads, s2.n_layers)
    x = same_conv(frames, mrte.c_pre.weight, mrte.c_pre.bias).transpose(1, 2)
    y = same_conv(text, mrte.text_pre.weight, mrte.text_pre.bias).transpose(1, 2)
    q = project_heads(x, look.conv_q.weight, look.conv_q.bias, look.heads)[:, :GUIDED_HEADS].float()
    k = project_heads(y, look.conv_k.weight, look.conv_k.bias, look.heads)[:, :GUIDED_HEADS].float()
    shares = (q @ k.transpose(2, 3) * q.size(-1) ** -0.5).log_softmax(-1)
    return encoder.encoder2(mrte(frames, text, style), s2.n_heads, s2.n_layers // 2), shares


def misplaced(shares: Tensor, sources: Tensor) -> tuple[Tensor, Tensor]:
    """-> how far the guided heads look elsewhere than at the frame's phone, and the share of frames they find."""
    known = sources != IGNORE
    wanted = sources.clamp(min=0)[:, None, :, None].expand(-1, shares.size(1), -1, 1)
    missed = -shares.gather(3, wanted).squeeze(3).mean(1)[known].mean()
    found = (shares.mean(1).argmax(-1) == sources)[known].float().mean()
    return missed, found


def predict(s2: S2, codes: Tensor, phones: Tensor, references: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """-> frames [B, 96, 2T] and styles, noise and all as in synthesis; the guided heads' log shares."""
    style = s2.ref_enc(references)
    latent, shares = attended(s2, codes, phones, style)
    mean, log_scale, mask = s2.prior(latent, 1.0)
    noise = torch.randn_like(mean)
    return s2.decode_latent(mean, log_scale, mask, style, noise, NOISE_SCALE), style, shares


def read(reader: Reader, mel: Tensor, target: Tensor, sounds: Tensor) -> Tensor:
    """How unlike the target it looks, and how wrongly it is read."""
    layers, logits = reader(mel)
    with torch.no_grad():
        wanted, _ = reader(target)
    unlike = sum((x - y).abs().mean() / y.abs().mean() for x, y in zip(layers, wanted)) / len(layers)
    return ALIKE * unlike + READ * F.cross_entropy(logits.float(), sounds, ignore_index=IGNORE)


def cut(rng: np.random.Generator, *sounds: tuple[Tensor, int]) -> list[Tensor]:
    """One segment of every row, the same one of each tensor; with each its values a frame."""
    count = sounds[0][0].size(-1) // sounds[0][1]
    starts = [int(rng.integers(0, count - SEGMENT + 1)) for _ in range(len(sounds[0][0]))]
    return [
        torch.stack([row[..., s * step : (s + SEGMENT) * step] for row, s in zip(tensor, starts)])
        for tensor, step in sounds
    ]


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
    reader = Reader().requires_grad_(False)
    reader.load_state_dict(torch.load(args.work / "reader.pt", weights_only=True)["parts"]["reader"])
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
        codes, phones, references, frames, waves, sources, sounds = batches.next()
        with torch.autocast("cpu", torch.bfloat16):
            predicted, style, shares = predict(s2, codes, phones, references)
            distance = ((predicted.float() - frames).abs() * weights).sum(1).mean() / weights.sum()
            missed, found = misplaced(shares, sources)
            reading = read(reader, predicted[:, :MELS], frames[:, :MELS], sounds)
            loss, mel = 3 * distance + GUIDANCE * missed + reading, distance.new_zeros(())
            if speaks:
                heard, said, what = cut(batches.rng, (predicted, 1), (waves, FRAME), (sounds, 1))
                spoken = s2.generate(heard, style)
        if speaks:
            spoken = spoken.float().squeeze(1)
            spectral, mel = loss_of(spoken, said)
            loss = loss + 0.5 * spectral + 0.5 * read(reader, reader.mel(spoken), reader.mel(said), what)
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
        training.count(frames=distance.item(), pitch=pitch.item(), mel=SPEAKS_EVERY * mel.item(),
                       missed=missed.item(), found=found.item(), reading=reading.item())  # fmt: skip


if __name__ == "__main__":
    main()
