"""genie-tts on a CPU: its converter, its ONNX sessions and its loop, one sentence a line on request, as bench/peer.py.

    python bench/genie_peer.py VOICE_DIR THREADS        (genie-tts and, for its converter, torch)

Its phonemes and the features of the reference are given, so it needs none of the files that it downloads. What says that a
sentence has ended is answered here, at the number of tokens that the other sides make.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np

SAMPLE_RATE = 32000
REFERENCE_SECONDS = 4


def import_genie(work: Path):
    """It looks for its data on import, and writes a cache where it is started."""
    (work / "chinese-hubert-base").mkdir()
    (work / "speaker_encoder.onnx").touch()
    os.environ["GENIE_DATA_DIR"] = str(work)
    os.chdir(work)
    from genie_tts.Converter.Converter import convert
    from genie_tts.Core import Inference
    from genie_tts.ModelManager import model_manager

    return convert, model_manager, Inference


class Ending:
    """The session of a step, whose third output is true at the last token."""

    def __init__(self, session) -> None:
        self.session, self.left = session, 0

    def get_inputs(self):
        return self.session.get_inputs()

    def run(self, names, feed):
        outputs = self.session.run(names, feed)
        outputs[2] = self.left == 0
        self.left -= 1
        return outputs


class Genie:
    def __init__(self, voice: Path, work: Path) -> None:
        convert, models, self.inference = import_genie(work)
        convert(str(voice / "voice.ckpt"), str(voice / "v2.pth"), str(work / "voice"))
        if not models.load_character("voice", str(work / "voice"), "English"):
            raise SystemExit("genie-tts did not load what it converted")
        self.model = models.get("voice")
        self.step = Ending(self.model.T2S_STAGE_DECODER)
        self.client = self.inference.GENIE()
        random = np.random.RandomState(0)
        self.features = random.randn(1, 768, 50 * REFERENCE_SECONDS).astype(np.float32)
        self.recording = 0.1 * random.randn(1, SAMPLE_RATE * REFERENCE_SECONDS).astype(np.float32)

    def speech(self, request: dict) -> dict:
        phones, text = request["phones"], request["text"]
        sequence = lambda ids: (np.array([ids]), np.zeros((len(ids), 1024), np.float32))
        self.inference.get_phones_and_bert = lambda *_, **__: sequence(text)
        known, bert = sequence(phones[: -len(text)])
        prompt = SimpleNamespace(phonemes_seq=known, text_bert=bert, ssl_content=self.features, audio_32k=self.recording)
        self.step.left = request["steps"]
        model = self.model
        start = time.perf_counter()
        wave = self.client.tts("", prompt, model.T2S_ENCODER, model.T2S_FIRST_STAGE_DECODER, self.step, model.VITS, None)
        return {"seconds": time.perf_counter() - start, "audio": wave.size / SAMPLE_RATE}


def main() -> None:
    voice, threads = Path(sys.argv[1]).resolve(), int(sys.argv[2])
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])  # its sessions take every core they are given
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # it prints
    with tempfile.TemporaryDirectory() as work:
        genie = Genie(voice, Path(work))
    from importlib.metadata import version

    print(json.dumps({"genie": version("genie-tts")}), file=answers, flush=True)
    for line in sys.stdin:
        before = time.process_time()
        answer = genie.speech(json.loads(line))
        print(json.dumps(answer | {"cpu": time.process_time() - before}), file=answers, flush=True)


if __name__ == "__main__":
    main()
