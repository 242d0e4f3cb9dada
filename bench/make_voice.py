"""Writes full-size voices of random weights, in the formats that users bring.

    python bench/make_voice.py OUTPUT_DIR VERSION... [bert]        (numpy and torch; versions: v2 v2ProPlus v3 v4)

voice.ckpt, hubert/, for Chinese bert/, and what a version needs of VERSION.pth, speaker.ckpt, bigvgan/ and vocoder.pth, with the sizes of the
published files. What is there already is kept. Sentences never end by themselves, so that every run has as many tokens as
it was asked for.
"""

import json
import re
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "test" / "fixtures" / "voice"))
import make  # noqa: E402

GPT_MODEL = {**make.GPT_CONFIG["model"], "embedding_dim": 512, "hidden_dim": 512, "head": 16, "linear_units": 2048, "n_layer": 24}
GPT_CONFIG = {**make.GPT_CONFIG, "model": GPT_MODEL}
SOVITS_MODEL = {
    **make.SOVITS_CONFIG["model"],
    "inter_channels": 192,
    "hidden_channels": 192,
    "filter_channels": 768,
    "n_layers": 6,
    "resblock_kernel_sizes": [3, 7, 11],
    "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
    "upsample_initial_channel": 512,
    "gin_channels": 512,
}
PRO_MODEL = {"gin_channels": 1024, "upsample_initial_channel": 768, "upsample_kernel_sizes": [20, 16, 8, 2, 2]}
HUBERT_CONFIG = {
    **make.HUBERT_CONFIG,
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "conv_dim": [512] * 7,
    "num_conv_pos_embeddings": 128,
    "num_conv_pos_embedding_groups": 16,
}
BERT_CONFIG = {
    "model_type": "bert",
    "hidden_size": 1024,
    "intermediate_size": 4096,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "vocab_size": 21128,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
    "hidden_act": "gelu",
}
BIGVGAN_CONFIG = {
    "resblock": "1",
    "activation": "snakebeta",
    "snake_logscale": True,
    "use_tanh_at_final": False,
    "use_bias_at_final": False,
    "upsample_rates": [4, 4, 2, 2, 2, 2],
    "upsample_kernel_sizes": [8, 8, 4, 4, 4, 4],
    "upsample_initial_channel": 1536,
    "resblock_kernel_sizes": [3, 7, 11],
    "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
    "num_mels": 100,
    "sampling_rate": 24000,
}

# Sizes that no config states.
S1_SIZES = {**make.S1_SIZES, "feed_forward": 2048}
S2_SIZES = {**make.S2_SIZES, "channels": [512, 256, 128, 64, 32, 16], "mrte": 512, "ssl": 768, "style": 128}
PRO_SIZES = {**S2_SIZES, "channels": [768, 384, 192, 96, 48, 24], "speaker": 20480, "text_style": 512}
TRANSFORMER_SIZES = {"depth": 22, "dim": 1024, "inner": 1024, "ff": 2048, "mels": 100, "pairs": 32, "waves": 256}
FLOW_SIZES = {
    **S2_SIZES,
    **TRANSFORMER_SIZES,
    "condition": 512,
    "condition_kernel": 5,
    "text_depth": 4,
    "text_kernel": 7,
    "wide": 1024,
    "position_inputs": 64,
    "position_kernel": 31,
}
BIGVGAN_SIZES = {"channels": [1536 >> i for i in range(7)], "mels": 100, "taps": 12}
HIFIGAN_SIZES = {"channels": [512 >> i for i in range(6)], "mels": 100}
SPEAKER_SIZES = {
    "stem": 64,
    **{f"width{i}": 12 << i for i in range(1, 5)},
    **{f"outputs{i}": 128 << i for i in range(1, 5)},
    "width3_mix": 24,
    "width4_mix": 48,
    "outputs4_mix": 512,
}

# What a version's second stage is: its network, what differs in the config, its sizes, what stands in the place of PK.
SECOND_STAGES = {
    "v2": ("s2", {}, S2_SIZES, b"PK"),
    "v2ProPlus": ("s2_pro", PRO_MODEL, PRO_SIZES, b"06"),
    "v3": ("s2_v3", {}, FLOW_SIZES, b"02"),
    "v4": ("s2_v3", {}, FLOW_SIZES, b"PK"),
}


