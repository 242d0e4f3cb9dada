"""As parity.py, for v3 and v4: python3 models/parity_v3.py CHECKPOINTS REFERENCES"""

import argparse
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from fill import fill, merge_lora, read_checkpoint
from parity import close, failed

SPEEDS = {"short.0": [1.0, 0.8], "short.1": [1.25, 1.0], "short.2": [1.3]}
PRETRAINED = Path("GPT_SoVITS/pretrained_models")
V4 = PRETRAINED / "gsv-v4-pretrained"
BIGVGAN = PRETRAINED / "models--nvidia--bigvgan_v2_24khz_100band_256x/bigvgan_generator.pt"
# condition frames for a latent frame and, masked, for a token
VERSIONS = {"v3": (1.875, 3.875), "v4": (2.0, 4.0)}
FULL = {"v3": Path("voice_v3.pth"), "v4": V4 / "s2Gv4.pth"}
BASES = {"v3": PRETRAINED / "s2Gv3.pth", "v4": V4 / "s2Gv4.pth"}
VOCODERS = {"v3": ("bigvgan", BIGVGAN), "v4": ("hifigan", V4 / "vocoder.pth")}


def condition(model, version: str, codes: Tensor, phones: Tensor, ge: Tensor, speed: float) -> Tensor:
    scale, per_token = VERSIONS[version]
    frames = int(codes.numel() * per_token) if speed == 1 else int(codes.numel() * per_token / speed) + 1
    return model.condition(codes.view(1, 1, -1), phones.view(1, -1), ge, speed, scale, frames)


def denormalised(mel: Tensor) -> Tensor:
    return (mel + 1) / 2 * 14 - 12


class Voice:
    def __init__(self, checkpoints: Path, references: Path, version: str) -> None:
        self.version = version
        self.inputs = load_file(references / "inputs.safetensors")
        self.mels = load_file(references / f"mel_{version}.safetensors")
        self.encoded = load_file(references / f"enc_{version}.safetensors")
        self.model = fill("s2_v3", *read_checkpoint(checkpoints / FULL[version]))
        network, path = VOCODERS[version]
        self.vocoder = fill(network, *read_checkpoint(checkpoints / path))

    def check_encoder(self) -> None:
        inputs, reference = self.inputs, self.encoded
        ge = self.model.reference_embedding(inputs["short.spec"])
        close("ge", ge, reference["prompt.ge"])
        ours = condition(
            self.model, self.version, inputs["short.prompt_semantic"], inputs["short.prompt_phones"], ge, 1
        )
        close("prompt.fea", ours, reference["prompt.fea"])
        for item, speeds in SPEEDS.items():
            for speed in speeds:
                codes, phones = inputs[f"{item}.codes"], inputs[f"{item}.phones"]
                ours = condition(self.model, self.version, codes, phones, ge, speed)
                close(f"{item}.speed{speed}.fea", ours, reference[f"{item}.speed{speed}.fea"])

    def check_vocoder(self, reference: dict[str, Tensor]) -> None:
        close("vocoder.wav", self.vocoder(reference["mel"]), reference["wav"])

    def check_short(
        self, model, name: str, item: str, speed: float, mel: Tensor, wav: Tensor, noise: Tensor, steps: int
    ):
        """A sentence of one chunk, from tokens to sound."""
        inputs = self.inputs
        ge = model.reference_embedding(inputs["short.spec"])
        prompt = inputs["short.prompt_semantic"], inputs["short.prompt_phones"]
        known = condition(model, self.version, *prompt, ge, 1.0)
        given = self.mels["short.norm_mel"]
        frames = min(known.size(2), given.size(2))
        given, known = given[..., :frames], known[..., :frames]
        new = condition(model, self.version, inputs[f"{item}.codes"], inputs[f"{item}.phones"], ge, speed)
        mu = torch.cat([known, new], 2).transpose(1, 2)
        noise = torch.cat([torch.zeros(1, noise.size(1), frames), noise], 2)
        ours = model(mu, given, noise, steps, 0.0)[..., frames:]
        close(f"{name}.mel", ours, mel)
        close(f"{name}.wav", self.vocoder(denormalised(ours)).flatten(), wav)


def check_flow(voice: Voice, reference: dict[str, Tensor]) -> None:
    mu, prompt, noise = reference["mu"], reference["prompt_mel"], reference["noise"]
    for case in ["steps4", "steps8", "steps16", "steps32", "steps4_cfg0.7"]:
        steps, _, guidance = case.removeprefix("steps").partition("_cfg")
        ours = voice.model(mu, prompt, noise, int(steps), float(guidance or 0))
        close(f"cfm.{case}", ours, reference[f"{case}.mel"])
    ours = voice.model(torch.cat([mu, mu.flip(1)]), prompt, reference["batch2.noise"], 4, 0.0)
    close("cfm.batch2", ours, reference["batch2.mel"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoints", type=Path)
    parser.add_argument("references", type=Path)
    arguments = parser.parse_args()
    read = lambda name: load_file(arguments.references / f"{name}.safetensors")  # noqa: E731
    with torch.inference_mode(), torch.jit.optimized_execution(False):
        for version in VERSIONS:
            print(version)
            voice = Voice(arguments.checkpoints, arguments.references, version)
            voice.check_encoder()
            if version == "v3":
                check_flow(voice, read("cfm"))
            voice.check_vocoder(read(f"vocoder_{version}"))
            loop = read(f"loop_{version}")
            for name, item, speed in [("short0", "short.0", 1.0), ("short1_speed1.25", "short.1", 1.25)]:
                tensors = loop[f"{name}.0.mel"], loop[f"{name}.wav"], loop[f"{name}.0.noise"]
                voice.check_short(voice.model, name, item, speed, *tensors, int(loop[f"{name}.steps"]))
            base, config = read_checkpoint(arguments.checkpoints / BASES[version])
            merged = merge_lora(base, *read_lora(arguments.checkpoints / f"voice_{version}_lora.pth"))
            lora = read(f"lora_{version}")
            for name in [key for key in lora if key.startswith("merged.")]:
                close(name, merged[name.removeprefix("merged.")], lora[name])
            tensors = lora["mel"], lora["wav"], lora["noise"]
            voice.check_short(fill("s2_v3", merged, config), "lora", "short.1", 1.0, *tensors, int(lora["steps"]))
    print(f"{len(failed)} failed")
    sys.exit(bool(failed))


def read_lora(path: Path) -> tuple[dict[str, Tensor], int]:
    tensors, _ = read_checkpoint(path)
    return tensors, next(value.size(0) for name, value in tensors.items() if ".lora_A." in name)


if __name__ == "__main__":
    main()
