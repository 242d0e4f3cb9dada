"""s2 of v1 and v2: semantic tokens, phones and reference spectrograms -> waveform.

One sentence at a time. T is frames, two for each token; ge is the style of the reference voice.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

import generator
import s2_front
from generator import Generator
from layers import same_conv
from s2_flow import Flow
from s2_front import Front
from spec import Check, Network


class S2(Front):
    upsample_rates: list[int]
    resblock_dilation_sizes: list[list[int]]
    resblock_1: bool

    def __init__(self, style_channels: str = "gin") -> None:
        super().__init__(style_channels)
        self.upsample_rates = [10, 8, 2, 2, 2]
        self.resblock_dilation_sizes = [[1, 3, 5], [1, 3, 5], [1, 3, 5]]
        self.resblock_1 = True
        self.flow = Flow()
        self.dec = Generator()

    @torch.jit.export
    def prior(self, latent: Tensor, speed: float) -> tuple[Tensor, Tensor, Tensor]:
        """-> m_p, logs_p [1, inter, T'], y_mask [1, 1, T'] of ones; T' = T, or int(T / speed) + 1 unless speed is 1."""
        if speed != 1.0:
            latent = F.interpolate(latent, size=int(latent.size(2) / speed) + 1, mode="linear")
        m_p, logs_p = same_conv(latent, self.enc_p.proj.weight, self.enc_p.proj.bias).chunk(2, dim=1)
        return m_p, logs_p, torch.ones_like(m_p[:, :1])

    @torch.jit.export
    def encode(self, codes: Tensor, text: Tensor, ge: Tensor, speed: float) -> tuple[Tensor, Tensor, Tensor]:
        """`latent`, then `prior`."""
        return self.prior(self.latent(codes, text, ge), speed)

    @torch.jit.export
    def decode_latent(
        self, m_p: Tensor, logs_p: Tensor, y_mask: Tensor, ge: Tensor, noise: Tensor, noise_scale: float
    ) -> Tensor:
        """noise [1, inter, T'], normal -> what the generator reads, z [1, inter, T']."""
        z = m_p + noise * logs_p.exp() * noise_scale
        return self.flow(z, y_mask, ge)

    @torch.jit.export
    def generate(self, z: Tensor, ge: Tensor) -> Tensor:
        """z [1, inter, T'] -> wave [1, 1, N] in -1..1, N = T' * product of upsample_rates."""
        return self.dec(z, ge, self.upsample_rates, self.resblock_dilation_sizes, self.resblock_1)

    @torch.jit.export
    def decode(
        self, m_p: Tensor, logs_p: Tensor, y_mask: Tensor, ge: Tensor, noise: Tensor, noise_scale: float
    ) -> Tensor:
        """`decode_latent`, then `generate`; frames whose mask is 0 are silenced."""
        return self.generate(self.decode_latent(m_p, logs_p, y_mask, ge, noise, noise_scale) * y_mask, ge)

    def forward(
        self, codes: Tensor, text: Tensor, refers: list[Tensor], noise: Tensor, noise_scale: float, speed: float
    ) -> Tensor:
        """refers: spectrograms [1, bins, frames]; the rest as in `encode` and `decode` -> wave [1, 1, N]."""
        ge = torch.stack([self.reference_embedding(spec) for spec in refers]).mean(0)
        m_p, logs_p, y_mask = self.encode(codes, text, ge, speed)
        return self.decode(m_p, logs_p, y_mask, ge, noise, noise_scale)


def checks(style: str, source: str) -> list[Check]:
    """`style` is the size of the style that the text encoder adds, `source` the field or tensor that says it."""
    return [
        *s2_front.checks(style, source),
        Check("inter%2", "model.inter_channels"),
        *generator.checks("model."),
    ]


NETWORK = Network(
    module=S2,
    attributes=[*s2_front.ATTRIBUTES, *generator.attributes("model.")],
    dims=[*s2_front.DIMS, *generator.dims("model.")],
    checks=checks("gin", "model.gin_channels"),
    repeats={**s2_front.REPEATS, **generator.repeats("dec.")},
    weight_norm_dim=0,
    ignore=["enc_q.*", *s2_front.IGNORE],
)
