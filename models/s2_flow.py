"""The normalising flow between the text's latent and the decoder's, run backwards as synthesis does."""

from typing import Final

import torch
from torch import Tensor, nn

from layers import Conv1d, same_conv

COUPLINGS = 4  # no config field sets this or the next
LAYERS = 4


class WaveNet(nn.Module):
    layers: Final[int]

    def __init__(self, layers: int, channels: str, kernel: str) -> None:
        super().__init__()
        self.layers = layers
        twice = f"2*{channels}"
        outputs = [twice] * (layers - 1) + [channels]  # the last layer has nothing to pass on
        self.in_layers = nn.ModuleList(Conv1d(twice, channels, kernel) for _ in range(layers))
        self.res_skip_layers = nn.ModuleList(Conv1d(outputs[i], channels) for i in range(layers))
        self.cond_layer = Conv1d(f"{2 * layers}*{channels}", "gin")

    def forward(self, x: Tensor, mask: Tensor, style: Tensor) -> Tensor:
        """x [B, channels, T], mask [B, 1, T], style [B, gin, 1] -> [B, channels, T]."""
        channels = x.size(1)
        styles = same_conv(style, self.cond_layer.weight, self.cond_layer.bias)
        styles = styles.chunk(self.layers, dim=1)  # of [B, 2 * channels, 1]
        output = torch.zeros_like(x)
        for i, (in_layer, res_skip_layer) in enumerate(zip(self.in_layers, self.res_skip_layers)):
            a, b = (same_conv(x, in_layer.weight, in_layer.bias) + styles[i]).chunk(2, dim=1)
            y = same_conv(a.tanh() * b.sigmoid(), res_skip_layer.weight, res_skip_layer.bias)
            if y.size(1) > channels:
                x = (x + y[:, :channels]) * mask
            output = output + y[:, -channels:]
        return output * mask


class Coupling(nn.Module):
    """Shifts one half of the channels by what the other half says; volume is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.pre = Conv1d("hidden", "inter/2")
        self.enc = WaveNet(LAYERS, "hidden", "flow_kernel")
        self.post = Conv1d("inter/2", "hidden")

    def forward(self, x: Tensor, mask: Tensor, style: Tensor) -> Tensor:  # [B, inter, T]
        fixed, moved = x.chunk(2, dim=1)
        x = same_conv(fixed, self.pre.weight, self.pre.bias) * mask
        x = self.enc(x, mask, style)
        mean = same_conv(x, self.post.weight, self.post.bias) * mask
        return torch.cat([fixed, (moved - mean) * mask], dim=1)


class Flip(nn.Module):
    """Between couplings the order of the channels is turned, so that each half is moved in turn."""

    def forward(self, x: Tensor, mask: Tensor, style: Tensor) -> Tensor:  # [B, inter, T]
        return x.flip(1)


class Flow(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.flows = nn.ModuleList(Flip() if i % 2 else Coupling() for i in range(2 * COUPLINGS))

    def forward(self, x: Tensor, mask: Tensor, style: Tensor) -> Tensor:
        """x [B, inter, T], mask [B, 1, T], style [B, gin, 1] -> [B, inter, T]."""
        for flow in self.flows[::-1]:
            x = flow.forward(x, mask, style)
        return x
