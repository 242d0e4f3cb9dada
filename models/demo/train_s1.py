"""Trains s1: the phones of a prompt and of a text, the codes of the prompt -> the codes of the text, and an end.

One head each of two layers is shown where in the text each code belongs, which the alignment of the corpus tells: so
the network need not find that out by itself.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from codes import Tokens
from corpus import CODE, Corpus, Utterance
from layers import layer_norm, merge_heads, split_heads
from networks import CODES, build_s1
from s1 import S1
from training import Training, arguments, set_rate

BATCH = 16
POSITIONS = 6000  # of a batch, at most
GUIDED_LAYERS = (1, 2)
GUIDANCE = 0.3
NOISE = 0.03  # share of the codes heard that are wrong ones
FAITHFUL = 0.15  # share of the examples that hear nothing but the true codes
ALONE = 0.2  # share of the time before it hears its own codes
NO_PROMPT = 0.1
DROPOUT = 0.1
TWO_TEXTS = 0.25
EOS = CODES
IGNORE = -100


Example = tuple[list[int], list[int], list[int]]


def example(corpus: Corpus, tokens: Tokens, pools: dict, rng: np.random.Generator) -> Example:
    """-> phones, codes, and for each code the index of its phone."""
    voice = int(rng.random() < 0.4)
    parts: list[Utterance] = []
    if rng.random() >= NO_PROMPT:
        parts.append(pools["prompt", voice][rng.integers(len(pools["prompt", voice]))])
    texts = 2 if rng.random() < TWO_TEXTS else 1
    parts.extend(pools["any", voice][rng.integers(len(pools["any", voice]))] for _ in range(texts))
    phones: list[int] = []
    codes: list[int] = []
    sources: list[int] = []
    for number, u in enumerate(parts):
        is_prompt = number == 0 and len(parts) > texts
        said = tokens.of(u, is_prompt)
        where = corpus.at(corpus.phones, u, u.codes, CODE) + len(phones)
        codes.extend(said.tolist())
        sources.extend(where.tolist())
        phones.extend(u.ids)
        sources.extend([len(phones) - 1] * (len(said) - u.codes))
    return phones, codes, sources


def batch(corpus: Corpus, tokens: Tokens, pools: dict, rng: np.random.Generator) -> tuple[Tensor, ...]:
    """Of like length, so that little is padding."""
    drawn = sorted((example(corpus, tokens, pools, rng) for _ in range(4 * BATCH)), key=lambda e: len(e[1]))
    first = int(rng.integers(0, 4)) * BATCH
    rows = drawn[first : first + BATCH]
    text, audio = max(len(p) for p, _, _ in rows), max(len(c) for _, c, _ in rows) + 1
    rows = rows[: max(1, POSITIONS // (text + audio))]
    phones = torch.zeros(len(rows), text, dtype=torch.long)
    heard = torch.zeros(len(rows), audio, dtype=torch.long)
    targets = torch.full((len(rows), audio), IGNORE)
    sources = torch.full((len(rows), audio), IGNORE)
    lengths = torch.tensor([len(p) for p, _, _ in rows])
    for row, (p, c, s) in enumerate(rows):
        phones[row, : len(p)] = torch.tensor(p)
        # position t hears code t and predicts code t + 1: the first code is never predicted, as in upstream
        heard[row, : len(c)] = torch.tensor(c)
        targets[row, : len(c)] = torch.tensor([*c[1:], EOS])
        sources[row, : len(c)] = torch.tensor([*s[1:], len(p) - 1])
    return phones, lengths, heard, targets, sources


def forward(
    s1: S1, phones: Tensor, lengths: Tensor, heard: Tensor, dropout: float = 0.0
) -> tuple[Tensor, list[Tensor]]:
    """-> logits [B, T, tokens] after each code heard, and the guided heads' log shares [B, T, X + T]."""

    def drop(x: Tensor) -> Tensor:
        return F.dropout(x, dropout) if dropout else x

    bert = s1.bert_proj.bias
    text = s1.ar_text_position(s1.ar_text_embedding(phones) + bert, 0)
    audio = s1.ar_audio_position(s1.ar_audio_embedding(heard), 0)
    x = drop(torch.cat([text, audio], 1))
    count, total = text.size(1), x.size(1)
    column = torch.arange(total)
    seen = (column < count) | (column <= column[:, None])
    mask = seen[None] & ((column >= count) | (column < lengths[:, None]))[:, None]  # [B, L, L]
    bias = torch.zeros(mask.shape).masked_fill_(~mask, -1e4)[:, None]
    guided = []
    for index, layer in enumerate(s1.h.layers):
        attention = layer.self_attn
        q, k, v = F.linear(x, attention.in_proj_weight, attention.in_proj_bias).chunk(3, -1)
        q, k, v = (split_heads(part, s1.n_heads) for part in (q, k, v))
        if index in GUIDED_LAYERS:
            scores = q[:, 0, count:].float() @ k[:, 0].float().transpose(1, 2) * q.size(-1) ** -0.5
            guided.append((scores + bias[:, 0, count:]).log_softmax(-1))
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=bias.to(q.dtype))
        y = F.linear(merge_heads(y), attention.out_proj.weight, attention.out_proj.bias)
        x = layer_norm(x + drop(y), layer.norm1.weight, layer.norm1.bias)
        y = drop(F.relu(F.linear(x, layer.linear1.weight, layer.linear1.bias)))
        y = F.linear(y, layer.linear2.weight, layer.linear2.bias)
        x = layer_norm(x + drop(y), layer.norm2.weight, layer.norm2.bias)
    return F.linear(x[:, count:], s1.ar_predict_layer.weight).float(), guided


