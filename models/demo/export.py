"""Writes the trained networks as the public project writes a voice: WORK -> VOICE/{gpt.ckpt,sovits.pth,hubert,...}."""

import argparse
import json
import sys
import types
from collections import OrderedDict
from pathlib import Path

import torch
from torch import Tensor

from corpus import FRAME, RATE
from networks import CODES, HUBERT_CONFIG, S1_CONFIG, S2_CONFIG, SSL

# Modules whose weights upstream keeps as magnitude and direction.
WEIGHT_NORMED = ("dec.ups.", "dec.resblocks.", ".enc.in_layers.", ".enc.res_skip_layers.", ".enc.cond_layer.")


class HParams:
    """Upstream pickles its config as `utils.HParams`, dictionaries within as the same."""

    def __init__(self, **fields: object) -> None:
        for name, value in fields.items():
            setattr(self, name, HParams(**value) if isinstance(value, dict) else value)


def register_hparams() -> None:
    """Pickles name the class by its module."""
    utils = types.ModuleType("utils")
    HParams.__module__, HParams.__qualname__ = "utils", "HParams"
    utils.HParams = HParams
    sys.modules["utils"] = utils


def split_weight(weight: Tensor, dim: int = 0) -> tuple[Tensor, Tensor]:
    """-> magnitude, 1 on all axes but `dim`, and direction."""
    axes = [axis for axis in range(weight.dim()) if axis != dim]
    return weight.norm(dim=axes, keepdim=True), weight


def gpt(work: Path, sharpness: float) -> dict:
    state = torch.load(work / "s1.pt", weights_only=True)
    weights = OrderedDict((f"model.{name}", value.half()) for name, value in state["parts"]["s1"].items())
    weights["model.ar_predict_layer.weight"] = (state["parts"]["s1"]["ar_predict_layer.weight"] * sharpness).half()
    config = {
        "data": {"max_eval_sample": 8, "max_sec": 20, "num_workers": 1, "pad_val": CODES},
        "model": S1_CONFIG,
        "inference": {"top_k": 15},
    }
    return OrderedDict(weight=weights, config=config, info=f"demo-{state['step']}steps")


def sovits(work: Path) -> dict:
    state = torch.load(work / "s2.pt", weights_only=True)
    weights = OrderedDict()
    for name, value in state["parts"]["s2"].items():
        if name.endswith(".weight") and any(part in name for part in WEIGHT_NORMED):
            magnitude, direction = split_weight(value)
            weights[f"{name}_g"], weights[f"{name}_v"] = magnitude.half(), direction.half()
        else:
            weights[name] = value.half()
    codebook = "quantizer.vq.layers.0._codebook"
    weights[f"{codebook}.inited"] = torch.ones(1).half()
    weights[f"{codebook}.cluster_size"] = torch.ones(CODES).half()
    config = {
        "train": {"segment_size": 32 * FRAME, "c_mel": 45, "c_kl": 1.0},
        "data": {
            **{"max_wav_value": 32768.0, "sampling_rate": RATE, "filter_length": 2048, "hop_length": FRAME},
            **{"win_length": 2048, "n_mel_channels": 128, "mel_fmin": 0.0, "mel_fmax": None, "n_speakers": 300},
        },
        "model": S2_CONFIG,
        "name": "demo",
        "version": "v2",
    }
    return OrderedDict(weight=dict(weights), config=HParams(**config), info=f"demo_{state['step']}iteration")


def hubert(work: Path) -> dict:
    weights = OrderedDict()
    for name, value in torch.load(work / "encoder.pt", weights_only=True)["parts"]["hubert"].items():
        if name == "encoder.pos_conv_embed.conv.weight":
            magnitude, direction = split_weight(value, dim=2)
            weights[f"{name}_g"], weights[f"{name}_v"] = magnitude.half(), direction.half()
        else:
            weights[name] = value.half()
    weights["masked_spec_embed"] = torch.zeros(SSL).half()
    return weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("voice", type=Path)
    parser.add_argument("--sharpness", type=float, default=1.0, help="factor on s1's logits; above 1 it strays less")
    args = parser.parse_args()
    register_hparams()
    (args.voice / "hubert").mkdir(parents=True, exist_ok=True)
    torch.save(gpt(args.work, args.sharpness), args.voice / "gpt.ckpt")
    torch.save(sovits(args.work), args.voice / "sovits.pth")
    torch.save(hubert(args.work), args.voice / "hubert" / "pytorch_model.bin")
    (args.voice / "hubert" / "config.json").write_text(json.dumps(HUBERT_CONFIG, indent=2) + "\n")
    size = sum(path.stat().st_size for path in args.voice.rglob("*") if path.is_file())
    print(f"{args.voice}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
