"""HiFi-GAN: latent frames -> samples, by stages of upsampling and residual convolutions."""

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layers import Conv1d, ConvTranspose1d

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
                y = dilated.dilated(F.leaky_relu(x, self.slope), dilations[i])
                x = x + plain(F.leaky_relu_(y, self.slope))
        else:
            for i, conv in enumerate(self.convs):
                x = x + conv.dilated(F.leaky_relu(x, self.slope), dilations[i])
        return x


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
        self.ups = nn.ModuleList(
            ConvTranspose1d("channels[i]", "channels[i+1]", "upsample_kernel_sizes[i]") for _ in range(MOST_STAGES)
        )
        self.resblocks = nn.ModuleList(ResBlock() for _ in range(MOST_STAGES * MOST_KERNELS))
        self.conv_post = Conv1d("1", "channels[len(upsample_rates)]", "7", bias=False)
        self.cond = Conv1d("channels[0]", "gin")

    def forward(self, x: Tensor, style: Tensor, rates: list[int], dilations: list[list[int]], kind_1: bool) -> Tensor:
        """x [B, inter, T], style [B, gin, 1] -> wave [B, 1, T * product of rates] in -1..1."""
        x = self.conv_pre(x) + self.cond(style)
        for i, rate in enumerate(rates):
            up: AnyUpsampling = self.ups[i]
            x = up.forward(F.leaky_relu(x, self.slope), rate)
            total = torch.zeros_like(x)
            for k, dilation in enumerate(dilations):
                block: AnyResBlock = self.resblocks[i * len(dilations) + k]
                total += block.forward(x, dilation, kind_1)
            x = total / len(dilations)
        return torch.tanh(self.conv_post(F.leaky_relu(x)))
