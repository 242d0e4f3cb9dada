"""s2 of v2Pro and v2ProPlus: the style also holds a speaker embedding."""

from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

import s2
from layers import Affine, Linear


class S2Pro(s2.S2):
    def __init__(self) -> None:
        super().__init__(style_channels="text_style")
        self.sv_emb = Linear("gin", "speaker")
        self.ge_to512 = Linear("text_style", "gin")
        self.prelu = Affine("gin")

    @torch.jit.export
    def speaker_embedding(self, style: Tensor, speaker: Tensor) -> Tensor:
        """What `reference_embedding` gave and the same reference's speaker vector [1, 20480] -> ge [1, gin, 1]."""
        style = style + F.linear(speaker, self.sv_emb.weight, self.sv_emb.bias).unsqueeze(2)
        return F.prelu(style, self.prelu.weight)

    @torch.jit.export
    def text_style(self, ge: Tensor) -> Tensor:
        """The style that the text encoder adds, [1, 512, 1]."""
        return F.linear(ge.transpose(1, 2), self.ge_to512.weight, self.ge_to512.bias).transpose(1, 2)

    def forward(
        self,
        codes: Tensor,
        text: Tensor,
        refers: list[Tensor],
        speakers: list[Tensor],
        noise: Tensor,
        noise_scale: float,
        speed: float,
    ) -> Tensor:
        """As S2's, with one speaker vector for each reference."""
        styles = [self.speaker_embedding(self.reference_embedding(refers[i]), speakers[i]) for i in range(len(refers))]
        ge = torch.stack(styles).mean(0)
        m_p, logs_p, y_mask = self.encode(codes, text, ge, speed)
        return self.decode(m_p, logs_p, y_mask, ge, noise, noise_scale)


NETWORK = replace(
    s2.NETWORK,
    module=S2Pro,
    checks=s2.checks("text_style", "ge_to512.weight"),
)
