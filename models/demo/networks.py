"""The package's own networks (../s1.py, ../s2.py, ../hubert.py) with real sizes, to be trained."""

import re
import sys
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from hubert import Hubert
from s1 import S1
from s2 import S2

PHONES = 732
CODES = 1024
SSL = 192

S2_CONFIG = {
    "inter_channels": 96,
    "hidden_channels": 96,
    "filter_channels": 256,
    "n_heads": 2,
    "n_layers": 4,
    "kernel_size": 3,
    "p_dropout": 0.0,
    "resblock": "2",
    "resblock_kernel_sizes": [3, 7],
    "resblock_dilation_sizes": [[1, 3], [1, 3]],
    "upsample_rates": [8, 5, 4, 3],
    "upsample_initial_channel": 256,
    "upsample_kernel_sizes": [16, 11, 8, 7],
    "n_layers_q": 3,
    "use_spectral_norm": False,
    "gin_channels": 128,
    "semantic_frame_rate": "25hz",
    "freeze_quantizer": True,
    "version": "v2",
}
S1_CONFIG = {
    "vocab_size": CODES + 1,
    "phoneme_vocab_size": PHONES,
    "embedding_dim": 256,
    "hidden_dim": 256,
    "head": 4,
    "linear_units": 1024,
    "n_layer": 4,
    "dropout": 0.0,
    "EOS": CODES,
    "random_bert": 0,
}
HUBERT_CONFIG = {
    "model_type": "hubert",
    "architectures": ["HubertModel"],
    "hidden_size": SSL,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 512,
    "layer_norm_eps": 1e-5,
    "conv_dim": [48, 64, 96, 128, 160, 192, 192],
    "conv_kernel": [10, 3, 3, 3, 3, 2, 2],
    "conv_stride": [5, 2, 2, 2, 2, 2, 2],
    "conv_bias": False,
    "num_conv_pos_embeddings": 32,
    "num_conv_pos_embedding_groups": 16,
    "feat_extract_norm": "group",
    "feat_extract_activation": "gelu",
    "feat_proj_layer_norm": True,
    "hidden_act": "gelu",
    "do_stable_layer_norm": False,
}


def materialize(module: nn.Module, sizes: dict, lists: dict[str, int], skip: str = "") -> nn.Module:
    """Cuts the lists of layers to length and gives every parameter its shape, drawn for training.

    `lists`: the length of each list by the end of its path. `skip`: a pattern of modules that this kind does not have.
    """
    for path, child in list(module.named_modules()):
        if isinstance(child, nn.ModuleList):
            for ending, length in lists.items():
                if path.endswith(ending):
                    del child[length:]
            if skip and re.search(skip, path):
                del child[:]
    kernels = len(sizes.get("resblock_kernel_sizes", [])) or 1
    for path, child in module.named_modules():
        at = [int(part) for part in path.split(".") if part.isdigit()]
        scope = dict(sizes)
        if "resblocks" in path and at:
            scope.update(i=at[0] // kernels, k=at[0] % kernels)
        elif at:
            scope["i"] = at[-1] if "conv_layers" in path or "ups" in path else at[0]
        for name, parameter in list(child._parameters.items()):
            if parameter is None:
                continue
            shape = [int(eval(dim.replace("/", "//"), {"len": len}, scope)) for dim in parameter.dims]
            setattr(child, name, nn.Parameter(draw(f"{path}.{name}", shape)))
    return module


def draw(name: str, shape: list[int]) -> torch.Tensor:
    last = name.rpartition(".")[2]
    if last in ("bias", "beta", "in_proj_bias"):
        return torch.zeros(shape)
    if len(shape) == 1:
        return torch.ones(shape)
    if "embedding" in name or last == "embed":
        return torch.randn(shape) * 0.3
    if last.startswith("emb_rel"):
        return torch.randn(shape) * shape[-1] ** -0.5
    fan_in = shape[0] * shape[2] / 4 if ".ups." in name else torch.Size(shape[1:]).numel()
    return torch.randn(shape) * fan_in**-0.5 * (0.5 if "resblocks" in name or "post" in name else 1.0)


def build_s2() -> S2:
    c = S2_CONFIG
    stages, kernels = len(c["upsample_rates"]), len(c["resblock_kernel_sizes"])
    sizes = {
        **{"ssl": SSL, "codes": CODES, "frames_per_token": 2, "phones": PHONES, "distances": 9, "style": 128},
        **{"hidden": c["hidden_channels"], "inter": c["inter_channels"], "filter": c["filter_channels"]},
        **{"kernel": c["kernel_size"], "gin": c["gin_channels"], "n_heads": c["n_heads"], "flow_kernel": 5},
        **{"bins": 704, "style_kernel": 5, "upsample_rates": c["upsample_rates"]},
        **{name: c[name] for name in ("upsample_kernel_sizes", "resblock_kernel_sizes")},
        "channels": [c["upsample_initial_channel"] >> i for i in range(stages + 1)],
    }
    parts = ("attn_layers", "norm_layers_1", "ffn_layers", "norm_layers_2")
    layers = c["n_layers"]
    lists = {f"enc_p.encoder_ssl.{p}": layers // 2 for p in parts}
    lists |= {f"enc_p.encoder2.{p}": layers // 2 for p in parts} | {f"enc_p.encoder_text.{p}": layers for p in parts}
    lists |= {"dec.ups": stages, "dec.resblocks": stages * kernels}
    network = S2()
    network.n_layers, network.n_heads = layers, c["n_heads"]
    network.upsample_rates = c["upsample_rates"]
    network.resblock_dilation_sizes = c["resblock_dilation_sizes"]
    network.resblock_1 = c["resblock"] == "1"
    materialize(network, sizes, lists, skip=r"resblocks\.\d+\.convs[12]$")
    for coupling in network.flow.flows[::2]:
        nn.init.zeros_(coupling.post.weight)  # the flow begins as nothing
    return network


def build_s1() -> S1:
    c = S1_CONFIG
    network = S1()
    network.n_layers, network.n_heads = c["n_layer"], c["head"]
    sizes = {"hidden": c["hidden_dim"], "bert": 1024, "phones": PHONES, "tokens": c["vocab_size"]}
    return materialize(network, sizes | {"feed_forward": 4 * c["hidden_dim"]}, {"h.layers": c["n_layer"]})


def build_hubert() -> Hubert:
    c = HUBERT_CONFIG
    network = Hubert()
    network.n_layers, network.n_heads, network.eps = c["num_hidden_layers"], c["num_attention_heads"], 1e-5
    network.conv_stride = c["conv_stride"]
    sizes = {
        **{"hidden": c["hidden_size"], "intermediate": c["intermediate_size"], "conv_stride": c["conv_stride"]},
        **{"conv_dim": c["conv_dim"], "conv_kernel": c["conv_kernel"]},
        "position_kernel": c["num_conv_pos_embeddings"],
        "position_groups": c["num_conv_pos_embedding_groups"],
    }
    lists = {"encoder.layers": c["num_hidden_layers"], "conv_layers": len(c["conv_stride"])}
    return materialize(network, sizes, lists)
