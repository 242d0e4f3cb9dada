"""HiFi-GAN: latent frames -> samples, by stages of upsampling and residual convolutions."""

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layers import Affine, Conv1d, same_conv
from spec import Attribute, Check, Dim, Loop, Repeat

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


class Stages(nn.Module):
    """What generators of every kind share: a stage a rate, each the mean of a residual block a kernel size."""

    def __init__(self, inputs: str, has_last_bias: bool) -> None:
        super().__init__()
        self.conv_pre = Conv1d("channels[0]", inputs, "7")
        self.ups = nn.ModuleList(Upsampling() for _ in range(MOST_STAGES))
        self.resblocks = nn.ModuleList(ResBlock() for _ in range(MOST_STAGES * MOST_KERNELS))
        self.conv_post = Conv1d("1", "channels[len(upsample_rates)]", "7", bias=has_last_bias)

    def upsample(self, x: Tensor, rates: list[int], dilations: list[list[int]], kind_1: bool) -> Tensor:
        """x [B, channels[0], T] -> wave [B, 1, T * product of rates] in -1..1."""
        for i, rate in enumerate(rates):
            up: AnyUpsampling = self.ups[i]
            x = up.forward(F.leaky_relu(x, 0.1), rate)
            total = torch.zeros_like(x)
            for k, dilation in enumerate(dilations):
                block: AnyResBlock = self.resblocks[i * len(dilations) + k]
                total += block.forward(x, dilation, kind_1)
            x = total / len(dilations)
        return torch.tanh(same_conv(F.leaky_relu(x), self.conv_post.weight, self.conv_post.bias))


class Generator(Stages):
    """The one at the end of s2, which knows the voice's style."""

    def __init__(self) -> None:
        super().__init__("inter", has_last_bias=False)
        self.cond = Conv1d("channels[0]", "gin")

    def forward(self, x: Tensor, style: Tensor, rates: list[int], dilations: list[list[int]], kind_1: bool) -> Tensor:
        """x [B, inter, T], style [B, gin, 1] -> wave [B, 1, T * product of rates] in -1..1."""
        x = same_conv(x, self.conv_pre.weight, self.conv_pre.bias) + same_conv(style, self.cond.weight, self.cond.bias)
        return self.upsample(x, rates, dilations, kind_1)


# Of the specification; `path` leads to the fields in the config, `prefix` to the module.


def attributes(path: str, rates: list[int] | None = None, dilations: list[list[int]] | None = None) -> list[Attribute]:
    """Where no config states them, `rates` and `dilations` are given, and the blocks are of the first kind."""
    kind = None if rates is None else "1"
    inner = f"{CONVOLUTIONS_2}+{CONVOLUTIONS_1 - CONVOLUTIONS_2}*resblock_1"
    return [
        Attribute("upsample_rates", "int[]", f"{path}upsample_rates", rates, minimum=1, max_length=MOST_STAGES),
        Attribute("resblock_1", "bool", f"{path}resblock", kind, equals="1"),
        Attribute(
            "resblock_dilation_sizes",
            "int[][]",
            f"{path}resblock_dilation_sizes",
            dilations,
            minimum=1,
            max_length=MOST_KERNELS,
            min_inner_length=inner,
        ),
    ]


def dims(path: str, upsampling: list[int] | None = None, resblocks: list[int] | None = None) -> list[Dim]:
    return [
        Dim("upsample_kernel_sizes", f"{path}upsample_kernel_sizes", upsampling),
        Dim("resblock_kernel_sizes", f"{path}resblock_kernel_sizes", resblocks),
    ]


def checks(path: str) -> list[Check]:
    return [
        Check("len(upsample_kernel_sizes)-len(upsample_rates)", f"{path}upsample_kernel_sizes"),
        Check("len(resblock_kernel_sizes)-len(resblock_dilation_sizes)", f"{path}resblock_kernel_sizes"),
        # a kernel below its rate would leave gaps, an even one of a residual block would lose frames
        *[
            Check(f"upsample_rates[{i}]/(upsample_kernel_sizes[{i}]+1)", f"{path}upsample_kernel_sizes")
            for i in range(MOST_STAGES)
        ],
        *[Check(f"(resblock_kernel_sizes[{k}]-1)%2", f"{path}resblock_kernel_sizes") for k in range(MOST_KERNELS)],
    ]


def stages(prefix: str) -> dict[str, Repeat]:
    kernels = "len(resblock_kernel_sizes)"
    return {
        f"{prefix}ups": Repeat("i", [Loop("i", "len(upsample_rates)")]),
        f"{prefix}resblocks": Repeat(
            f"i*{kernels}+k",
            [Loop("i", "len(upsample_rates)"), Loop("k", kernels)],
        ),
    }


def repeats(prefix: str) -> dict[str, Repeat]:
    block = f"{prefix}resblocks.{{i*len(resblock_kernel_sizes)+k}}"
    return {
        **stages(prefix),
        f"{block}.convs1": Repeat("j", [Loop("j", f"{CONVOLUTIONS_1}*resblock_1")]),
        f"{block}.convs2": Repeat("j", [Loop("j", f"{CONVOLUTIONS_1}*resblock_1")]),
        f"{block}.convs": Repeat("j", [Loop("j", f"{CONVOLUTIONS_2}*(1-resblock_1)")]),
    }
