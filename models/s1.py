"""s1: phones, text features and the reference's semantic tokens -> the next semantic token.

A decoder-only transformer, post-norm with ReLU. Text sees all text, audio sees the text and the audio before it.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layers import Embedding, LayerNorm, Linear, layer_norm, merge_heads, split_heads, weight
from spec import Attribute, Check, Dim, Loop, Network, Repeat

MOST_LAYERS = 48


def sine_table(start: int, count: int, width: int, device: torch.device) -> Tensor:  # -> [count, width]
    """Positions start..start+count-1 as sine and cosine side by side."""
    rates = torch.exp(torch.arange(0, width, 2, dtype=torch.float32, device=device) * -(math.log(10000.0) / width))
    positions = torch.arange(start, start + count, dtype=torch.float32, device=device)
    angles = positions.unsqueeze(1) * rates  # [count, width / 2]
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)


class Position(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.alpha = weight("1")

    def forward(self, x: Tensor, start: int) -> Tensor:  # [B, T, hidden]
        return x + self.alpha * sine_table(start, x.size(1), x.size(2), x.device).to(x.dtype)


class TokenEmbedding(nn.Module):
    def __init__(self, rows: str) -> None:
        super().__init__()
        self.word_embeddings = Embedding(rows, "hidden")

    def forward(self, ids: Tensor) -> Tensor:  # int64 [B, T] -> [B, T, hidden]
        return F.embedding(ids, self.word_embeddings.weight)


class SelfAttention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.in_proj_weight = weight("3*hidden", "hidden")
        self.in_proj_bias = weight("3*hidden")
        self.out_proj = Linear("hidden", "hidden")

    def forward(self, x: Tensor, keys: Tensor, values: Tensor, start: int, mask: Tensor | None, heads: int) -> Tensor:
        """Writes the keys and values of x [B, T, hidden] at `start` of the caches [B, room, hidden], then attends."""
        end = start + x.size(1)
        q, k, v = F.linear(x, self.in_proj_weight, self.in_proj_bias).chunk(3, dim=-1)
        keys[:, start:end] = k
        values[:, start:end] = v
        k = split_heads(keys[:, :end], heads)
        v = split_heads(values[:, :end], heads)
        y = F.scaled_dot_product_attention(split_heads(q, heads), k, v, attn_mask=mask)  # [B, heads, T, hidden / heads]
        return F.linear(merge_heads(y), self.out_proj.weight, self.out_proj.bias)


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.self_attn = SelfAttention()
        self.linear1 = Linear("feed_forward", "hidden")
        self.linear2 = Linear("hidden", "feed_forward")
        self.norm1 = LayerNorm("hidden")
        self.norm2 = LayerNorm("hidden")

    def forward(self, x: Tensor, keys: Tensor, values: Tensor, start: int, mask: Tensor | None, heads: int) -> Tensor:
        x = layer_norm(x + self.self_attn(x, keys, values, start, mask, heads), self.norm1.weight, self.norm1.bias)
        y = F.relu(F.linear(x, self.linear1.weight, self.linear1.bias))
        y = F.linear(y, self.linear2.weight, self.linear2.bias)
        return layer_norm(x + y, self.norm2.weight, self.norm2.bias)


@torch.jit.interface
class AnyLayer:
    def forward(self, x: Tensor, keys: Tensor, values: Tensor, start: int, mask: Tensor | None, heads: int) -> Tensor:
        pass


class Layers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer() for _ in range(MOST_LAYERS))

    def forward(
        self, x: Tensor, keys: Tensor, values: Tensor, start: int, mask: Tensor | None, heads: int, count: int
    ) -> Tensor:
        for i in range(count):
            layer: AnyLayer = self.layers[i]
            x = layer.forward(x, keys[i], values[i], start, mask, heads)
        return x


def prefill_mask(text: int, audio: int, device: torch.device) -> Tensor:  # -> bool [text + audio, text + audio]
    """True where the row's position may see the column's."""
    column = torch.arange(text + audio, device=device)
    return (column < text) | (column <= column.unsqueeze(1))


class S1(nn.Module):
    """B sentences of one length. Caches are [n_layers, B, room, hidden]; room >= positions in use."""

    n_layers: int
    n_heads: int

    def __init__(self) -> None:
        super().__init__()
        self.n_layers = 24
        self.n_heads = 16
        self.bert_proj = Linear("hidden", "bert")
        self.ar_text_embedding = TokenEmbedding("phones")
        self.ar_text_position = Position()
        self.ar_audio_embedding = TokenEmbedding("tokens")
        self.ar_audio_position = Position()
        self.h = Layers()
        self.ar_predict_layer = Linear("tokens", "hidden", bias=False)

    def run(self, x: Tensor, keys: Tensor, values: Tensor, start: int, mask: Tensor | None) -> Tensor:
        x = self.h(x, keys, values, start, mask, self.n_heads, self.n_layers)
        return F.linear(x[:, -1], self.ar_predict_layer.weight)  # [B, tokens]

    @torch.jit.export
    def prefill(self, phones: Tensor, bert: Tensor, prompts: Tensor, k_cache: Tensor, v_cache: Tensor) -> Tensor:
        """phones int64 [B, X], bert [B, 1024, X], prompts int64 [B, P] (P may be 0) -> logits [B, tokens].

        Fills positions 0..X+P-1 of the caches.
        """
        text = F.linear(bert.transpose(1, 2), self.bert_proj.weight, self.bert_proj.bias)
        text = self.ar_text_position(self.ar_text_embedding(phones) + text, 0)
        audio = self.ar_audio_position(self.ar_audio_embedding(prompts), 0)
        mask = prefill_mask(text.size(1), audio.size(1), text.device)
        return self.run(torch.cat([text, audio], dim=1), k_cache, v_cache, 0, mask)

    @torch.jit.export
    def decode_step(self, token: Tensor, position: int, length: int, k_cache: Tensor, v_cache: Tensor) -> Tensor:
        """token int64 [B] at audio position `position` (P for the first new one) -> logits [B, tokens].

        The caches hold `length` positions; the token's own is written at index `length`.
        """
        x = self.ar_audio_position(self.ar_audio_embedding(token.unsqueeze(1)), position)
        return self.run(x, k_cache, v_cache, length, None)

    def forward(self, phones: Tensor, bert: Tensor, prompts: Tensor) -> Tensor:
        """The logits of `prefill` with caches of its own."""
        hidden = self.ar_predict_layer.weight.size(1)
        room = phones.size(1) + prompts.size(1)
        cache = self.bert_proj.weight.new_zeros([2, self.n_layers, phones.size(0), room, hidden])
        return self.prefill(phones, bert, prompts, cache[0], cache[1])


NETWORK = Network(
    module=S1,
    attributes=[
        Attribute("n_layers", "int", "model.n_layer", minimum=1, maximum=MOST_LAYERS),
        Attribute("n_heads", "int", "model.head", minimum=1),
    ],
    dims=[
        Dim("hidden", "model.hidden_dim"),
        Dim("phones", "model.phoneme_vocab_size"),
        Dim("tokens", "model.vocab_size"),
        Dim("embedding", "model.embedding_dim"),
        Dim("eos", "model.EOS"),
    ],
    checks=[
        Check("hidden%n_heads", "model.head"),
        Check("hidden%2", "model.hidden_dim"),
        Check("embedding-hidden", "model.embedding_dim"),
        Check("tokens-1-eos", "model.EOS"),
    ],
    repeats={"h.layers": Repeat("i", [Loop("i", "n_layers")])},
    prefixes=["model."],
    ignore=["ar_accuracy_metric.*", "loss_fct.*"],
)
