"""The reference's spectrogram -> one vector of its voice."""

import math
from typing import Final

import torch.nn.functional as F
from torch import Tensor, nn

from layers import Conv1d, Linear, merge_heads, project_heads, same_conv


class Dense(nn.Module):
    def __init__(self, outputs: str, inputs: str) -> None:
        super().__init__()
        self.fc = Linear(outputs, inputs)

    def forward(self, x: Tensor) -> Tensor:  # [B, T, inputs] -> [B, T, outputs]
        return F.linear(x, self.fc.weight, self.fc.bias)


class Mish(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return F.mish(x)


class SameConv(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = Conv1d("2*style", "style", "style_kernel")

    def forward(self, x: Tensor) -> Tensor:  # [B, style, T] -> [B, 2 * style, T]
        return same_conv(x, self.conv.weight, self.conv.bias)


class GatedConv(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = SameConv()

    def forward(self, x: Tensor) -> Tensor:  # [B, style, T]
        return x + F.glu(self.conv1(x), dim=1)


class SelfAttention(nn.Module):
    heads: Final[int] = 2  # no config field sets it

    def __init__(self) -> None:
        super().__init__()
        self.w_qs = Linear("style", "style")
        self.w_ks = Linear("style", "style")
        self.w_vs = Linear("style", "style")
        self.fc = Linear("style", "style")

    def forward(self, x: Tensor) -> Tensor:  # [B, T, style]
        q = project_heads(x, self.w_qs.weight, self.w_qs.bias, self.heads)
        k = project_heads(x, self.w_ks.weight, self.w_ks.bias, self.heads)
        v = project_heads(x, self.w_vs.weight, self.w_vs.bias, self.heads)
        # the temperature is of the whole width, not of one head's
        y = F.scaled_dot_product_attention(q, k, v, scale=1 / math.sqrt(x.size(2)))
        return F.linear(merge_heads(y), self.fc.weight, self.fc.bias) + x


class StyleEncoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        # the identities stand where training has dropout: names hold the position
        self.spectral = nn.Sequential(Dense("style", "bins"), Mish(), nn.Identity(), Dense("style", "style"), Mish())
        self.temporal = nn.Sequential(GatedConv(), GatedConv())
        self.slf_attn = SelfAttention()
        self.fc = Dense("gin", "style")

    def forward(self, x: Tensor) -> Tensor:  # [B, bins, T] -> [B, gin, 1]
        x = self.spectral(x.transpose(1, 2)).transpose(1, 2)
        x = self.slf_attn(self.temporal(x).transpose(1, 2))
        return self.fc(x).mean(dim=1).unsqueeze(2)
