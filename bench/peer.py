"""Upstream's own code on a CPU: eager torch, float32, its own loops. One measurement a line on request.

    python bench/peer.py DIR_OF_UPSTREAM VOICE_DIR VERSION THREADS

v2 needs numpy and torch beside what upstream's `AR` and `module` packages import; v3 and v4 librosa and huggingface_hub
too. Answers a line with a JSON object, so that the two sides take turns in one run:
    {"measure": "tokens", "phones": [...], "prompt": [...], "steps": N}    s1: seconds of the prompt and of N steps
    {"measure": "wave", "phones": [...], "codes": [...]}                   s2 of v2: seconds; "to": a file for the samples without noise
    {"measure": "speech", "phones": [...], "prompt": [...], "text": [...], "steps": N, "sampleSteps": N}    both, one after the other
"""

import json
import os
import sys
import time
import types
from pathlib import Path

import torch
from peer_second_stage import SPECTROGRAM, second_stage


def import_upstream(folder: Path) -> None:
    """Checkpoints name `utils.HParams`; the module of that name in upstream imports much that synthesis does not need."""
    sys.path[:0] = [str(folder / "GPT_SoVITS"), str(folder)]
    module = types.ModuleType("utils")
    module.HParams = type("HParams", (), {"__module__": "utils"})
    sys.modules["utils"] = module


def load_s1(path: Path):
    from AR.models.t2s_model import Text2SemanticDecoder

    checkpoint = torch.load(path, map_location="cpu", weights_only=False)
    model = Text2SemanticDecoder(config=checkpoint["config"], top_k=3)
    model.load_state_dict({name.removeprefix("model."): value for name, value in checkpoint["weight"].items()})
    return model.float().eval()


class Peer:
    def __init__(self, upstream: Path, voice: Path, version: str) -> None:
        self.s1 = load_s1(voice / "voice.ckpt")
        self.second = second_stage(voice, version, upstream)
        self.first_prediction = 0.0
        self.s1.ar_predict_layer.register_forward_pre_hook(self.on_prediction)

    def on_prediction(self, *_) -> None:
        if self.first_prediction == 0.0:
            self.first_prediction = time.perf_counter()

    def sample(self, phones: list[int], prompt: list[int], steps: int):
        x = torch.tensor([phones])
        self.first_prediction = 0.0
        return next(
            self.s1.infer_panel_naive(
                x,
                torch.tensor([x.size(1)]),
                torch.tensor([prompt]),
                torch.zeros(1, 1024, x.size(1)),
                top_k=15,
                top_p=1,
                early_stop_num=steps,
                temperature=1,
                repetition_penalty=1.35,
            )
        )

    def tokens(self, request: dict) -> dict:
        start = time.perf_counter()
        y, _ = self.sample(request["phones"], request["prompt"], request["steps"])
        end = time.perf_counter()
        # The first token comes of the prompt, each further one of a step.
        count = y.size(1) - len(request["prompt"]) - 1
        return {"prefill": self.first_prediction - start, "decode": end - self.first_prediction, "tokens": count}

    def wave(self, request: dict) -> dict:
        codes, text = torch.tensor([[request["codes"]]]), torch.tensor([request["phones"]])
        noise = 0.0 if "to" in request else 0.5
        start = time.perf_counter()
        wave = self.second.s2.decode(codes, text, SPECTROGRAM, noise_scale=noise)
        seconds = time.perf_counter() - start
        if "to" in request:
            wave.flatten().numpy().astype("<f4").tofile(request["to"])
        return {"seconds": seconds}

    def speech(self, request: dict) -> dict:
        prompt, phones, text = request["prompt"], request["phones"], request["text"]
        start = time.perf_counter()
        given = self.second.before()
        y, _ = self.sample(phones, prompt, request["steps"] - 1)
        codes = y[:, len(prompt) :].unsqueeze(0)
        known = torch.tensor([[prompt]]), torch.tensor([phones[: -len(text)]])
        wave = self.second.speak(codes, torch.tensor([text]), *known, request["sampleSteps"], given)
        return {"seconds": time.perf_counter() - start, "audio": wave.numel() / self.second.rate}


def main() -> None:
    upstream, voice = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    version, threads = sys.argv[3], int(sys.argv[4])
    torch.set_num_threads(threads)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # upstream prints
    import_upstream(upstream)
    torch.manual_seed(0)
    peer = Peer(upstream, voice, version)
    measures = {"tokens": peer.tokens, "wave": peer.wave, "speech": peer.speech}
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), file=answers, flush=True)
    with torch.no_grad():
        for line in sys.stdin:
            request = json.loads(line)
            before = time.process_time()
            answer = measures[request["measure"]](request)
            print(json.dumps(answer | {"cpu": time.process_time() - before}), file=answers, flush=True)


if __name__ == "__main__":
    main()
