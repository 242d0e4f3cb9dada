"""AP-BWE: a wave that lacks the upper part of its spectrum -> the same with it, by logarithm of amplitude and phase.

Two streams of convolutions hear each other: what leaves one is added to what enters the other. For v3 at 48 kHz.
"""

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layers import AnyMap, Conv1d, LayerNorm, Linear, layer_norm, same_conv, weight
from spec import Attribute, Check, Dim, Loop, Network, Repeat, Requirement

MOST_LAYERS = 24
KERNEL = 7  # no config field sets it


class Block(nn.Module):
    eps: Final[float] = 1e-6

    def __init__(self) -> None:
        super().__init__()
        self.dwconv = Conv1d("channels", "1", str(KERNEL))
        self.norm = LayerNorm("channels")
        self.pwconv1 = Linear("3*channels", "channels")
        self.pwconv2 = Linear("channels", "3*channels")
        self.gamma = weight("channels")

    def forward(self, x: Tensor) -> Tensor:  # [B, channels, T]
        conv, wide, narrow = self.dwconv, self.pwconv1, self.pwconv2
        y = F.conv1d(x, conv.weight, conv.bias, padding=conv.weight.size(2) // 2, groups=x.size(1)).transpose(1, 2)
        y = layer_norm(y, self.norm.weight, self.norm.bias, self.eps)
        y = F.linear(F.gelu(F.linear(y, wide.weight, wide.bias)), narrow.weight, narrow.bias)
        return x + (self.gamma * y).transpose(1, 2)


def blocks() -> nn.ModuleList:
    return nn.ModuleList(Block() for _ in range(MOST_LAYERS))


class ApBwe(nn.Module):
    eps: Final[float] = 1e-6
    n_fft: int
    hop_size: int
    win_size: int
    layers: int

    def __init__(self) -> None:
        super().__init__()
        self.n_fft, self.hop_size, self.win_size, self.layers = 1024, 80, 320, 8
        self.conv_pre_mag = Conv1d("channels", "n_fft/2+1", str(KERNEL))
        self.norm_pre_mag = LayerNorm("channels")
        self.conv_pre_pha = Conv1d("channels", "n_fft/2+1", str(KERNEL))
        self.norm_pre_pha = LayerNorm("channels")
        self.convnext_mag = blocks()
        self.convnext_pha = blocks()
        self.norm_post_mag = LayerNorm("channels")
        self.norm_post_pha = LayerNorm("channels")
        self.linear_post_mag = Linear("n_fft/2+1", "channels")
        self.linear_post_pha_r = Linear("n_fft/2+1", "channels")
        self.linear_post_pha_i = Linear("n_fft/2+1", "channels")

    def extend(self, amplitude: Tensor, phase: Tensor) -> tuple[Tensor, Tensor]:
        """Logarithms and radians, both [B, bins, T], to the same of the whole spectrum."""
        x = same_conv(amplitude, self.conv_pre_mag.weight, self.conv_pre_mag.bias)
        y = same_conv(phase, self.conv_pre_pha.weight, self.conv_pre_pha.bias)
        norm_x, norm_y = self.norm_pre_mag, self.norm_pre_pha
        x = layer_norm(x.transpose(1, 2), norm_x.weight, norm_x.bias, self.eps).transpose(1, 2)
        y = layer_norm(y.transpose(1, 2), norm_y.weight, norm_y.bias, self.eps).transpose(1, 2)
        for i in range(self.layers):
            x = x + y
            y = y + x
            block_x: AnyMap = self.convnext_mag[i]
            block_y: AnyMap = self.convnext_pha[i]
            x = block_x.forward(x)
            y = block_y.forward(y)
        x = layer_norm(x.transpose(1, 2), self.norm_post_mag.weight, self.norm_post_mag.bias, self.eps)
        y = layer_norm(y.transpose(1, 2), self.norm_post_pha.weight, self.norm_post_pha.bias, self.eps)
        real, imaginary = self.linear_post_pha_r, self.linear_post_pha_i
        added = F.linear(x, self.linear_post_mag.weight, self.linear_post_mag.bias).transpose(1, 2)
        angle = torch.atan2(
            F.linear(y, imaginary.weight, imaginary.bias),
            F.linear(y, real.weight, real.bias),
        )
        return amplitude + added, angle.transpose(1, 2)

    def forward(self, wave: Tensor) -> Tensor:  # [B, samples] -> [B, samples, whole steps of them]
        window = torch.hann_window(self.win_size)
        spectrum = torch.stft(
            wave, self.n_fft, self.hop_size, self.win_size, window, center=True, pad_mode="reflect", return_complex=True
        )
        # 1e-4 is no class constant: torch writes two of them in an order that changes from run to run
        amplitude, phase = self.extend(torch.log(spectrum.abs() + 1e-4), spectrum.angle())
        whole = torch.polar(amplitude.exp(), phase)
        return torch.istft(whole, self.n_fft, self.hop_size, self.win_size, window, center=True)


NETWORK = Network(
    module=ApBwe,
    attributes=[
        Attribute("n_fft", "int", "n_fft", minimum=16, maximum=65536),
        Attribute("hop_size", "int", "hop_size", minimum=1),
        Attribute("win_size", "int", "win_size", minimum=2),
        Attribute("layers", "int", "ConvNeXt_layers", minimum=1, maximum=MOST_LAYERS),
    ],
    dims=[Dim("channels", "ConvNeXt_channels")],
    checks=[
        Check("n_fft%2", "n_fft"),
        Check("win_size/(n_fft+1)", "win_size"),  # a window is no longer than its spectrum
        Check("4*hop_size/(3*win_size+1)", "hop_size"),  # and overlaps the next one, else sound is lost
    ],
    requires=[Requirement("hr_sampling_rate", 48000)],
    repeats={
        "convnext_mag": Repeat("i", [Loop("i", "layers")]),
        "convnext_pha": Repeat("i", [Loop("i", "layers")]),
    },
)
