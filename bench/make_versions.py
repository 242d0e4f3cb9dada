"""Writes full-size voices of random weights, one of every version, in the formats that users bring (about 3 GB).

    python bench/make_versions.py OUTPUT_DIR [VERSION...]        (numpy and torch)

VERSION.pth of each version, gpt_v1.ckpt and gpt_v2.ckpt, hubert/, speaker.ckpt, bigvgan/ and vocoder.pth. Sentences
never end by themselves, so that every voice speaks as many tokens as it is asked for.
"""

import argparse
import json
from collections import OrderedDict
from pathlib import Path

import make_voice
import numpy as np
import torch
from make_voice import make

V1 = {"bins": 1025, "phones": 322}
PRO = {"mrte": None, "speaker": 20480, "text_style": 512}
FLOW = {
    **{"condition": 512, "condition_kernel": 5, "wide": 1024, "text_kernel": 7, "mels": 100, "text_depth": 4},
    **{"dim": 1024, "inner": 1024, "depth": 22, "ff": 2048, "waves": 256, "pairs": 32},
    **{"position_inputs": 64, "position_kernel": 31},
}
# blueprint, sizes that no config states, changes of the config's model, head of the file
VERSIONS = {
    "v1": ("s2", V1, {}, b"PK"),
    "v2": ("s2", {}, {}, b"PK"),
    "v2Pro": ("s2_pro", PRO, {"gin_channels": 1024}, b"05"),
    "v2ProPlus": (
        "s2_pro",
        PRO | {"channels": [768, 384, 192, 96, 48, 24]},
        {"gin_channels": 1024, "upsample_initial_channel": 768, "upsample_kernel_sizes": [20, 16, 8, 2, 2]},
        b"06",
    ),
    "v3": ("s2_v3", FLOW, {}, b"02"),
    "v4": ("s2_v3", FLOW, {}, b"PK"),
}
SPEAKER_SIZES = {
    **{"stem": 64, "width1": 24, "width2": 48, "width3": 96, "width4": 192, "width3_mix": 24, "width4_mix": 48},
    **{"outputs1": 256, "outputs2": 512, "outputs3": 1024, "outputs4": 2048, "outputs4_mix": 512},
}
BIGVGAN_CONFIG = {
    **{"resblock": "1", "activation": "snakebeta", "snake_logscale": True},
    **{"use_tanh_at_final": False, "use_bias_at_final": False, "sampling_rate": 24000, "num_mels": 100},
    **{"upsample_rates": [4, 4, 2, 2, 2, 2], "upsample_kernel_sizes": [8, 8, 4, 4, 4, 4]},
    **{"resblock_kernel_sizes": [3, 7, 11], "resblock_dilation_sizes": [[1, 3, 5]] * 3},
}
BIGVGAN_SIZES = {"channels": [1536, 768, 384, 192, 96, 48, 24], "mels": 100, "taps": 12}
HIFIGAN_SIZES = {"channels": [512, 256, 128, 64, 32, 16], "mels": 100}


def write_gpt(path: Path, phones: int) -> None:
    config = {**make_voice.GPT_CONFIG, "model": {**make_voice.GPT_MODEL, "phoneme_vocab_size": phones}}
    weights = make.state("s1", config, make_voice.S1_SIZES, prefix="model.")
    make_voice.never_end(weights)
    torch.save(OrderedDict(weight=weights, config=config, info="GPT-e15"), path)


def write_sovits(path: Path, version: str) -> None:
    network, sizes, changes, head = VERSIONS[version]
    model = {**make_voice.SOVITS_MODEL, **changes, "version": version}
    config = {**make_voice.SOVITS_CONFIG, "model": model, "version": version}
    weights = make.state(network, config, make_voice.S2_SIZES | sizes)
    torch.save(OrderedDict(weight=dict(weights), config=make.hparams(config), info="8epoch_96iteration"), path)
    with path.open("r+b") as file:
        file.write(head)


def in_single(weights: OrderedDict) -> OrderedDict:
    """As vocoders are published."""
    return OrderedDict((name, tensor.float()) for name, tensor in weights.items())


def write_shared(out: Path) -> None:
    (out / "hubert").mkdir(exist_ok=True)
    torch.save(make.state("hubert", make_voice.HUBERT_CONFIG, {}), out / "hubert" / "pytorch_model.bin")
    (out / "hubert" / "config.json").write_text(json.dumps(make_voice.HUBERT_CONFIG) + "\n")
    speaker = make.state("eres2net", {}, SPEAKER_SIZES)
    speaker["seg_1.weight"] = torch.zeros(1).half()  # by which the file is known
    torch.save(speaker, out / "speaker.ckpt")
    (out / "bigvgan").mkdir(exist_ok=True)
    bigvgan = make.state("bigvgan", BIGVGAN_CONFIG, BIGVGAN_SIZES)
    torch.save({"generator": in_single(bigvgan)}, out / "bigvgan" / "bigvgan_generator.pt")
    (out / "bigvgan" / "config.json").write_text(json.dumps(BIGVGAN_CONFIG) + "\n")
    torch.save(in_single(make.state("hifigan", {}, HIFIGAN_SIZES)), out / "vocoder.pth")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("versions", nargs="*", default=list(VERSIONS))
    arguments = parser.parse_args()
    make.values = quick_values
    arguments.out.mkdir(parents=True, exist_ok=True)
    write_shared(arguments.out)
    write_gpt(arguments.out / "gpt_v1.ckpt", 512)
    write_gpt(arguments.out / "gpt_v2.ckpt", 732)
    for version in arguments.versions:
        write_sovits(arguments.out / f"{version}.pth", version)


slow_values = make.values
NOISE = np.random.RandomState(1).randn(1 << 22)


def quick_values(name: str, shape: list[int]) -> np.ndarray:
    """As make.values, large tensors from one stretch of noise: drawing a billion numbers takes minutes."""
    count = int(np.prod(shape))
    if count < 1 << 16 or "embed" in name:
        return slow_values(name, shape)
    return np.resize(NOISE, count).reshape(shape) / np.sqrt(np.prod(shape[1:]))


if __name__ == "__main__":
    main()
