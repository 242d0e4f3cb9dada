"""s2 of v3 and v4: semantic tokens, phones and a reference -> log mel spectrogram, which a vocoder makes sound.

The two have the same tensors. What they differ in is given: v3 has 1.875 condition frames for a latent frame, v4 has 2.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import dit
import s2_front
from dit import FlowMatching
from layers import Conv1d, same_conv
from s2_flow import WaveNet
from s2_front import Front
from spec import Network

WAVENET_LAYERS = 8  # no config field sets it


class ConditionEncoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.pre = Conv1d("condition", "condition")
        self.enc = WaveNet(WAVENET_LAYERS, "condition", "condition_kernel")
        self.proj = Conv1d("condition", "condition")

    def forward(self, x: Tensor, mask: Tensor, style: Tensor) -> list[Tensor]:
        """x [B, condition, T], mask [B, 1, T], style [B, gin, 1] -> what each layer gives, the last one the result."""
        pre = same_conv(x, self.pre.weight, self.pre.bias) * mask
        hidden = self.enc(pre, mask, style)
        return [pre, hidden, same_conv(hidden, self.proj.weight, self.proj.bias) * mask]


class S2V3(Front):
    # Front's are named again, since TorchScript reads the class alone
    n_layers: int
    n_heads: int
    depth: int
    text_depth: int

    def __init__(self) -> None:
        super().__init__()
        self.depth = 22
        self.text_depth = 4
        self.bridge = nn.ModuleList([Conv1d("condition", "hidden")])
        self.wns1 = ConditionEncoder()
        self.cfm = FlowMatching()

    @torch.jit.export
    def condition(self, codes: Tensor, text: Tensor, ge: Tensor, speed: float, scale: float, frames: int) -> Tensor:
        """codes int64 [1, 1, N], text int64 [1, X], ge [1, gin, 1] -> [1, condition, T].

        T = int(scale * latent frames), which are 2N, or int(2N / speed) + 1 unless speed is 1. Those after `frames`,
        of which the codes have no sound, are zero.
        """
        return self.condition_stages(codes, text, ge, speed, scale, frames)[-1]

    @torch.jit.export
    def condition_stages(
        self, codes: Tensor, text: Tensor, ge: Tensor, speed: float, scale: float, frames: int
    ) -> list[Tensor]:
        """`condition` step by step: the latent, the bridge's output, that of each of ConditionEncoder's layers."""
        latent = self.latent(codes, text, ge)
        if speed != 1.0:
            latent = F.interpolate(latent, size=int(latent.size(2) / speed) + 1, mode="linear")
        bridge = F.leaky_relu(same_conv(latent, self.bridge[0].weight, self.bridge[0].bias))
        x = F.interpolate(bridge, scale_factor=scale, mode="nearest")
        mask = (torch.arange(x.size(2), device=x.device) < frames).to(x.dtype).view(1, 1, -1)
        stages = [latent, bridge]
        stages.extend(self.wns1(x, mask, ge))
        return stages

    def forward(self, mu: Tensor, prompt: Tensor, noise: Tensor, steps: int, guidance: float) -> Tensor:
        """FlowMatching's."""
        return self.cfm(mu, prompt, noise, steps, guidance, self.depth, self.text_depth)


ESTIMATOR = "cfm.estimator."
NETWORK = Network(
    module=S2V3,
    attributes=s2_front.ATTRIBUTES,
    dims=s2_front.DIMS,
    counts=dit.counts(ESTIMATOR),
    checks=[*s2_front.checks("gin", "model.gin_channels"), *dit.checks(ESTIMATOR)],
    repeats={**s2_front.REPEATS, **dit.repeats(ESTIMATOR)},
    weight_norm_dim=0,
    ignore=["linear_mel.*", *s2_front.IGNORE],
)
