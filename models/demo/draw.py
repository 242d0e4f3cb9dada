"""Has s1 say most of the corpus: what it would draw in place of each code. WORK/s1.pt -> WORK/drawn.i16.

s2 learns from these too, so that it reads what is said from the phones where a code is not quite right.
"""

import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from codes import EXTRA, Tokens
from corpus import Corpus, Utterance
from networks import CODES, build_s1
from s1 import S1
from train_s1 import forward
from training import arguments

BATCH = 24
TEMPERATURE = 0.8
PROMPT_UNITS = range(110, 135)
SHARE = 0.6  # of the corpus


@torch.inference_mode()
def draw(s1: S1, group: list[Utterance], prompt: Utterance, tokens: Tokens) -> list[np.ndarray]:
    """Of one number of phones -> the drawn codes of each."""
    begun = tokens.of(prompt, True).astype(np.int64)
    longest = max(u.codes for u in group)
    heard = torch.zeros(len(group), len(begun) + longest, dtype=torch.long)
    heard[:, : len(begun)] = torch.from_numpy(begun)
    for row, u in enumerate(group):
        heard[row, len(begun) : len(begun) + u.codes] = torch.from_numpy(tokens.of(u, False).astype(np.int64))
    phones = torch.tensor([prompt.ids + u.ids for u in group])
    lengths = torch.full((len(group),), phones.size(1))
    for _ in range(2):  # the second time it hears what it drew the first time
        with torch.autocast("cpu", torch.bfloat16):
            logits, _ = forward(s1, phones, lengths, heard)
        chosen = choose(logits[:, len(begun) - 1 : -1, :CODES])
        heard = torch.cat([heard[:, : len(begun)], chosen], 1)
    return [row[: u.codes].numpy().astype(np.int16) for row, u in zip(chosen, group)]


def choose(logits: Tensor) -> Tensor:
    return (logits / TEMPERATURE - torch.empty_like(logits).exponential_().log()).argmax(-1)


def trained(path: Path, minutes: float) -> dict[str, Tensor]:
    """The weights once the training has come so far."""
    while not path.exists() or (saved := torch.load(path, weights_only=True))["spent"] < 60 * minutes:
        time.sleep(20)
    return saved["parts"]["s1"]


def main() -> None:
    args = arguments(__doc__, minutes=0)  # how long s1 must have been trained
    corpus = Corpus(args.corpus)
    tokens = Tokens(corpus, args.work)
    torch.manual_seed(6)
    s1 = build_s1()
    s1.load_state_dict(trained(args.work / "s1.pt", args.minutes))
    prompts = [[u for u in corpus.training if u.voice == v and u.units in PROMPT_UNITS] for v in (0, 1)]
    by_kind: dict[tuple[int, int], list[Utterance]] = defaultdict(list)
    for u in corpus.utterances:
        by_kind[u.voice, len(u.ids)].append(u)
    groups = []
    for same in by_kind.values():
        same.sort(key=lambda u: u.codes)
        groups.extend(same[i : i + BATCH] for i in range(0, len(same), BATCH))
    rng = np.random.default_rng(6)
    rng.shuffle(groups)
    drawn: dict[int, np.ndarray] = {}
    for group in groups[: int(len(groups) * SHARE)]:
        pool = prompts[group[0].voice]
        for u, codes in zip(group, draw(s1, group, pool[rng.integers(len(pool))], tokens)):
            drawn[u.start] = codes
        if len(drawn) // 500 > (len(drawn) - len(group)) // 500:
            print(f"{len(drawn)} of about {int(len(corpus.utterances) * SHARE)}", flush=True)
    # laid out as the true codes are, whose trailing silence stays
    partial = args.work / "drawn.partial"
    with partial.open("wb") as file:
        for u in corpus.utterances:
            said = drawn.get(u.start, tokens.of(u, False))
            file.write(np.concatenate([said, tokens.of(u, True)[-EXTRA:]]).tobytes())
    partial.rename(args.work / "drawn.i16")


if __name__ == "__main__":
    main()
