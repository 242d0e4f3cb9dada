"""Has the teacher say the recordings that come with the voice: VOICE/{heart,low}.wav, and names them in voice.json."""

import json
import sys
from pathlib import Path

import numpy as np
import soundfile

from synthesize import SILENCE, spoken_range
from teacher import RATE, TIMBRES, UNIT, Teacher

TEXTS = {
    "heart": "The sun rose slowly over the quiet village, and the birds began to sing.",
    "low": "We walked along the river until evening, and talked about the summer.",
}
DESCRIPTION = (
    "A small synthetic demo voice, trained from nothing in a few hours on one processor core with speech that a "
    "program made. It shows that everything works; it has not the quality of a real GPT-SoVITS voice."
)


def main() -> None:
    voice = Path(sys.argv[1])
    teacher = Teacher()
    references = []
    for (name, text), timbre in zip(TEXTS.items(), TIMBRES):
        said = teacher.say(text, timbre, 1)
        assert said is not None
        first, last = spoken_range(said.wave)
        wave = said.wave[max(first - SILENCE, 0) * UNIT : (last + SILENCE) * UNIT]
        soundfile.write(voice / f"{name}.wav", np.clip(wave, -1, 1), RATE, "PCM_16")
        references.append({"audio": f"{name}.wav", "text": text, "language": "en", "speaker": name})
        print(f"{name}: {len(wave) / RATE:.2f} s")
    described = {
        "format": 1,
        "description": DESCRIPTION,
        "checkpoints": {"gpt": "gpt.ckpt", "sovits": "sovits.pth", "hubert": "hubert"},
        "references": references,
    }
    (voice / "voice.json").write_text(json.dumps(described, indent=2) + "\n")


if __name__ == "__main__":
    main()
