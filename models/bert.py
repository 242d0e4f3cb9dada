"""BERT: token ids -> a feature for each character, the third last hidden state of chinese-roberta-wwm-ext-large.

The last two layers and the language-model head come after that state, so they are not here.
"""

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layers import Embedding, LayerNorm, Linear, layer_norm, merge_heads, project_heads
from spec import Attribute, Check, Dim, Loop, Network, Repeat, Requirement

MOST_LAYERS = 26
UNUSED_LAYERS = 2


class Embeddings(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.word_embeddings = Embedding("vocabulary", "hidden")
        self.position_embeddings = Embedding("positions", "hidden")
        self.token_type_embeddings = Embedding("types", "hidden")
        self.LayerNorm = LayerNorm("hidden")

    def forward(self, ids: Tensor, eps: float) -> Tensor:  # int64 [B, N] -> [B, N, hidden]
        x = F.embedding(ids, self.word_embeddings.weight) + self.token_type_embeddings.weight[0]
        x = x + self.position_embeddings.weight[: ids.size(1)]
        return layer_norm(x, self.LayerNorm.weight, self.LayerNorm.bias, eps)


class SelfAttention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query = Linear("hidden", "hidden")
        self.key = Linear("hidden", "hidden")
        self.value = Linear("hidden", "hidden")

    def forward(self, x: Tensor, heads: int) -> Tensor:  # [B, N, hidden]
        q = project_heads(x, self.query.weight, self.query.bias, heads)
        k = project_heads(x, self.key.weight, self.key.bias, heads)
        v = project_heads(x, self.value.weight, self.value.bias, heads)
        return merge_heads(F.scaled_dot_product_attention(q, k, v))


class Output(nn.Module):
    """A linear map, then the norm of its sum with what went around it."""

    def __init__(self, inputs: str) -> None:
        super().__init__()
        self.dense = Linear("hidden", inputs)
        self.LayerNorm = LayerNorm("hidden")

    def forward(self, x: Tensor, around: Tensor, eps: float) -> Tensor:  # [B, N, inputs], [B, N, hidden]
        x = F.linear(x, self.dense.weight, self.dense.bias) + around
        return layer_norm(x, self.LayerNorm.weight, self.LayerNorm.bias, eps)


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.self = SelfAttention()
        self.output = Output("hidden")

    def forward(self, x: Tensor, heads: int, eps: float) -> Tensor:  # [B, N, hidden]
        return self.output(self.self(x, heads), x, eps)


class Intermediate(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.dense = Linear("intermediate", "hidden")

    def forward(self, x: Tensor) -> Tensor:  # [B, N, hidden] -> [B, N, intermediate]
        return F.gelu(F.linear(x, self.dense.weight, self.dense.bias))


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = Attention()
        self.intermediate = Intermediate()
        self.output = Output("intermediate")

    def forward(self, x: Tensor, heads: int, eps: float) -> Tensor:  # [B, N, hidden]
        x = self.attention(x, heads, eps)
        return self.output(self.intermediate(x), x, eps)


@torch.jit.interface
class AnyLayer:
    def forward(self, x: Tensor, heads: int, eps: float) -> Tensor:
        pass


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.ModuleList(Layer() for _ in range(MOST_LAYERS - UNUSED_LAYERS))

    def forward(self, x: Tensor, heads: int, eps: float, count: int) -> Tensor:  # [B, N, hidden]
        for i in range(count):
            layer: AnyLayer = self.layer[i]
            x = layer.forward(x, heads, eps)
        return x


class Bert(nn.Module):
    unused_layers: Final[int] = UNUSED_LAYERS
    n_layers: int
    n_heads: int
    eps: float

    def __init__(self) -> None:
        super().__init__()
        self.n_layers = 24  # of the checkpoint, with the two that are not run
        self.n_heads = 16
        self.eps = 1e-12
        self.embeddings = Embeddings()
        self.encoder = Encoder()

    def forward(self, input_ids: Tensor) -> Tensor:
        """int64 [1, N] with [CLS] and [SEP], N at most the rows of position_embeddings -> features [N - 2, hidden]."""
        x = self.embeddings(input_ids, self.eps)
        x = self.encoder(x, self.n_heads, self.eps, self.n_layers - self.unused_layers)
        return x[0, 1:-1]


NETWORK = Network(
    module=Bert,
    attributes=[
        Attribute("n_layers", "int", "num_hidden_layers", minimum=UNUSED_LAYERS, maximum=MOST_LAYERS),
        Attribute("n_heads", "int", "num_attention_heads", minimum=1),
        Attribute("eps", "float", "layer_norm_eps", default=1e-12),
    ],
    dims=[
        Dim("hidden", "hidden_size"),
        Dim("intermediate", "intermediate_size"),
        Dim("vocabulary", "vocab_size"),
        Dim("positions", "max_position_embeddings"),
        Dim("types", "type_vocab_size"),
    ],
    checks=[Check("hidden%n_heads", "num_attention_heads")],
    requires=[Requirement("hidden_act", "gelu"), Requirement("position_embedding_type", "absolute")],
    repeats={"encoder.layer": Repeat("i", [Loop("i", f"n_layers-{UNUSED_LAYERS}")])},
    prefixes=["bert."],
    # files older than 2019 call a norm's weight and bias gamma and beta
    suffixes={".LayerNorm.gamma": ".LayerNorm.weight", ".LayerNorm.beta": ".LayerNorm.bias"},
    ignore=["embeddings.position_ids", "encoder.layer.*", "pooler.*", "cls.*"],
)
