"""Compares every network with reference tensors: python3 models/parity.py CHECKPOINTS REFERENCES

CHECKPOINTS holds the unpacked files and REFERENCES the safetensors files of the layout that `npm run parity` reads.
Prints the largest error over the reference's peak; any above 1e-4 or any differing token fails.
"""

import argparse
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from fill import fill, read_checkpoint

LIMIT = 1e-4
CODE_MARGIN = 0.01  # below it, two codes are as near as rounding
TOKEN_MARGIN = 1e-3
failed: list[str] = []


def close(name: str, ours: Tensor, reference: Tensor) -> None:
    if ours.shape != reference.shape:
        report(name, f"shape {list(ours.shape)}, reference {list(reference.shape)}", False)
        return
    known = ~reference.isnan()
    error = ((ours - reference)[known].abs().max() / reference[known].abs().max()).item()
    report(name, f"{error:.2e}", error <= LIMIT)


def same(name: str, ours: Tensor, reference: Tensor) -> None:
    is_equal = ours.shape == reference.shape and bool((ours == reference).all())
    report(name, "equal" if is_equal else "DIFFERENT", is_equal)


def report(name: str, result: str, passed: bool) -> None:
    print(f"{'ok  ' if passed else 'FAIL'} {name:40} {result}")
    if not passed:
        failed.append(name)


def greedy(model, reference: dict[str, Tensor], case: str, penalty: float, steps: int, with_prompt: bool) -> None:
    """Runs as many steps as the reference did, with its penalty, taking the likeliest token."""
    phones = torch.cat([reference["in.phones_ref"], reference["in.phones"]]).unsqueeze(0)
    prompt = reference["in.prompt"].unsqueeze(0)
    prompt = prompt if with_prompt else prompt[:, :0]
    start = phones.size(1) + prompt.size(1)
    hidden = model.ar_predict_layer.weight.size(1)
    cache = torch.zeros(2, model.n_layers, 1, start + steps, hidden)
    logits = model.prefill(phones, reference["in.bert"].unsqueeze(0), prompt, cache[0], cache[1])
    if f"{case}.prefill_logits" in reference:
        close(f"{case}.prefill_logits", logits[:, :-1], reference[f"{case}.prefill_logits"])
    tokens, step_logits = prompt[0].tolist(), []
    for step in range(steps):
        if step > 0:
            token = torch.tensor([tokens[-1]])
            logits = model.decode_step(token, prompt.size(1) + step - 1, start + step - 1, cache[0], cache[1])
            step_logits.append(logits[0].clone())
        seen = torch.tensor(sorted(set(tokens)), dtype=torch.long)
        score = logits[0, seen]
        logits[0, seen] = torch.where(score < 0, score * penalty, score / penalty)
        tokens.append(int((logits[0, :-1] if step < 11 else logits[0]).argmax()))
    if f"{case}.step_logits_1_15" in reference:
        close(f"{case}.step_logits_1_15", torch.stack(step_logits[:15]), reference[f"{case}.step_logits_1_15"])
    y = reference[f"{case}.y"].long()
    same(f"{case}.y (margin {reference[f'{case}.margin'].min():.3f})", torch.tensor(tokens)[: len(y)], y)


def check_s1(checkpoints: Path, references: Path) -> None:
    for version in ["v1", "v2"]:
        print(f"s1 {version}")
        reference = load_file(references / f"s1_{version}.safetensors")
        model = fill("s1", *read_checkpoint(checkpoints / f"gpt_{version}.ckpt"))
        for case, penalty in [("greedy", 1.35), ("greedy_rp1", 1.0)]:
            greedy(model, reference, case, penalty, len(reference[f"{case}.margin"]), True)
        greedy(model, reference, "no_prompt", 1.35, len(reference["no_prompt.margin"]), False)


def check_hubert(checkpoints: Path, references: Path) -> None:
    print("hubert")
    reference = load_file(references / "hubert.safetensors")
    model = fill("hubert", *read_checkpoint(checkpoints / "chinese-hubert-base"))
    for name in [key for key in reference if key.endswith(".feature")]:
        wave = reference[name.replace(".feature", ".wav16k_padded")]
        close(name, model(wave.unsqueeze(0)).transpose(1, 2), reference[name])


