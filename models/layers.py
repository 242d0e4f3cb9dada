"""Parameters of layers, and functions that take every size from them, so that one network fits every checkpoint.

`weight("3*hidden", "hidden")` makes a parameter of one element. Its dimension expressions go into the blueprint's
specification (spec.py), by which the importer checks the real tensors that replace it.
The classes have no methods: torch spends 0.1 ms on each method of each module when it loads a file.
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


class Conv1d(Affine):
    def __init__(self, outputs: str, inputs: str, kernel: str = "1", bias: bool = True) -> None:
        super().__init__(outputs, inputs, kernel, bias=outputs if bias else "")


class LayerNorm(Affine):
    def __init__(self, channels: str) -> None:
        super().__init__(channels, bias=channels)


class Embedding(Affine):
    def __init__(self, rows: str, channels: str) -> None:
        super().__init__(rows, channels)


@torch.jit.interface
class AnyMap:
    """Layers indexed at run time. Interfaces of the same methods must be one: torch saves only the first of them."""

    def forward(self, x: Tensor) -> Tensor:
        pass


def same_conv(x: Tensor, weight: Tensor, bias: Tensor | None, dilation: int = 1) -> Tensor:
    """Convolution of as many frames as come in: [B, inputs, T] -> [B, outputs, T]."""
    return F.conv1d(x, weight, bias, padding="same", dilation=dilation)


def layer_norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:  # [..., channels]
    return F.layer_norm(x, weight.shape, weight, bias, eps)


def split_heads(x: Tensor, heads: int) -> Tensor:  # [B, T, C] -> [B, heads, T, C / heads]
    return x.unflatten(-1, [heads, x.size(-1) // heads]).transpose(1, 2)


def project_heads(
    x: Tensor, weight: Tensor, bias: Tensor, heads: int
) -> Tensor:  # [B, T, C] -> [B, heads, T, C / heads]
    """The weight is a linear map's [C, C] or that of a convolution of one frame [C, C, 1]."""
    return split_heads(F.linear(x, weight.flatten(1), bias), heads)


def merge_heads(x: Tensor) -> Tensor:  # [B, heads, T, C / heads] -> [B, T, C]
    return x.transpose(1, 2).flatten(2)
