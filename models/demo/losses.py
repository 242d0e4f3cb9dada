"""How far a wave is from another."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from corpus import RATE, mel_filters

RESOLUTIONS = [(2048, 480, 80), (1024, 240, 80), (512, 120, 40)]  # window, step, mel bands


class SpectralLoss(nn.Module):
    """Mean over resolutions of the distances of log magnitudes, log mels and magnitudes."""

    def __init__(self) -> None:
        super().__init__()
        for i, (size, _, mels) in enumerate(RESOLUTIONS):
            self.register_buffer(f"window_{i}", torch.hann_window(size))
            self.register_buffer(f"mel_{i}", mel_filters(mels, size // 2 + 1, RATE))

    def forward(self, wave: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:  # [B, N] -> all, the mel's share
        total, mel_total = wave.new_zeros(()), wave.new_zeros(())
        for i, (size, step, _) in enumerate(RESOLUTIONS):
            window, mel = getattr(self, f"window_{i}"), getattr(self, f"mel_{i}")
            both = torch.stft(torch.cat([wave, target]), size, step, window=window, return_complex=True)
            power = torch.view_as_real(both).square().sum(-1)
            magnitude = (power + 1e-7).sqrt()
            x, y = magnitude.chunk(2)
            distance = F.l1_loss(x.log(), y.log()) + (x - y).norm() / y.norm().clamp(min=1e-3)
            mel_x, mel_y = (mel @ magnitude).clamp(min=1e-4).log().chunk(2)
            mel_distance = F.l1_loss(mel_x, mel_y)
            total = total + distance + 2 * mel_distance
            mel_total = mel_total + mel_distance
        return total / len(RESOLUTIONS), mel_total / len(RESOLUTIONS)
