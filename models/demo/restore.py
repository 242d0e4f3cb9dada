"""Makes checkpoints of a voice again, to train it further: VOICE -> WORK/{encoder,generator,s1,s2}.pt.

Half precision and without the optimizers' state. The codes must be made again (codes.py) and fit, since encoder and
codebook stay as they are.
"""

import argparse
from pathlib import Path

import torch
from torch import Tensor

from export import register_hparams


def join_weights(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Magnitudes and directions become weights."""
    joined = {}
    for name, value in state.items():
        if name.endswith("weight_v"):
            magnitude = state[f"{name[:-1]}g"].float()
            axes = [axis for axis in range(value.dim()) if magnitude.size(axis) == 1]
            joined[name[: -len("_v")]] = value.float() * magnitude / value.float().norm(dim=axes, keepdim=True)
        elif not name.endswith("weight_g"):
            joined[name] = value.float()
    return joined


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("voice", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--sharpness", type=float, default=1.0, help="that it was exported with")
    args = parser.parse_args()
    register_hparams()
    args.work.mkdir(parents=True, exist_ok=True)

    def save(name: str, **parts: dict[str, Tensor]) -> None:
        torch.save({"step": 0, "spent": 0.0, "parts": parts}, args.work / f"{name}.pt")

    gpt = torch.load(args.voice / "gpt.ckpt", weights_only=True)["weight"]
    s1 = {name.removeprefix("model."): value.float() for name, value in gpt.items()}
    s1["ar_predict_layer.weight"] /= args.sharpness
    save("s1", s1=s1)
    # the config is an object of a class of our own making here, the rest are tensors
    sovits = join_weights(torch.load(args.voice / "sovits.pth", weights_only=False)["weight"])
    codebook = "quantizer.vq.layers.0._codebook"
    for name in ("inited", "cluster_size"):
        sovits.pop(f"{codebook}.{name}")
    save("s2", s2=sovits)
    save("generator", generator={n.removeprefix("dec."): v for n, v in sovits.items() if n.startswith("dec.")})
    hubert = join_weights(torch.load(args.voice / "hubert" / "pytorch_model.bin", weights_only=True))
    hubert.pop("masked_spec_embed")
    project = {n.removeprefix("ssl_proj."): v for n, v in sovits.items() if n.startswith("ssl_proj.")}
    save("encoder", hubert=hubert, project=project, quantizer={"embed": sovits[f"{codebook}.embed"]})


if __name__ == "__main__":
    main()
