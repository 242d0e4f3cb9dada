"""BigVGAN v2, the vocoder of v3: log mel spectrogram -> 24 kHz, 256 samples a frame.

As HiFi-GAN, but each activation is periodic and computed at twice the rate, so that its overtones do not alias.
"""

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import generator
from generator import CONVOLUTIONS_1, MOST_KERNELS, MOST_STAGES, AnyUpsampling, Upsampling, convolutions
from layers import Conv1d, same_conv, weight
from spec import Attribute, Loop, Network, Repeat, Requirement


class SnakeBeta(nn.Module):
    eps: Final[float] = 1e-9

    def __init__(self, channels: str) -> None:
        super().__init__()
        self.alpha = weight(channels)
        self.beta = weight(channels)

    def forward(self, x: Tensor, is_logarithmic: bool) -> Tensor:  # [B, C, T]
        alpha, beta = self.alpha.unsqueeze(1), self.beta.unsqueeze(1)
        if is_logarithmic:
            alpha, beta = alpha.exp(), beta.exp()
        return x + (x * alpha).sin().square() / (beta + self.eps)


class Filter(nn.Module):
    """A low pass at a quarter of the rate, the same for every channel."""

    def __init__(self) -> None:
        super().__init__()
        self.filter = weight("1", "1", "taps")


class Decimator(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lowpass = Filter()


def pad_edges(x: Tensor, left: int, right: int) -> Tensor:  # [B, C, T]; repeats the first and the last sample
    return F.pad(x, [left, right], mode="replicate")


class Activation(nn.Module):
    def __init__(self, channels: str) -> None:
        super().__init__()
        self.act = SnakeBeta(channels)
        self.upsample = Filter()
        self.downsample = Decimator()

    def forward(self, x: Tensor, is_logarithmic: bool) -> Tensor:  # [B, C, T]
        channels, taps = x.size(1), self.upsample.filter.size(2)
        pad = taps // 2 - 1
        up = self.upsample.filter.expand(channels, -1, -1)
        x = 2 * F.conv_transpose1d(pad_edges(x, pad, pad), up, stride=2, groups=channels)
        x = x[..., 2 * pad + taps // 2 - 1 : -(2 * pad + taps // 2 - 1)]
        x = self.act(x, is_logarithmic)
        down = self.downsample.lowpass.filter.expand(channels, -1, -1)
        return F.conv1d(pad_edges(x, taps // 2 - 1, taps // 2), down, stride=2, groups=channels)


class ResBlock(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.convs1 = convolutions(CONVOLUTIONS_1)
        self.convs2 = convolutions(CONVOLUTIONS_1)
        self.activations = nn.ModuleList(Activation("channels[i+1]") for _ in range(2 * CONVOLUTIONS_1))

    def forward(self, x: Tensor, dilations: list[int], is_logarithmic: bool) -> Tensor:  # [B, C, T]
        pairs = zip(self.convs1, self.convs2, self.activations[::2], self.activations[1::2])
        for i, (dilated, plain, first, second) in enumerate(pairs):
            y = same_conv(first.forward(x, is_logarithmic), dilated.weight, dilated.bias, dilations[i])
            x = x + same_conv(second.forward(y, is_logarithmic), plain.weight, plain.bias)
        return x


@torch.jit.interface
class AnyResBlock:
    def forward(self, x: Tensor, dilations: list[int], is_logarithmic: bool) -> Tensor:
        pass


class Ups(nn.ModuleList):
    """A list of one: the name in the file has a place for more."""

    def __init__(self) -> None:
        super().__init__([Upsampling()])

    def forward(self, x: Tensor, stride: int) -> Tensor:
        return self[0](x, stride)


class BigVgan(nn.Module):
    upsample_rates: list[int]
    resblock_dilation_sizes: list[list[int]]
    snake_logscale: bool
    use_tanh_at_final: bool

    def __init__(self) -> None:
        super().__init__()
        self.upsample_rates = [4, 4, 2, 2, 2, 2]
        self.resblock_dilation_sizes = [[1, 3, 5], [1, 3, 5], [1, 3, 5]]
        self.snake_logscale = True
        self.use_tanh_at_final = False
        self.conv_pre = Conv1d("channels[0]", "mels", "7")
        self.ups = nn.ModuleList(Ups() for _ in range(MOST_STAGES))
        self.resblocks = nn.ModuleList(ResBlock() for _ in range(MOST_STAGES * MOST_KERNELS))
        self.activation_post = Activation("channels[len(upsample_rates)]")
        self.conv_post = Conv1d("1", "channels[len(upsample_rates)]", "7", bias=False)

    def forward(self, mel: Tensor) -> Tensor:  # [B, mels, T] -> [B, 1, samples] in -1..1
        x = same_conv(mel, self.conv_pre.weight, self.conv_pre.bias)
        for i, rate in enumerate(self.upsample_rates):
            up: AnyUpsampling = self.ups[i]
            x = up.forward(x, rate)
            total = torch.zeros_like(x)
            for k, dilation in enumerate(self.resblock_dilation_sizes):
                block: AnyResBlock = self.resblocks[i * len(self.resblock_dilation_sizes) + k]
                total += block.forward(x, dilation, self.snake_logscale)
            x = total / len(self.resblock_dilation_sizes)
        x = self.activation_post(x, self.snake_logscale)
        x = same_conv(x, self.conv_post.weight, self.conv_post.bias)
        return x.tanh() if self.use_tanh_at_final else x.clamp(-1, 1)


BLOCK = "resblocks.{i*len(resblock_kernel_sizes)+k}"
NETWORK = Network(
    module=BigVgan,
    attributes=[
        Attribute("upsample_rates", "int[]", "upsample_rates", minimum=1, max_length=MOST_STAGES),
        Attribute(
            "resblock_dilation_sizes",
            "int[][]",
            "resblock_dilation_sizes",
            minimum=1,
            max_length=MOST_KERNELS,
            min_inner_length=str(CONVOLUTIONS_1),
        ),
        Attribute("snake_logscale", "bool", "snake_logscale"),
        Attribute("use_tanh_at_final", "bool", "use_tanh_at_final", default=True),
    ],
    dims=generator.dims(""),
    checks=generator.checks(""),
    requires=[
        Requirement("resblock", "1"),
        Requirement("activation", "snakebeta"),
        Requirement("use_bias_at_final", False),
    ],
    repeats={
        **generator.stages(""),
        f"{BLOCK}.convs1": Repeat("j", [Loop("j", str(CONVOLUTIONS_1))]),
        f"{BLOCK}.convs2": Repeat("j", [Loop("j", str(CONVOLUTIONS_1))]),
        f"{BLOCK}.activations": Repeat("j", [Loop("j", str(2 * CONVOLUTIONS_1))]),
    },
    weight_norm_dim=0,
)