def losses(s1: S1, parts: tuple[Tensor, ...], dropout: float = 0.0) -> dict[str, Tensor]:
    phones, lengths, heard, targets, sources = parts
    with torch.autocast("cpu", torch.bfloat16):
        logits, guided = forward(s1, phones, lengths, heard, dropout)
    known = targets != IGNORE
    logits, wanted = logits[known], targets[known]
    scale = logits.logsumexp(-1)
    where = sum(-shares.gather(2, sources.clamp(min=0)[..., None]).squeeze(2)[known].mean() for shares in guided)
    return {
        "code": F.cross_entropy(logits, wanted),
        "where": where / len(guided),
        # keeps logits log probabilities, which a repetition penalty hardly touches
        "scale": scale.square().mean(),
        "right": (logits.argmax(-1) == wanted).float().mean(),
    }


@torch.no_grad()
def imagine(s1: S1, phones: Tensor, lengths: Tensor, heard: Tensor) -> Tensor:
    """The codes heard, with a share of them, another in each row, as the network would have drawn them itself.

    In synthesis it hears its own codes, which are like the true ones and never the same: a network that has heard only
    true ones loses its way.
    """
    with torch.autocast("cpu", torch.bfloat16):
        logits, _ = forward(s1, phones, lengths, heard)
    logits = logits[..., :CODES] + 1e-4
    drawn = (logits - torch.empty_like(logits).exponential_().log()).argmax(-1)  # one draw from each distribution
    drawn = torch.cat([heard[:, :1], drawn[:, :-1]], 1)
    share = torch.rand(len(heard), 1)
    share = torch.where(torch.rand(len(heard), 1) < FAITHFUL, 0.0, 0.3 + 0.7 * share)
    noise = torch.rand(heard.shape) < NOISE
    heard = torch.where(noise, torch.randint_like(heard, CODES), heard)
    return torch.where(torch.rand(heard.shape) < share, drawn, heard)


def pools_of(utterances: list[Utterance]) -> dict:
    pools = {}
    for voice in (0, 1):
        pools["any", voice] = [u for u in utterances if u.voice == voice]
        pools["prompt", voice] = [u for u in pools["any", voice] if 115 <= u.units <= 260]
    return pools


def main() -> None:
    args = arguments(__doc__, minutes=60)
    corpus = Corpus(args.corpus)
    tokens = Tokens(corpus, args.work)
    torch.manual_seed(3)
    s1 = build_s1()
    nn.init.zeros_(s1.bert_proj.weight)  # English has no features to learn from
    optimizer = torch.optim.AdamW(s1.parameters(), 1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    training = Training("s1", args, {"s1": s1, "optimizer": optimizer})
    rng = np.random.default_rng(training.step)
    pools, held_out = pools_of(corpus.training), pools_of(corpus.held_out)
    while training.next():
        phones, lengths, heard, targets, sources = batch(corpus, tokens, pools, rng)
        if training.progress > ALONE:
            heard = imagine(s1, phones, lengths, heard)
        loss = losses(s1, (phones, lengths, heard, targets, sources), DROPOUT)
        set_rate(optimizer, training.straight_rate(1.4e-3, warm_up=300))
        optimizer.zero_grad()
        (loss["code"] + GUIDANCE * loss["where"] + 0.02 * loss["scale"]).backward()
        nn.utils.clip_grad_norm_(s1.parameters(), 1.0)
        optimizer.step()
        training.count(**{name: value.item() for name, value in loss.items()})
        if training.step % 200 == 0:
            with torch.no_grad():
                unseen = losses(s1, batch(corpus, tokens, held_out, np.random.default_rng(5)))
            print("held out", {name: round(value.item(), 3) for name, value in unseen.items()}, flush=True)


if __name__ == "__main__":
    main()
