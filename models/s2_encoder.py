"""s2's text side: codebook frames, phones and the reference's style -> the latent that the flow starts from."""

import math
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layers import AnyMap, Conv1d, Embedding, layer_norm, merge_heads, project_heads, same_conv, weight

MOST_LAYERS = 12


class ChannelNorm(nn.Module):
    """Layer norm over the channels of [B, C, T]."""

    def __init__(self) -> None:
        super().__init__()
        self.gamma = weight("hidden")
        self.beta = weight("hidden")

    def forward(self, x: Tensor) -> Tensor:  # [B, C, T]
        return layer_norm(x.transpose(1, 2), self.gamma, self.beta).transpose(1, 2)


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
        x = x.transpose(1, 2)
        q = project_heads(x, self.conv_q.weight, self.conv_q.bias, heads)
        q = q / math.sqrt(q.size(3))
        k = project_heads(x, self.conv_k.weight, self.conv_k.bias, heads)
        v = project_heads(x, self.conv_v.weight, self.conv_v.bias, heads)

        scores = F.pad(q @ k.transpose(2, 3), [w, w])  # [B, H, T, w + T + w]
        band(scores, distances).add_(q @ self.emb_rel_k.transpose(1, 2))
        p = F.pad(scores[..., w : w + frames].softmax(-1), [w, w])
        y = p[..., w : w + frames] @ v + band(p, distances) @ self.emb_rel_v
        return same_conv(merge_heads(y).transpose(1, 2), self.conv_o.weight, self.conv_o.bias)


class FeedForward(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv_1 = Conv1d("filter", "hidden", "kernel")
        self.conv_2 = Conv1d("hidden", "filter", "kernel")

    def forward(self, x: Tensor) -> Tensor:  # [B, C, T]
        x = F.relu(same_conv(x, self.conv_1.weight, self.conv_1.bias))
        return same_conv(x, self.conv_2.weight, self.conv_2.bias)


@torch.jit.interface
class AnyAttention:
    def forward(self, x: Tensor, heads: int) -> Tensor:
        pass


class Encoder(nn.Module):
    def __init__(self, most_layers: int) -> None:
        super().__init__()
        self.attn_layers = nn.ModuleList(RelativeAttention() for _ in range(most_layers))
        self.norm_layers_1 = nn.ModuleList(ChannelNorm() for _ in range(most_layers))
        self.ffn_layers = nn.ModuleList(FeedForward() for _ in range(most_layers))
        self.norm_layers_2 = nn.ModuleList(ChannelNorm() for _ in range(most_layers))

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
        context = context.transpose(1, 2)
        q = project_heads(x.transpose(1, 2), self.conv_q.weight, self.conv_q.bias, self.heads)
        k = project_heads(context, self.conv_k.weight, self.conv_k.bias, self.heads)
        v = project_heads(context, self.conv_v.weight, self.conv_v.bias, self.heads)
        y = merge_heads(F.scaled_dot_product_attention(q, k, v)).transpose(1, 2)
        return same_conv(y, self.conv_o.weight, self.conv_o.bias)


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
        x = same_conv(frames, self.c_pre.weight, self.c_pre.bias)
        text = same_conv(text, self.text_pre.weight, self.text_pre.bias)
        x = self.cross_attention(x, text) + x + style
        return same_conv(x, self.c_post.weight, self.c_post.bias)


class TextEncoder(nn.Module):
    """`style_channels` names the size of the style that MRTE adds."""

    def __init__(self, style_channels: str) -> None:
        super().__init__()
        self.ssl_proj = Conv1d("hidden", "ssl")
        self.encoder_ssl = Encoder(MOST_LAYERS // 2)
        self.encoder_text = Encoder(MOST_LAYERS)
        self.text_embedding = Embedding("phones", "hidden")
        self.mrte = Mrte(style_channels)
        self.encoder2 = Encoder(MOST_LAYERS // 2)
        self.proj = Conv1d("2*inter", "hidden")

    def forward(self, quantized: Tensor, text: Tensor, style: Tensor, heads: int, layers: int) -> Tensor:
        """quantized [1, ssl, T], text int64 [1, X], style [1, channels, 1] -> latent [1, hidden, T]."""
        frames = same_conv(quantized, self.ssl_proj.weight, self.ssl_proj.bias)
        frames = self.encoder_ssl(frames, heads, layers // 2)
        phones = F.embedding(text, self.text_embedding.weight).transpose(1, 2)
        phones = self.encoder_text(phones, heads, layers)
        return self.encoder2(self.mrte(frames, phones, style), heads, layers // 2)