def never_end(weights: OrderedDict) -> None:
    """Gives the last layer's output one steady direction that only EOS sees, and there with a large negative weight."""
    last = f"model.h.layers.{GPT_MODEL['n_layer'] - 1}.norm2"
    head = weights["model.ar_predict_layer.weight"]
    head[:, 0] = 0
    head[-1] = 0
    head[-1, 0] = -10
    weights[f"{last}.weight"][0] = 0
    weights[f"{last}.bias"][0] = 4


def gpt(path: Path) -> None:
    weights = make.state("s1", GPT_CONFIG, S1_SIZES, prefix="model.")
    never_end(weights)
    torch.save(OrderedDict(weight=weights, config=GPT_CONFIG, info="GPT-e15"), path)


def hubert(path: Path) -> None:
    path.mkdir(exist_ok=True)
    torch.save(make.state("hubert", HUBERT_CONFIG, {}), path / "pytorch_model.bin")
    (path / "config.json").write_text(json.dumps(HUBERT_CONFIG, indent=2) + "\n")


def bert(path: Path) -> None:
    path.mkdir(exist_ok=True)
    torch.save(make.state("bert", BERT_CONFIG, {}, prefix="bert."), path / "pytorch_model.bin")
    (path / "config.json").write_text(json.dumps(BERT_CONFIG, indent=2) + "\n")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"，。！？、"]
    words += [chr(0x4E00 + i) for i in range(BERT_CONFIG["vocab_size"] - len(words))]
    (path / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")


def sovits(path: Path) -> None:
    network, differing, sizes, head = SECOND_STAGES[path.stem]
    model = {**SOVITS_MODEL, **differing, "version": path.stem}
    config = {**make.SOVITS_CONFIG, "model": model, "version": path.stem}
    weights = make.sovits_weights(network, config, sizes)
    if "cfm.estimator.rotary_embed.inv_freq" in weights:
        pairs = sizes["pairs"]
        weights["cfm.estimator.rotary_embed.inv_freq"] = (10000 ** -(torch.arange(pairs) / pairs)).half()
    torch.save(OrderedDict(weight=dict(weights), config=make.hparams(config), info="8epoch_96iteration"), path)
    with path.open("r+b") as file:
        file.write(head)


def speaker(path: Path) -> None:
    weights = make.state("eres2net", {}, SPEAKER_SIZES)
    weights["seg_1.weight"] = torch.zeros(192, 2 * PRO_SIZES["speaker"]).half()  # nobody asks for what it answers
    weights["seg_1.bias"] = torch.zeros(192).half()
    torch.save(weights, path)


def low_pass(taps: int) -> np.ndarray:
    """At a quarter of the rate: a sinc under a Kaiser window, its sum 1."""
    time = np.arange(taps) - (taps - 1) / 2
    kernel = np.sinc(time / 2) * np.kaiser(taps, 4.66)
    return kernel / kernel.sum()


def bigvgan(path: Path) -> None:
    path.mkdir(exist_ok=True)
    weights = make.state("bigvgan", BIGVGAN_CONFIG, BIGVGAN_SIZES)
    taps = torch.from_numpy(low_pass(BIGVGAN_SIZES["taps"])).view(1, 1, -1)
    weights = {name: (taps if name.endswith(".filter") else value).float() for name, value in weights.items()}
    for name, weight in weights.items():
        if re.search(r"convs\d.*weight$", name):
            weight *= 0.3  # random blocks would double the sound's energy six times each
    torch.save({"generator": weights}, path / "bigvgan_generator.pt")
    (path / "config.json").write_text(json.dumps(BIGVGAN_CONFIG, indent=2) + "\n")


def vocoder(path: Path) -> None:
    torch.save(make.state("hifigan", {}, HIFIGAN_SIZES), path)


PARTS = {"v2": {}, "v2ProPlus": {"speaker.ckpt": speaker}, "v3": {"bigvgan": bigvgan}, "v4": {"vocoder.pth": vocoder}}


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    makers = {"voice.ckpt": gpt, "hubert": hubert}
    for version in sys.argv[2:]:
        if version == "bert":
            makers["bert"] = bert
            continue
        makers |= {f"{version}.pth": sovits, **PARTS[version]}
    for name, write in makers.items():
        if not (out / name).exists():
            write(out / name)


if __name__ == "__main__":
    main()
