"""HuBERT: a 16 kHz wave -> one feature every 20 ms (50 Hz), the last hidden state of chinese-hubert-base."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layers import Conv1d, LayerNorm, Linear, layer_norm, merge_heads, project_heads
from spec import Attribute, Check, Dim, Loop, Network, Repeat, Requirement

MOST_LAYERS = 24
MOST_CONVOLUTIONS = 16


class ConvLayer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = Conv1d("conv_dim[i]", "conv_dim[i-1]", "conv_kernel[i]", bias=False)

    def forward(self, x: Tensor, stride: int) -> Tensor:  # [B, inputs, T] -> [B, outputs, T / stride]
        return F.gelu(F.conv1d(x, self.conv.weight, stride=stride))


class FirstConvLayer(nn.Module):
    """The first one also norms every channel over time."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = Conv1d("conv_dim[0]", "1", "conv_kernel[0]", bias=False)
        self.layer_norm = LayerNorm("conv_dim[0]")

    def forward(self, x: Tensor, stride: int) -> Tensor:  # [B, 1, N] -> [B, outputs, N / stride]
        x = F.conv1d(x, self.conv.weight, stride=stride)
        norm = self.layer_norm
        return F.gelu(F.group_norm(x, x.size(1), norm.weight, norm.bias))


@torch.jit.interface
class AnyConvLayer:
    def forward(self, x: Tensor, stride: int) -> Tensor:
        pass


