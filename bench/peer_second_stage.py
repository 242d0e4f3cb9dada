"""Upstream's second stages as its TTS class drives them for a sentence, from the warm cache of a reference.

What it works out anew for every sentence is worked out anew here: the style, v2ProPlus's speaker vector, v3's and v4's
condition and mel spectrogram of the reference. Resampling the reference is left out.
"""

import io
import os
import wave
from pathlib import Path

import numpy as np
import torch

# |sin i|, as on the other side
SPECTROGRAM = torch.from_numpy(np.abs(np.sin(np.arange(1025 * 250))).astype(np.float32)).view(1, 1025, 250)
FIXTURE = Path(__file__).parents[1] / "test" / "fixtures" / "voice" / "reference.wav"


def fields(value):
    """The plain dict of a config of either kind."""
    value = value if isinstance(value, dict) else vars(value)
    return {key: fields(inner) if hasattr(inner, "__dict__") or isinstance(inner, dict) else inner for key, inner in value.items()}


def load(path: Path, architecture: str, not_spoken_with: set[str]):
    from module import models

    content = b"PK" + path.read_bytes()[2:]  # some versions have their own two bytes there
    checkpoint = torch.load(io.BytesIO(content), map_location="cpu", weights_only=False)
    config = fields(checkpoint["config"])
    data = config["data"]
    bins, segment = data["filter_length"] // 2 + 1, config["train"]["segment_size"] // data["hop_length"]
    model = getattr(models, architecture)(bins, segment, n_speakers=data["n_speakers"], **config["model"])
    if hasattr(model, "enc_q"):
        del model.enc_q
    missing, unexpected = model.load_state_dict(checkpoint["weight"], strict=False)
    if set(missing) - not_spoken_with or unexpected:
        raise SystemExit(f"{path.name} does not fit upstream's {architecture}: {missing} {unexpected}")
    return model.float().eval()


def reference(rate: int) -> torch.Tensor:
    """[1, samples]. Of any quality: only its length counts."""
    with wave.open(str(FIXTURE)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
        times = np.arange(len(samples) * rate // file.getframerate()) / rate
        at = np.interp(times, np.arange(len(samples)) / file.getframerate(), samples)
    return torch.from_numpy(at.astype(np.float32)).unsqueeze(0)


class Synthesizer:
    rate = 32000

    def __init__(self, voice: Path, version: str) -> None:
        self.s2 = load(voice / f"{version}.pth", "SynthesizerTrn", set())

    def before(self):
        """What the TTS class works out ahead of the first stage, for `speak`."""

    def speak(self, codes, phones, prompt, prompt_phones, steps: int, vector) -> torch.Tensor:
        return self.s2.decode(codes, phones, [SPECTROGRAM], sv_emb=vector)


class ProSynthesizer(Synthesizer):
    def __init__(self, voice: Path, version: str) -> None:
        super().__init__(voice, version)
        import sv

        sv.sv_path = str(voice / "speaker.ckpt")
        self.speaker = sv.SV("cpu", False)
        self.recording = reference(16000)

    def before(self):
        return [self.speaker.compute_embedding3(self.recording)]


# Rate, that of the mel spectrogram, its window and hop; most frames of a prompt, and of prompt and chunk together.
FLOW_SHAPES = {"v3": (24000, 24000, 1024, 256, 468, 934), "v4": (48000, 32000, 1280, 320, 500, 1000)}


class FlowMatching:
    """v3 and v4."""

    def __init__(self, voice: Path, version: str) -> None:
        from module.mel_processing import mel_spectrogram_torch

        self.rate, mel_rate, window, hop, self.longest_prompt, self.room = FLOW_SHAPES[version]
        self.s2 = load(voice / f"{version}.pth", "SynthesizerTrnV3", {"linear_mel.weight", "linear_mel.bias"})
        self.vocoder = {"v3": self.bigvgan, "v4": self.hifigan}[version](voice).float().eval()
        self.recording = reference(mel_rate)
        self.mel = lambda audio: mel_spectrogram_torch(audio, window, 100, mel_rate, hop, window, 0, None, center=False)

    @staticmethod
    def bigvgan(voice: Path):
        from BigVGAN.bigvgan import BigVGAN, load_hparams_from_json

        vocoder = BigVGAN(load_hparams_from_json(voice / "bigvgan" / "config.json"))
        vocoder.remove_weight_norm()
        weights = torch.load(voice / "bigvgan" / "bigvgan_generator.pt", map_location="cpu")
        vocoder.load_state_dict(weights["generator"])
        return vocoder

    @staticmethod
    def hifigan(voice: Path):
        from module.models import Generator

        dilations = [[1, 3, 5]] * 3
        vocoder = Generator(100, "1", [3, 7, 11], dilations, [10, 6, 2, 2, 2], 512, [20, 12, 4, 4, 4], 0, is_bias=True)
        vocoder.remove_weight_norm()
        vocoder.load_state_dict(torch.load(voice / "vocoder.pth", map_location="cpu"))
        return vocoder

    def before(self):
        """Nothing."""

    def speak(self, codes, phones, prompt, prompt_phones, steps: int, _) -> torch.Tensor:
        known, style = self.s2.decode_encp(prompt, prompt_phones, SPECTROGRAM)
        mel = (self.mel(self.recording) + 12) / 14 * 2 - 1
        frames = min(mel.shape[2], known.shape[2])
        kept = min(frames, self.longest_prompt)
        mel, known = (x[:, :, :frames][:, :, -kept:] for x in (mel, known))
        wanted, _ = self.s2.decode_encp(codes, phones, SPECTROGRAM, style, 1)
        chunks = []
        for part in wanted.split(self.room - kept, 2):
            condition = torch.cat([known, part], 2).transpose(2, 1)
            length = torch.LongTensor([condition.size(1)])
            painted = self.s2.cfm.inference(condition, length, mel, steps, inference_cfg_rate=0)[:, :, mel.shape[2] :]
            mel, known = painted[:, :, -kept:], part[:, :, -kept:]
            chunks.append(painted)
        with torch.inference_mode():
            return self.vocoder((torch.cat(chunks, 2) + 1) / 2 * 14 - 12)


SECOND_STAGES = {"v2": Synthesizer, "v2ProPlus": ProSynthesizer, "v3": FlowMatching, "v4": FlowMatching}


def second_stage(voice: Path, version: str, upstream: Path):
    os.chdir(upstream)  # its speaker model looks for its parts from there
    return SECOND_STAGES[version](voice, version)
