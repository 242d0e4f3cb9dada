"""s2 of v1 and v2: semantic tokens, phones and reference spectrograms -> waveform.

One sentence at a time. T is frames, two for each token; ge is the style of the reference voice.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from generator import CONVOLUTIONS_1, CONVOLUTIONS_2, MOST_KERNELS, MOST_STAGES, Generator
from layers import Conv1d, same_conv, weight
from s2_encoder import MOST_LAYERS, CrossAttention, TextEncoder
from s2_flow import Flow
from s2_style import SelfAttention as StyleAttention
from s2_style import StyleEncoder
from spec import Attribute, Check, Dim, Loop, Network, Repeat


class Codebook(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = weight("codes", "ssl")

    def forward(self, ids: Tensor) -> Tensor:  # int64 [B, T], 0..codes-1 -> [B, ssl, T]
        return F.embedding(ids, self.embed).transpose(1, 2)

    def nearest(self, x: Tensor) -> Tensor:  # [B, ssl, T] -> int64 [B, T]
        """By squared distance; |x|^2 is the same for all codes and left out."""
        return (2 * x.transpose(1, 2) @ self.embed.t() - self.embed.square().sum(1)).argmax(-1)


class QuantizerLayer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self._codebook = Codebook()


class ResidualQuantizer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([QuantizerLayer()])


class Quantizer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.vq = ResidualQuantizer()


class S2(nn.Module):
    n_layers: int
    n_heads: int
    upsample_rates: list[int]
    resblock_dilation_sizes: list[list[int]]
    resblock_1: bool

    def __init__(self, style_channels: str = "gin") -> None:
        super().__init__()
        self.n_layers = 6
        self.n_heads = 2
        self.upsample_rates = [10, 8, 2, 2, 2]
        self.resblock_dilation_sizes = [[1, 3, 5], [1, 3, 5], [1, 3, 5]]
        self.resblock_1 = True
        self.ssl_proj = Conv1d("ssl", "ssl", "frames_per_token")
        self.quantizer = Quantizer()
        self.enc_p = TextEncoder(style_channels)
        self.ref_enc = StyleEncoder()
        self.flow = Flow()
        self.dec = Generator()

    @torch.jit.export
    def extract_codes(self, hubert_feature: Tensor) -> Tensor:
        """[1, 768, frames at 50 Hz] -> semantic tokens int64 [1, 1, tokens at 25 Hz]."""
        weight = self.ssl_proj.weight
        x = F.conv1d(hubert_feature, weight, self.ssl_proj.bias, stride=weight.size(2))
        return self.quantizer.vq.layers[0]._codebook.nearest(x).unsqueeze(1)

    @torch.jit.export
    def reference_embedding(self, spec: Tensor) -> Tensor:
        """One reference's spectrogram [1, bins, frames] -> ge [1, gin, 1]. Of several references take the mean."""
        bins = self.ref_enc.spectral[0].fc.weight.size(1)  # v1 reads all 1025, later versions the first 704
        return self.ref_enc(spec[:, :bins])

    @torch.jit.export
    def text_style(self, ge: Tensor) -> Tensor:
        """The style that the text encoder adds, [1, channels, 1]."""
        return ge

    @torch.jit.export
    def latent(self, codes: Tensor, text: Tensor, ge: Tensor) -> Tensor:
        """codes int64 [1, 1, tokens], text int64 [1, X] -> [1, hidden, T] at speed 1."""
        quantized = self.quantizer.vq.layers[0]._codebook(codes[:, 0])
        quantized = quantized.repeat_interleave(self.ssl_proj.weight.size(2), dim=2)
        return self.enc_p(quantized, text, self.text_style(ge), self.n_heads, self.n_layers)

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


def encoder_repeats(path: str, count: str) -> dict[str, Repeat]:
    lists = ["attn_layers", "norm_layers_1", "ffn_layers", "norm_layers_2"]
    return {f"{path}.{name}": Repeat("i", [Loop("i", count)]) for name in lists}


