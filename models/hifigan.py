"""The vocoder of v4: log mel spectrogram -> 48 kHz, 480 samples a frame."""

from torch import Tensor

import generator
from generator import Stages
from layers import same_conv
from spec import Network


class HifiGan(Stages):
    upsample_rates: list[int]
    resblock_dilation_sizes: list[list[int]]
    resblock_1: bool

    def __init__(self) -> None:
        super().__init__("mels", has_last_bias=True)
        self.upsample_rates = RATES
        self.resblock_dilation_sizes = DILATIONS
        self.resblock_1 = True

    def forward(self, mel: Tensor) -> Tensor:  # [B, mels, T] -> [B, 1, samples] in -1..1
        x = same_conv(mel, self.conv_pre.weight, self.conv_pre.bias)
        return self.upsample(x, self.upsample_rates, self.resblock_dilation_sizes, self.resblock_1)


# The file has no config: what its tensors do not show is constant.
RATES = [10, 6, 2, 2, 2]
DILATIONS = [[1, 3, 5], [1, 3, 5], [1, 3, 5]]
NETWORK = Network(
    module=HifiGan,
    attributes=generator.attributes("", RATES, DILATIONS),
    dims=generator.dims("", [20, 12, 4, 4, 4], [3, 7, 11]),
    checks=generator.checks(""),
    repeats=generator.repeats(""),
    weight_norm_dim=0,
)
