"""HiFi-GAN: latent frames -> samples, by stages of upsampling and residual convolutions."""

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layers import Affine, Conv1d, same_conv

MOST_STAGES = 8
MOST_KERNELS = 5
# how many convolutions the two kinds of residual block have; no config field sets it
CONVOLUTIONS_1 = 3
CONVOLUTIONS_2 = 2


def convolutions(count: int) -> nn.ModuleList:
    channels = "channels[i+1]"
    return nn.ModuleList(Conv1d(channels, channels, "resblock_kernel_sizes[k]") for _ in range(count))


class ResBlock(nn.Module):
    """Kind 1 has `convs1` and `convs2`, kind 2 has `convs`; a file fills those of its kind."""

    slope: Final[float] = 0.1

    def __init__(self) -> None:
        super().__init__()
        self.convs1 = convolutions(CONVOLUTIONS_1)
        self.convs2 = convolutions(CONVOLUTIONS_1)
        self.convs = convolutions(CONVOLUTIONS_2)

    def forward(self, x: Tensor, dilations: list[int], is_first_kind: bool) -> Tensor:  # [B, C, T]
        if is_first_kind:
            for i, (dilated, plain) in enumerate(zip(self.convs1, self.convs2)):
                y = same_conv(F.leaky_relu(x, self.slope), dilated.weight, dilated.bias, dilations[i])
                x = x + same_conv(F.leaky_relu_(y, self.slope), plain.weight, plain.bias)
        else:
            for i, conv in enumerate(self.convs):
                x = x + same_conv(F.leaky_relu(x, self.slope), conv.weight, conv.bias, dilations[i])
        return x


class Upsampling(Affine):
    """A transposed convolution: its weight is [inputs, outputs, kernel]."""

    def __init__(self) -> None:
        super().__init__("channels[i]", "channels[i+1]", "upsample_kernel_sizes[i]", bias="channels[i+1]")

    def forward(self, x: Tensor, stride: int) -> Tensor:  # [B, inputs, T] -> [B, outputs, stride * T]
        padding = (self.weight.size(2) - stride) // 2
        return F.conv_transpose1d(x, self.weight, self.bias, stride=stride, padding=padding)


@torch.jit.interface
class AnyResBlock:
    def forward(self, x: Tensor, dilations: list[int], is_first_kind: bool) -> Tensor:
        pass


@torch.jit.interface
class AnyUpsampling:
    def forward(self, x: Tensor, stride: int) -> Tensor:
        pass


class Generator(nn.Module):
    slope: Final[float] = 0.1

    def __init__(self) -> None:
        super().__init__()
        self.conv_pre = Conv1d("channels[0]", "inter", "7")
        self.ups = nn.ModuleList(Upsampling() for _ in range(MOST_STAGES))
        self.resblocks = nn.ModuleList(ResBlock() for _ in range(MOST_STAGES * MOST_KERNELS))
        self.conv_post = Conv1d("1", "channels[len(upsample_rates)]", "7", bias=False)
        self.cond = Conv1d("channels[0]", "gin")

    def forward(self, x: Tensor, style: Tensor, rates: list[int], dilations: list[list[int]], kind_1: bool) -> Tensor:
        """x [B, inter, T], style [B, gin, 1] -> wave [B, 1, T * product of rates] in -1..1."""
        x = same_conv(x, self.conv_pre.weight, self.conv_pre.bias) + same_conv(style, self.cond.weight, self.cond.bias)
        for i, rate in enumerate(rates):
            up: AnyUpsampling = self.ups[i]
            x = up.forward(F.leaky_relu(x, self.slope), rate)
            total = torch.zeros_like(x)
            for k, dilation in enumerate(dilations):
                block: AnyResBlock = self.resblocks[i * len(dilations) + k]
                total += block.forward(x, dilation, kind_1)
            x = total / len(dilations)
        return torch.tanh(same_conv(F.leaky_relu(x), self.conv_post.weight, self.conv_post.bias))