STAGES = range(MOST_STAGES)
KERNELS = range(MOST_KERNELS)


def checks(style: str, source: str) -> list[Check]:
    """`style` is the size of the style that the text encoder adds, `source` the field or tensor that says it."""
    return [
        Check("hidden%n_heads", "model.n_heads"),
        Check("inter%2", "model.inter_channels"),
        Check(f"style%{StyleAttention.heads}", "ref_enc.fc.fc.weight"),
        Check(f"{style}%{CrossAttention.heads}", source),
        Check("len(upsample_kernel_sizes)-len(upsample_rates)", "model.upsample_kernel_sizes"),
        Check("len(resblock_kernel_sizes)-len(resblock_dilation_sizes)", "model.resblock_kernel_sizes"),
        # a kernel below its rate would leave gaps, an even one of a residual block would lose frames
        *[Check(f"upsample_rates[{i}]/(upsample_kernel_sizes[{i}]+1)", "model.upsample_kernel_sizes") for i in STAGES],
        *[Check(f"(resblock_kernel_sizes[{k}]-1)%2", "model.resblock_kernel_sizes") for k in KERNELS],
        Check("bins/(fft/2+2)", "data.filter_length"),
    ]


RESBLOCK = "dec.resblocks.{i*len(resblock_kernel_sizes)+k}"
NETWORK = Network(
    module=S2,
    attributes=[
        Attribute("n_layers", "int", "model.n_layers", minimum=1, maximum=MOST_LAYERS),
        Attribute("n_heads", "int", "model.n_heads", minimum=1),
        Attribute("upsample_rates", "int[]", "model.upsample_rates", minimum=1, max_length=MOST_STAGES),
        Attribute("resblock_1", "bool", "model.resblock", equals="1"),
        Attribute(
            "resblock_dilation_sizes",
            "int[][]",
            "model.resblock_dilation_sizes",
            minimum=1,
            max_length=MOST_KERNELS,
            min_inner_length=f"{CONVOLUTIONS_2}+{CONVOLUTIONS_1 - CONVOLUTIONS_2}*resblock_1",
        ),
    ],
    dims=[
        Dim("fft", "data.filter_length", default=2048),
        Dim("hidden", "model.hidden_channels"),
        Dim("inter", "model.inter_channels"),
        Dim("filter", "model.filter_channels"),
        Dim("kernel", "model.kernel_size"),
        Dim("gin", "model.gin_channels"),
        Dim("upsample_kernel_sizes", "model.upsample_kernel_sizes"),
        Dim("resblock_kernel_sizes", "model.resblock_kernel_sizes"),
    ],
    checks=checks("gin", "model.gin_channels"),
    repeats={
        **encoder_repeats("enc_p.encoder_ssl", "n_layers/2"),
        **encoder_repeats("enc_p.encoder_text", "n_layers"),
        **encoder_repeats("enc_p.encoder2", "n_layers/2"),
        "dec.ups": Repeat("i", [Loop("i", "len(upsample_rates)")]),
        "dec.resblocks": Repeat(
            "i*len(resblock_kernel_sizes)+k",
            [Loop("i", "len(upsample_rates)"), Loop("k", "len(resblock_kernel_sizes)")],
        ),
        f"{RESBLOCK}.convs1": Repeat("j", [Loop("j", f"{CONVOLUTIONS_1}*resblock_1")]),
        f"{RESBLOCK}.convs2": Repeat("j", [Loop("j", f"{CONVOLUTIONS_1}*resblock_1")]),
        f"{RESBLOCK}.convs": Repeat("j", [Loop("j", f"{CONVOLUTIONS_2}*(1-resblock_1)")]),
    },
    weight_norm_dim=0,
    ignore=["enc_q.*", "quantizer.vq.layers.0._codebook.*"],
)
