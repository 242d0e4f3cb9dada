"""Layers that take every size from their weights, so that one scripted network fits every checkpoint.

`weight("3*hidden", "hidden")` makes a parameter of one element. Its dimension expressions go into the blueprint's
specification (spec.py), by which the importer checks the real tensors that replace it.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_ELEMENT = torch.zeros(1)  # all parameters of a blueprint view this one element, so the file holds no weights


def weight(*dims: str) -> nn.Parameter:
    parameter = nn.Parameter(_ELEMENT.view([1] * len(dims)), requires_grad=False)
    parameter.dims = dims
    return parameter


class Affine(nn.Module):
    """The weight, and the bias if there is one, of a linear map or a convolution."""

    def __init__(self, *dims: str, bias: str = "") -> None:
        super().__init__()
        self.weight = weight(*dims)
        self.register_parameter("bias", weight(bias) if bias else None)


class Linear(Affine):
    def __init__(self, outputs: str, inputs: str, bias: bool = True) -> None:
        super().__init__(outputs, inputs, bias=outputs if bias else "")

    def forward(self, x: Tensor) -> Tensor:  # [..., inputs] -> [..., outputs]
        return F.linear(x, self.weight, self.bias)


class Conv1d(Affine):
    """Convolution of as many frames as come in; `strided` and `padded` for the others."""

    def __init__(self, outputs: str, inputs: str, kernel: str = "1", bias: bool = True) -> None:
        super().__init__(outputs, inputs, kernel, bias=outputs if bias else "")

    def forward(self, x: Tensor) -> Tensor:  # [B, inputs, T] -> [B, outputs, T]
        return F.conv1d(x, self.weight, self.bias, padding="same")

    def dilated(self, x: Tensor, dilation: int) -> Tensor:  # [B, inputs, T] -> [B, outputs, T]
        return F.conv1d(x, self.weight, self.bias, padding="same", dilation=dilation)

    def strided(self, x: Tensor, stride: int) -> Tensor:  # [B, inputs, T] -> [B, outputs, (T - kernel) // stride + 1]
        return F.conv1d(x, self.weight, self.bias, stride=stride)

    def grouped(self, x: Tensor) -> Tensor:
        """`kernel // 2` zeros on both sides (an even kernel makes one frame more); groups by the weight's inputs."""
        groups = x.size(1) // self.weight.size(1)
        return F.conv1d(x, self.weight, self.bias, padding=self.weight.size(2) // 2, groups=groups)


class ConvTranspose1d(Affine):
    def __init__(self, inputs: str, outputs: str, kernel: str) -> None:
        super().__init__(inputs, outputs, kernel, bias=outputs)

    def forward(self, x: Tensor, stride: int) -> Tensor:  # [B, inputs, T] -> [B, outputs, stride * T]
        padding = (self.weight.size(2) - stride) // 2
        return F.conv_transpose1d(x, self.weight, self.bias, stride=stride, padding=padding)


class LayerNorm(nn.Module):
    def __init__(self, channels: str) -> None:
        super().__init__()
        self.weight = weight(channels)
        self.bias = weight(channels)

    def forward(self, x: Tensor, eps: float = 1e-5) -> Tensor:  # [B, T, channels]
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, eps)


class Embedding(nn.Module):
    def __init__(self, rows: str, channels: str) -> None:
        super().__init__()
        self.weight = weight(rows, channels)

    def forward(self, ids: Tensor) -> Tensor:  # int64 [B, T], 0..rows-1 -> [B, T, channels]
        return F.embedding(ids, self.weight)


def split_heads(x: Tensor, heads: int) -> Tensor:  # [B, T, C] -> [B, heads, T, C / heads]
    return x.unflatten(-1, [heads, x.size(-1) // heads]).transpose(1, 2)


def merge_heads(x: Tensor) -> Tensor:  # [B, heads, T, C / heads] -> [B, T, C]
    return x.transpose(1, 2).flatten(2)