class FeatureExtractor(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        others = [ConvLayer() for _ in range(MOST_CONVOLUTIONS - 1)]
        self.conv_layers = nn.ModuleList([FirstConvLayer(), *others])

    def forward(self, x: Tensor, strides: list[int]) -> Tensor:  # [B, 1, N] -> [B, channels, T]
        for i in range(len(strides)):
            layer: AnyConvLayer = self.conv_layers[i]
            x = layer.forward(x, strides[i])
        return x


class FeatureProjection(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer_norm = LayerNorm("conv_dim[len(conv_stride)-1]")
        self.projection = Linear("hidden", "conv_dim[len(conv_stride)-1]")

    def forward(self, x: Tensor, eps: float) -> Tensor:  # [B, T, channels] -> [B, T, hidden]
        x = layer_norm(x, self.layer_norm.weight, self.layer_norm.bias, eps)
        return F.linear(x, self.projection.weight, self.projection.bias)


class PositionalConv(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = Conv1d("hidden", "hidden/position_groups", "position_kernel")

    def forward(self, x: Tensor) -> Tensor:  # [B, T, hidden]
        weight = self.conv.weight
        y = x.transpose(1, 2)
        y = F.conv1d(y, weight, self.conv.bias, padding=weight.size(2) // 2, groups=y.size(1) // weight.size(1))
        return F.gelu(y[:, :, : x.size(1)]).transpose(1, 2)  # an even kernel makes one frame too many


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.q_proj = Linear("hidden", "hidden")
        self.k_proj = Linear("hidden", "hidden")
        self.v_proj = Linear("hidden", "hidden")
        self.out_proj = Linear("hidden", "hidden")

    def forward(self, x: Tensor, heads: int) -> Tensor:  # [B, T, hidden]
        q = project_heads(x, self.q_proj.weight, self.q_proj.bias, heads)
        k = project_heads(x, self.k_proj.weight, self.k_proj.bias, heads)
        v = project_heads(x, self.v_proj.weight, self.v_proj.bias, heads)
        y = merge_heads(F.scaled_dot_product_attention(q, k, v))
        return F.linear(y, self.out_proj.weight, self.out_proj.bias)


class FeedForward(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.intermediate_dense = Linear("intermediate", "hidden")
        self.output_dense = Linear("hidden", "intermediate")

    def forward(self, x: Tensor) -> Tensor:  # [B, T, hidden]
        x = F.gelu(F.linear(x, self.intermediate_dense.weight, self.intermediate_dense.bias))
        return F.linear(x, self.output_dense.weight, self.output_dense.bias)


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = Attention()
        self.layer_norm = LayerNorm("hidden")
        self.feed_forward = FeedForward()
        self.final_layer_norm = LayerNorm("hidden")

    def forward(self, x: Tensor, heads: int, eps: float) -> Tensor:  # [B, T, hidden]
        x = layer_norm(x + self.attention(x, heads), self.layer_norm.weight, self.layer_norm.bias, eps)
        return layer_norm(x + self.feed_forward(x), self.final_layer_norm.weight, self.final_layer_norm.bias, eps)


@torch.jit.interface
class AnyLayer:
    def forward(self, x: Tensor, heads: int, eps: float) -> Tensor:
        pass


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.pos_conv_embed = PositionalConv()
        self.layer_norm = LayerNorm("hidden")
        self.layers = nn.ModuleList(Layer() for _ in range(MOST_LAYERS))

    def forward(self, x: Tensor, heads: int, eps: float, count: int) -> Tensor:  # [B, T, hidden]
        x = layer_norm(x + self.pos_conv_embed(x), self.layer_norm.weight, self.layer_norm.bias, eps)
        for i in range(count):
            layer: AnyLayer = self.layers[i]
            x = layer.forward(x, heads, eps)
        return x


class Hubert(nn.Module):
    n_layers: int
    n_heads: int
    eps: float
    conv_stride: list[int]

    def __init__(self) -> None:
        super().__init__()
        self.n_layers = 12
        self.n_heads = 12
        self.eps = 1e-5
        self.conv_stride = [5, 2, 2, 2, 2, 2, 2]
        self.feature_extractor = FeatureExtractor()
        self.feature_projection = FeatureProjection()
        self.encoder = Encoder()

    def forward(self, wav16k: Tensor) -> Tensor:
        """wav16k [B, N], 16 kHz in -1..1, not normalised -> features [B, T, hidden], 50 a second."""
        x = self.feature_extractor(wav16k.unsqueeze(1), self.conv_stride).transpose(1, 2)
        x = self.feature_projection(x, self.eps)
        return self.encoder(x, self.n_heads, self.eps, self.n_layers)


NETWORK = Network(
    module=Hubert,
    attributes=[
        Attribute("n_layers", "int", "num_hidden_layers", default=12, minimum=1, maximum=MOST_LAYERS),
        Attribute("n_heads", "int", "num_attention_heads", default=12, minimum=1),
        Attribute("eps", "float", "layer_norm_eps", default=1e-5),
        Attribute(
            "conv_stride",
            "int[]",
            "conv_stride",
            default=[5, 2, 2, 2, 2, 2, 2],
            minimum=1,
            max_length=MOST_CONVOLUTIONS,
        ),
    ],
    dims=[
        Dim("hidden", "hidden_size"),
        Dim("intermediate", "intermediate_size"),
        Dim("conv_dim", "conv_dim"),
        Dim("conv_kernel", "conv_kernel"),
        Dim("position_kernel", "num_conv_pos_embeddings"),
        Dim("position_groups", "num_conv_pos_embedding_groups", default=16),
    ],
    checks=[
        Check("hidden%n_heads", "num_attention_heads"),
        Check("hidden%position_groups", "num_conv_pos_embedding_groups"),
    ],
    requires=[
        Requirement("feat_extract_norm", "group"),
        Requirement("feat_extract_activation", "gelu"),
        Requirement("conv_bias", False),
        Requirement("feat_proj_layer_norm", True),
        Requirement("hidden_act", "gelu"),
        Requirement("do_stable_layer_norm", False),
        Requirement("conv_pos_batch_norm", False),
    ],
    repeats={
        "feature_extractor.conv_layers": Repeat("i", [Loop("i", "len(conv_stride)", start="1")], first=1),
        "encoder.layers": Repeat("i", [Loop("i", "n_layers")]),
    },
    prefixes=["hubert."],
    weight_norm_dim=2,
    ignore=["masked_spec_embed", "lm_head.*"],
)
