"""The transformer of v3 and v4 that says where a mel spectrogram moves next, on its way from noise to speech.

B sequences of T frames; frames before channels, [B, T, C], unless said. t and d are the time, 0 to 1, and the step.
"""

import math
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layers import AnyMap, Conv1d, LayerNorm, Linear, layer_norm, merge_heads, split_heads, weight
from spec import Check, Count, Loop, Repeat

MOST_BLOCKS = 64
MOST_TEXT_BLOCKS = 16
HEAD_WIDTH = 64  # no config field sets it


class ScalarEmbedding(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.time_mlp = nn.ModuleList([Linear("dim", "waves"), nn.Identity(), Linear("dim", "dim")])

    def forward(self, value: Tensor) -> Tensor:  # [B] -> [B, dim]
        first, last = self.time_mlp[0], self.time_mlp[2]
        half = first.weight.size(1) // 2
        falling = torch.arange(half, device=value.device) * (-math.log(10000) / (half - 1))
        angles = 1000 * value.unsqueeze(1) * falling.exp()
        x = F.linear(torch.cat([angles.sin(), angles.cos()], 1), first.weight, first.bias)
        return F.linear(F.silu(x), last.weight, last.bias)


class ResponseNorm(nn.Module):
    """Scales each channel by its share of the energy over all frames."""

    def __init__(self) -> None:
        super().__init__()
        self.gamma = weight("1", "1", "wide")
        self.beta = weight("1", "1", "wide")

    def forward(self, x: Tensor) -> Tensor:
        energy = x.norm(p=2, dim=1, keepdim=True)
        return self.gamma * (x * (energy / (energy.mean(-1, keepdim=True) + 1e-6))) + self.beta + x


class TextBlock(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.dwconv = Conv1d("condition", "1", "text_kernel")
        self.norm = LayerNorm("condition")
        self.pwconv1 = Linear("wide", "condition")
        self.grn = ResponseNorm()
        self.pwconv2 = Linear("condition", "wide")

    def forward(self, x: Tensor) -> Tensor:
        kernel = self.dwconv.weight
        y = F.conv1d(x.transpose(1, 2), kernel, self.dwconv.bias, padding="same", groups=kernel.size(0))
        y = layer_norm(y.transpose(1, 2), self.norm.weight, self.norm.bias, 1e-6)
        y = self.grn(F.gelu(F.linear(y, self.pwconv1.weight, self.pwconv1.bias)))
        return x + F.linear(y, self.pwconv2.weight, self.pwconv2.bias)


class TextEmbedding(nn.Module):
    last_position: Final[int] = 4095

    def __init__(self) -> None:
        super().__init__()
        self.text_blocks = nn.ModuleList(TextBlock() for _ in range(MOST_TEXT_BLOCKS))

    def forward(self, mu: Tensor, count: int) -> Tensor:
        width = mu.size(2)
        positions = torch.arange(mu.size(1), device=mu.device).clamp(max=self.last_position)
        rates = 1 / 10000 ** (torch.arange(0, width, 2, device=mu.device).float() / width)
        angles = torch.outer(positions, rates)
        x = mu + torch.cat([angles.cos(), angles.sin()], 1)
        for i in range(count):
            block: AnyMap = self.text_blocks[i]
            x = block.forward(x)
        return x


class PositionConv(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        convs = [Conv1d("dim", "position_inputs", "position_kernel") for _ in range(2)]
        self.conv1d = nn.ModuleList([convs[0], nn.Identity(), convs[1]])

    def forward(self, x: Tensor) -> Tensor:
        first, last = self.conv1d[0], self.conv1d[2]
        groups = x.size(2) // first.weight.size(1)
        x = F.mish(F.conv1d(x.transpose(1, 2), first.weight, first.bias, padding="same", groups=groups))
        return F.mish(F.conv1d(x, last.weight, last.bias, padding="same", groups=groups)).transpose(1, 2)


class InputEmbedding(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.proj = Linear("dim", "2*mels+condition")
        self.conv_pos_embed = PositionConv()

    def forward(self, x: Tensor, prompt: Tensor, text: Tensor) -> Tensor:
        x = F.linear(torch.cat([x, prompt, text], 2), self.proj.weight, self.proj.bias)
        return x + self.conv_pos_embed(x)


class Rotation(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inv_freq = weight("pairs")  # as stored: rounded to half

    def forward(self, frames: int) -> Tensor:  # angles [T, pairs]
        return torch.outer(torch.arange(frames, device=self.inv_freq.device), self.inv_freq)


def turn(x: Tensor, angles: Tensor) -> Tensor:
    """Turns pairs of the first channels only: the heads are split after it, so that head 0 alone is turned."""
    turned = 2 * angles.size(1)
    cos, sin = angles.cos(), angles.sin()
    even, odd = x[..., 0:turned:2], x[..., 1:turned:2]
    pairs = torch.stack([even * cos - odd * sin, odd * cos + even * sin], 3)
    return torch.cat([pairs.flatten(2), x[..., turned:]], 2)


class Modulation(nn.Module):
    def __init__(self, parts: int) -> None:
        super().__init__()
        self.linear = Linear(f"{parts}*dim", "dim")

    def forward(self, c: Tensor) -> Tensor:  # [B, dim] -> [B, 1, parts * dim]
        return F.linear(F.silu(c), self.linear.weight, self.linear.bias).unsqueeze(1)


def modulate(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    return F.layer_norm(x, [x.size(2)], eps=1e-6) * (1 + scale) + shift


class Attention(nn.Module):
    head_width: Final[int] = HEAD_WIDTH

    def __init__(self) -> None:
        super().__init__()
        self.to_q = Linear("inner", "dim")
        self.to_k = Linear("inner", "dim")
        self.to_v = Linear("inner", "dim")
        self.to_out = nn.ModuleList([Linear("dim", "inner")])

    def forward(self, x: Tensor, angles: Tensor) -> Tensor:
        heads = self.to_q.weight.size(0) // self.head_width
        q = split_heads(turn(F.linear(x, self.to_q.weight, self.to_q.bias), angles), heads)
        k = split_heads(turn(F.linear(x, self.to_k.weight, self.to_k.bias), angles), heads)
        v = split_heads(F.linear(x, self.to_v.weight, self.to_v.bias), heads)
        y = merge_heads(F.scaled_dot_product_attention(q, k, v))
        return F.linear(y, self.to_out[0].weight, self.to_out[0].bias)


class FeedForward(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        # the identity stands where training has dropout: names hold the position
        self.ff = nn.ModuleList([nn.ModuleList([Linear("ff", "dim")]), nn.Identity(), Linear("dim", "ff")])

    def forward(self, x: Tensor) -> Tensor:
        first, last = self.ff[0][0], self.ff[2]
        x = F.gelu(F.linear(x, first.weight, first.bias), approximate="tanh")
        return F.linear(x, last.weight, last.bias)


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attn_norm = Modulation(6)
        self.attn = Attention()
        self.ff = FeedForward()

    def forward(self, x: Tensor, c: Tensor, angles: Tensor) -> Tensor:
        shift_1, scale_1, gate_1, shift_2, scale_2, gate_2 = self.attn_norm(c).chunk(6, dim=2)
        x = x + gate_1 * self.attn(modulate(x, shift_1, scale_1), angles)
        return x + gate_2 * self.ff(modulate(x, shift_2, scale_2))


@torch.jit.interface
class AnyBlock:
    def forward(self, x: Tensor, c: Tensor, angles: Tensor) -> Tensor:
        pass


class DiT(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.proj_out = Linear("mels", "dim")  # first: it shows the sizes
        self.time_embed = ScalarEmbedding()
        self.d_embed = ScalarEmbedding()
        self.text_embed = TextEmbedding()
        self.input_embed = InputEmbedding()
        self.rotary_embed = Rotation()
        self.transformer_blocks = nn.ModuleList(Block() for _ in range(MOST_BLOCKS))
        self.norm_out = Modulation(2)

    @torch.jit.export
    def condition(self, mu: Tensor, depth: int) -> Tensor:
        """mu [B, T, condition] -> what `velocity` takes of it, the same for every step."""
        return self.text_embed(mu, depth)

    @torch.jit.export
    def velocity(self, x: Tensor, prompt: Tensor, text: Tensor, t: Tensor, d: Tensor, depth: int) -> Tensor:
        """x, prompt [B, T, mels], text of `condition`, t, d [B] -> [B, T, mels]."""
        c = self.time_embed(t) + self.d_embed(d)
        angles = self.rotary_embed(x.size(1))
        y = self.input_embed(x, prompt, text)
        for i in range(depth):
            block: AnyBlock = self.transformer_blocks[i]
            y = block.forward(y, c, angles)
        scale, shift = self.norm_out(c).chunk(2, dim=2)
        return F.linear(modulate(y, shift, scale), self.proj_out.weight, self.proj_out.bias)

    def forward(
        self, x: Tensor, prompt: Tensor, mu: Tensor, t: Tensor, d: Tensor, depth: int, text_depth: int
    ) -> Tensor:
        """As `velocity`, of mu itself."""
        return self.velocity(x, prompt, self.condition(mu, text_depth), t, d, depth)


class FlowMatching(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.estimator = DiT()

    def forward(
        self, mu: Tensor, prompt: Tensor, noise: Tensor, steps: int, guidance: float, depth: int, text_depth: int
    ) -> Tensor:
        """mu [B, T, condition], prompt [1 or B, mels, L], noise [B, mels, T] -> mel [B, mels, T].

        Its first L frames are zero. guidance: how far to go away from what the net says without prompt and condition;
        0 is off.
        """
        net = self.estimator
        length = prompt.size(2)
        x = noise.transpose(1, 2).clone()
        x[:, :length] = 0
        given = torch.zeros_like(x)
        given[:, :length] = prompt.transpose(1, 2)
        text = net.condition(mu, text_depth)
        free = net.condition(torch.zeros_like(mu), text_depth) if guidance > 0 else text
        time, step = 0.0, 1.0 / steps
        d = torch.full([x.size(0)], step, device=x.device)
        for _ in range(steps):
            t = torch.full_like(d, time)
            v = net.velocity(x, given, text, t, d, depth)
            if guidance > 0:
                v = v + guidance * (v - net.velocity(x, torch.zeros_like(x), free, t, d, depth))
            x = x + step * v
            x[:, :length] = 0
            time += step
        return x.transpose(1, 2)


# Of the specification; `prefix` leads to the estimator.


def counts(prefix: str) -> list[Count]:
    return [
        Count("depth", f"{prefix}transformer_blocks.{{}}.attn.to_q.weight", MOST_BLOCKS),
        Count("text_depth", f"{prefix}text_embed.text_blocks.{{}}.dwconv.weight", MOST_TEXT_BLOCKS),
    ]


def checks(prefix: str) -> list[Check]:
    return [
        Check(f"inner%{HEAD_WIDTH}", f"{prefix}transformer_blocks.0.attn.to_q.weight"),
        Check("dim%position_inputs", f"{prefix}input_embed.conv_pos_embed.conv1d.0.weight"),
        Check(f"{HEAD_WIDTH}-2*pairs", f"{prefix}rotary_embed.inv_freq"),
        Check("condition%2", f"{prefix}text_embed.text_blocks.0.norm.weight"),
        Check("waves%2", f"{prefix}time_embed.time_mlp.0.weight"),
    ]


def repeats(prefix: str) -> dict[str, Repeat]:
    return {
        f"{prefix}transformer_blocks": Repeat("i", [Loop("i", "depth")]),
        f"{prefix}text_embed.text_blocks": Repeat("i", [Loop("i", "text_depth")]),
    }