def check_bert(checkpoints: Path, references: Path) -> None:
    print("bert")
    reference = load_file(references / "bert.safetensors")
    model = fill("bert", *read_checkpoint(checkpoints / "chinese-roberta-wwm-ext-large"))
    for name in [key for key in reference if key.endswith(".char_feature")]:
        ids = reference[name.replace(".char_feature", ".input_ids")]
        close(name, model(ids.unsqueeze(0)), reference[name])


def check_speaker(checkpoints: Path, references: Path) -> None:
    print("speaker")
    reference = load_file(references / "sv.safetensors")
    model = fill("eres2net", *read_checkpoint(checkpoints / "sv" / "pretrained_eres2netv2w24s4ep4.ckpt"))
    for name in [key for key in reference if key.endswith(".embedding")]:
        close(name, model(reference[name.replace(".embedding", ".fbank")]), reference[name])


def check_s2(checkpoints: Path, references: Path) -> None:
    audio = load_file(references / "audio.safetensors")
    hubert = load_file(references / "hubert.safetensors")
    for version in ["v1", "v2", "v2Pro", "v2ProPlus"]:
        print(f"s2 {version}")
        reference = load_file(references / f"s2_{version}.safetensors")
        is_pro = "Pro" in version
        model = fill("s2_pro" if is_pro else "s2", *read_checkpoint(checkpoints / f"sovits_{version}.pth"))
        check_codes(model, hubert, version)
        names = ["ref_32k_mono", "ref_44k_stereo"]
        specs = [audio[f"{name}.spec"] for name in names]
        speakers = []
        if is_pro:
            speaker = load_file(references / "sv.safetensors")
            speakers = [speaker[f"{name}.embedding"] for name in names]
        check_stages(model, reference, specs[0], speakers)
        for case, noise_scale, speed, count in [
            ("base", 0.5, 1.0, 1),
            ("noise_scale0", 0.0, 1.0, 1),
            ("speed0.8", 0.5, 0.8, 1),
            ("speed1.25", 0.5, 1.25, 1),
            ("two_refs", 0.5, 1.0, 2),
        ]:
            noise = reference.get(f"{case}.noise", reference["base.noise"])
            styles = [specs[:count], speakers[:count]] if is_pro else [specs[:count]]
            wave = model(reference["codes"], reference["text"], *styles, noise, noise_scale, speed)
            close(f"{case}.wav", wave, reference[f"{case}.wav"])


def check_codes(model, hubert: dict[str, Tensor], version: str) -> None:
    for name in [key for key in hubert if key.endswith(f".codes.{version}")]:
        codes = model.extract_codes(hubert[name.replace(f".codes.{version}", ".feature")])[0, 0]
        is_clear = hubert[name.replace(".codes.", ".margin.")] > CODE_MARGIN
        same(name, codes[is_clear], hubert[name][is_clear])


def check_stages(model, reference: dict[str, Tensor], spec: Tensor, speakers: list[Tensor]) -> None:
    ge = model.reference_embedding(spec)
    if speakers:
        ge = model.speaker_embedding(ge, speakers[0])
        close("base.ge512", model.text_style(ge), reference["base.ge512"])
    close("base.ge", ge, reference["base.ge"])
    latent = model.latent(reference["codes"], reference["text"], ge)
    close("base.enc2", latent, reference["base.enc2"])
    m_p, logs_p, mask = model.prior(latent, 1.0)
    close("base.m_p", m_p, reference["base.m_p"])
    close("base.logs_p", logs_p, reference["base.logs_p"])
    z = model.decode_latent(m_p, logs_p, mask, ge, reference["base.noise"], 0.5)
    close("base.z", z, reference["base.z"])
    close("base.wav from z", model.generate(z, ge), reference["base.wav"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoints", type=Path)
    parser.add_argument("references", type=Path)
    arguments = parser.parse_args()
    with torch.inference_mode(), torch.jit.optimized_execution(False):
        for check in [check_hubert, check_bert, check_s1, check_speaker, check_s2]:
            check(arguments.checkpoints, arguments.references)
    print(f"{len(failed)} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
