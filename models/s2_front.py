"""What s2 of every version has in front: semantic tokens, phones and the reference's style -> latent frames."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layers import Conv1d, weight
from s2_encoder import MOST_LAYERS, CrossAttention, TextEncoder
from s2_style import SelfAttention as StyleAttention
from s2_style import StyleEncoder
from spec import Attribute, Check, Dim, Loop, Repeat


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


class Front(nn.Module):
    n_layers: int
    n_heads: int

    def __init__(self, style_channels: str = "gin") -> None:
        super().__init__()
        self.n_layers = 6
        self.n_heads = 2
        self.ssl_proj = Conv1d("ssl", "ssl", "frames_per_token")
        self.quantizer = Quantizer()
        self.enc_p = TextEncoder(style_channels)
        self.ref_enc = StyleEncoder()

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


def encoder_repeats(path: str, count: str) -> dict[str, Repeat]:
    lists = ["attn_layers", "norm_layers_1", "ffn_layers", "norm_layers_2"]
    return {f"{path}.{name}": Repeat("i", [Loop("i", count)]) for name in lists}


def checks(style: str, source: str) -> list[Check]:
    """`style` is the size of the style that the text encoder adds, `source` the field or tensor that says it."""
    return [
        Check("hidden%n_heads", "model.n_heads"),
        Check(f"style%{StyleAttention.heads}", "ref_enc.fc.fc.weight"),
        Check(f"{style}%{CrossAttention.heads}", source),
        Check("bins/(fft/2+2)", "data.filter_length"),
    ]


ATTRIBUTES = [
    Attribute("n_layers", "int", "model.n_layers", minimum=1, maximum=MOST_LAYERS),
    Attribute("n_heads", "int", "model.n_heads", minimum=1),
]
DIMS = [
    Dim("fft", "data.filter_length", default=2048),
    Dim("hidden", "model.hidden_channels"),
    Dim("inter", "model.inter_channels"),
    Dim("filter", "model.filter_channels"),
    Dim("kernel", "model.kernel_size"),
    Dim("gin", "model.gin_channels"),
]
REPEATS = {
    **encoder_repeats("enc_p.encoder_ssl", "n_layers/2"),
    **encoder_repeats("enc_p.encoder_text", "n_layers"),
    **encoder_repeats("enc_p.encoder2", "n_layers/2"),
}
# the codebook's counters, of training
IGNORE = ["quantizer.vq.layers.0._codebook.*"]
