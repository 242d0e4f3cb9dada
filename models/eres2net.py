"""ERes2NetV2: a filterbank of 80 bands at 16 kHz -> one vector of the speaker's voice, for v2Pro and v2ProPlus."""

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layers import Affine, weight
from spec import Loop, Network, Repeat

# The layout of the published network: the file has no config. Widths come from its tensors.
BLOCKS = [3, 4, 6, 3]
SCALE = 4  # slices of a block's channels, each convolved together with what came of the one before


class BatchNorm(nn.Module):
    def __init__(self, channels: str) -> None:
        super().__init__()
        self.weight = weight(channels)
        self.bias = weight(channels)
        self.running_mean = weight(channels)
        self.running_var = weight(channels)

    def forward(self, x: Tensor) -> Tensor:  # [B, channels, bands, T]
        return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias)


def conv(outputs: str, inputs: str, kernel: str, bias: bool = False) -> Affine:
    return Affine(outputs, inputs, kernel, kernel, bias=outputs if bias else "")


def clipped(x: Tensor) -> Tensor:
    return F.hardtanh(x, 0.0, 20.0)


def convolved(x: Tensor, weight: Tensor) -> Tensor:  # of 3 by 3: as many bands and frames as come in
    return F.conv2d(x, weight, padding=1)


class AttentiveFusion(nn.Module):
    """Two inputs of one shape, mixed by weights that both decide."""

    def __init__(self, channels: str, hidden: str) -> None:
        super().__init__()
        self.local_att = nn.ModuleList(
            [
                conv(hidden, f"2*{channels}", "1", bias=True),
                BatchNorm(hidden),
                nn.Identity(),
                conv(channels, hidden, "1", bias=True),
                BatchNorm(channels),
            ]
        )

    def forward(self, x: Tensor, y: Tensor) -> Tensor:  # [B, channels, bands, T]
        reduce, expand = self.local_att[0], self.local_att[3]
        hidden = F.silu(self.local_att[1](F.conv2d(torch.cat([x, y], dim=1), reduce.weight, reduce.bias)))
        share = 1 + torch.tanh(self.local_att[4](F.conv2d(hidden, expand.weight, expand.bias)))
        return x * share + y * (2 - share)


class Sum(nn.Module):
    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x + y


class Block(nn.Module):
    """`width` is a slice's channels. The first block of a layer changes their number and may halve bands and frames."""

    stride: Final[int]
    projects: Final[bool]

    def __init__(self, width: str, inputs: str, outputs: str, stride: int, fuses: bool, first: bool) -> None:
        super().__init__()
        self.stride = stride
        self.projects = first
        self.convs = nn.ModuleList(conv(width, width, "3") for _ in range(SCALE))
        self.bns = nn.ModuleList(BatchNorm(width) for _ in range(SCALE))
        mixing = [AttentiveFusion(width, f"{width}_mix") if fuses else Sum() for _ in range(SCALE - 1)]
        self.fuse_models = nn.ModuleList(mixing)
        self.conv1 = conv(f"{SCALE}*{width}", inputs, "1")
        self.bn1 = BatchNorm(f"{SCALE}*{width}")
        self.conv3 = conv(outputs, f"{SCALE}*{width}", "1")
        self.bn3 = BatchNorm(outputs)
        self.shortcut = nn.ModuleList([conv(outputs, inputs, "1"), BatchNorm(outputs)] if first else [])

    def forward(self, x: Tensor) -> Tensor:  # [B, inputs, bands, T] -> [B, outputs, bands / stride, T / stride]
        x1 = clipped(self.bn1(F.conv2d(x, self.conv1.weight, stride=self.stride)))
        a, b, c, d = x1.chunk(4, dim=1)
        a = clipped(self.bns[0](convolved(a, self.convs[0].weight)))
        b = clipped(self.bns[1](convolved(self.fuse_models[0](a, b), self.convs[1].weight)))
        c = clipped(self.bns[2](convolved(self.fuse_models[1](b, c), self.convs[2].weight)))
        d = clipped(self.bns[3](convolved(self.fuse_models[2](c, d), self.convs[3].weight)))
        y = self.bn3(F.conv2d(torch.cat([a, b, c, d], dim=1), self.conv3.weight))
        if self.projects:
            x = self.shortcut[1](F.conv2d(x, self.shortcut[0].weight, stride=self.stride))
        return clipped(y + x)


def layer(index: int) -> nn.Sequential:
    """One of the four, from 1."""
    width, outputs = f"width{index}", f"outputs{index}"
    inputs = "stem" if index == 1 else f"outputs{index - 1}"
    blocks = [Block(width, inputs, outputs, 1 if index == 1 else 2, index > 2, True)]
    blocks += [Block(width, outputs, outputs, 1, index > 2, False) for _ in range(BLOCKS[index - 1] - 1)]
    return nn.Sequential(*blocks)


class ERes2Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = conv("stem", "1", "3")
        self.bn1 = BatchNorm("stem")
        self.layer1 = layer(1)
        self.layer2 = layer(2)
        self.layer3 = layer(3)
        self.layer4 = layer(4)
        self.layer3_ds = conv("outputs4", "outputs3", "3")
        self.fuse34 = AttentiveFusion("outputs4", "outputs4_mix")

    def forward(self, fbank: Tensor) -> Tensor:
        """[1, frames, bands] -> [1, outputs4 * bands / 8]: the mean over time of what the full network pools."""
        x = fbank.transpose(1, 2).unsqueeze(1)
        x = F.relu(self.bn1(convolved(x, self.conv1.weight)))
        third = self.layer3(self.layer2(self.layer1(x)))
        shrunk = F.conv2d(third, self.layer3_ds.weight, stride=2, padding=1)
        return self.fuse34(self.layer4(third), shrunk).flatten(1, 2).mean(-1)


def repeats() -> dict[str, Repeat]:
    found: dict[str, Repeat] = {}
    for index, blocks in enumerate(BLOCKS, start=1):
        path = f"layer{index}"
        found[path] = Repeat("b", [Loop("b", str(blocks), start="1")], first=1)
        for name, count in [("convs", SCALE), ("bns", SCALE), ("fuse_models", SCALE - 1)]:
            found[f"{path}.{{b}}.{name}"] = Repeat("s", [Loop("s", str(count))])
    return found


NETWORK = Network(
    module=ERes2Net,
    attributes=[],
    dims=[],
    repeats=repeats(),
    ignore=["*.num_batches_tracked", "seg_1.*", "seg_2.*", "seg_bn_1.*"],
)
