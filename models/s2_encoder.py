"""s2's text side: codebook frames, phones and the reference's style -> the latent that the flow starts from."""

import math
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layers import Conv1d, Embedding, merge_heads, split_heads, weight

MOST_LAYERS = 12


class ChannelNorm(nn.Module):
    """Layer norm over the channels of [B, C, T]."""

    def __init__(self) -> None:
        super().__init__()
        self.gamma = weight("hidden")
        self.beta = weight("hidden")

    def forward(self, x: Tensor) -> Tensor:  # [B, C, T]
        return F.layer_norm(x.transpose(1, 2), self.gamma.shape, self.gamma, self.beta).transpose(1, 2)


def band(x: Tensor, width: int) -> Tensor:  # [B, H, T, T + width - 1] -> view [B, H, T, width]
    """Row t's columns t..t+width-1: the diagonal band of a padded score matrix."""
    b, h, t, _ = x.shape
    s = x.stride()
    return x.as_strided([b, h, t, width], [s[0], s[1], s[2] + s[3], s[3]])


class RelativeAttention(nn.Module):
    """Self-attention that knows the distance of near frames: embeddings for -w..w, one set for all heads."""

    def __init__(self) -> None:
        super().__init__()
        self.conv_q = Conv1d("hidden", "hidden")
        self.conv_k = Conv1d("hidden", "hidden")
        self.conv_v = Conv1d("hidden", "hidden")
        self.conv_o = Conv1d("hidden", "hidden")
        self.emb_rel_k = weight("1", "distances", "hidden/n_heads")
        self.emb_rel_v = weight("1", "distances", "hidden/n_heads")

    def forward(self, x: Tensor, heads: int) -> Tensor:  # [B, C, T]
        frames = x.size(2)
        distances = self.emb_rel_k.size(1)  # 2w + 1
        w = distances // 2
        q = split_heads(self.conv_q(x).transpose(1, 2), heads)
        q = q / math.sqrt(q.size(3))
        k = split_heads(self.conv_k(x).transpose(1, 2), heads)
        v = split_heads(self.conv_v(x).transpose(1, 2), heads)

        scores = F.pad(q @ k.transpose(2, 3), [w, w])  # [B, H, T, w + T + w]
        band(scores, distances).add_(q @ self.emb_rel_k.transpose(1, 2))
        p = F.pad(scores[..., w : w + frames].softmax(-1), [w, w])
        y = p[..., w : w + frames] @ v + band(p, distances) @ self.emb_rel_v
        return self.conv_o(merge_heads(y).transpose(1, 2))


class FeedForward(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv_1 = Conv1d("filter", "hidden", "kernel")
        self.conv_2 = Conv1d("hidden", "filter", "kernel")

    def forward(self, x: Tensor) -> Tensor:  # [B, C, T]
        return self.conv_2(F.relu(self.conv_1(x)))


@torch.jit.interface
class AnyAttention:
    def forward(self, x: Tensor, heads: int) -> Tensor:
        pass


@torch.jit.interface
class AnyMap:
    def forward(self, x: Tensor) -> Tensor:
        pass


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attn_layers = nn.ModuleList(RelativeAttention() for _ in range(MOST_LAYERS))
        self.norm_layers_1 = nn.ModuleList(ChannelNorm() for _ in range(MOST_LAYERS))
        self.ffn_layers = nn.ModuleList(FeedForward() for _ in range(MOST_LAYERS))
        self.norm_layers_2 = nn.ModuleList(ChannelNorm() for _ in range(MOST_LAYERS))

    def forward(self, x: Tensor, heads: int, count: int) -> Tensor:  # [B, C, T]
        for i in range(count):
            attention: AnyAttention = self.attn_layers[i]
            norm_1: AnyMap = self.norm_layers_1[i]
            feed_forward: AnyMap = self.ffn_layers[i]
            norm_2: AnyMap = self.norm_layers_2[i]
            x = norm_1.forward(x + attention.forward(x, heads))
            x = norm_2.forward(x + feed_forward.forward(x))
        return x


class CrossAttention(nn.Module):
    heads: Final[int] = 4  # no config field sets it

    def __init__(self, channels: str) -> None:
        super().__init__()
        self.conv_q = Conv1d(channels, channels)
        self.conv_k = Conv1d(channels, channels)
        self.conv_v = Conv1d(channels, channels)
        self.conv_o = Conv1d(channels, channels)

    def forward(self, x: Tensor, context: Tensor) -> Tensor:  # [B, C, T], [B, C, X] -> [B, C, T]
        q = split_heads(self.conv_q(x).transpose(1, 2), self.heads)
        k = split_heads(self.conv_k(context).transpose(1, 2), self.heads)
        v = split_heads(self.conv_v(context).transpose(1, 2), self.heads)
        return self.conv_o(merge_heads(F.scaled_dot_product_attention(q, k, v)).transpose(1, 2))


class Mrte(nn.Module):
    """Lets the frames look at the phones, and adds the style."""

    def __init__(self, channels: str) -> None:
        super().__init__()
        self.cross_attention = CrossAttention(channels)
        self.c_pre = Conv1d(channels, "hidden")
        self.text_pre = Conv1d(channels, "hidden")
        self.c_post = Conv1d("hidden", channels)

    def forward(self, frames: Tensor, text: Tensor, style: Tensor) -> Tensor:
        """frames [B, hidden, T], text [B, hidden, X], style [B, channels, 1] -> [B, hidden, T]."""
        x = self.c_pre(frames)
        return self.c_post(self.cross_attention(x, self.text_pre(text)) + x + style)


class TextEncoder(nn.Module):
    """`style_channels` names the size of the style that MRTE adds."""

    def __init__(self, style_channels: str) -> None:
        super().__init__()
        self.ssl_proj = Conv1d("hidden", "ssl")
        self.encoder_ssl = Encoder()
        self.encoder_text = Encoder()
        self.text_embedding = Embedding("phones", "hidden")
        self.mrte = Mrte(style_channels)
        self.encoder2 = Encoder()
        self.proj = Conv1d("2*inter", "hidden")

    def forward(self, quantized: Tensor, text: Tensor, style: Tensor, heads: int, layers: int) -> Tensor:
        """quantized [1, ssl, T], text int64 [1, X], style [1, channels, 1] -> latent [1, hidden, T]."""
        frames = self.encoder_ssl(self.ssl_proj(quantized), heads, layers // 2)
        phones = self.encoder_text(self.text_embedding(text).transpose(1, 2), heads, layers)
        return self.encoder2(self.mrte(frames, phones, style), heads, layers // 2)
