"""Writes a full-size v2 voice of random weights, in the formats that users bring.

    python bench/make_voice.py OUTPUT_DIR        (numpy and torch)

voice.ckpt, voice.pth and hubert/: 24 layers of s1, s2 as published, HuBERT base. Sentences never end by themselves, so
that every run has as many tokens as it was asked for.
"""

import json
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
SOVITS_CONFIG = {**make.SOVITS_CONFIG, "model": SOVITS_MODEL}
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
S1_SIZES = {**make.S1_SIZES, "feed_forward": 2048}
S2_SIZES = {**make.S2_SIZES, "channels": [512, 256, 128, 64, 32, 16], "mrte": 512, "ssl": 768, "style": 128}


def never_end(weights: OrderedDict) -> None:
    """Gives the last layer's output one steady direction that only EOS sees, and there with a large negative weight."""
    last = f"model.h.layers.{GPT_MODEL['n_layer'] - 1}.norm2"
    head = weights["model.ar_predict_layer.weight"]
    head[:, 0] = 0
    head[-1] = 0
    head[-1, 0] = -10
    weights[f"{last}.weight"][0] = 0
    weights[f"{last}.bias"][0] = 4


def main() -> None:
    out = Path(sys.argv[1])
    (out / "hubert").mkdir(parents=True, exist_ok=True)
    gpt = make.state("s1", GPT_CONFIG, S1_SIZES, prefix="model.")
    never_end(gpt)
    torch.save(OrderedDict(weight=gpt, config=GPT_CONFIG, info="GPT-e15"), out / "voice.ckpt")
    sovits = make.state("s2", SOVITS_CONFIG, S2_SIZES)
    codebook = sovits["quantizer.vq.layers.0._codebook.embed"]
    sovits["quantizer.vq.layers.0._codebook.embed_avg"] = codebook.clone()
    sovits["quantizer.vq.layers.0._codebook.cluster_size"] = torch.ones(len(codebook)).half()
    sovits["quantizer.vq.layers.0._codebook.inited"] = torch.ones(1).half()
    config = make.hparams(SOVITS_CONFIG)
    torch.save(OrderedDict(weight=dict(sovits), config=config, info="8epoch_96iteration"), out / "voice.pth")
    torch.save(make.state("hubert", HUBERT_CONFIG, {}), out / "hubert" / "pytorch_model.bin")
    (out / "hubert" / "config.json").write_text(json.dumps(HUBERT_CONFIG, indent=2) + "\n")
    assert np.isfinite(gpt["model.bert_proj.weight"].float().numpy()).all()


if __name__ == "__main__":
    main()
