"""Has the teacher say every piece: pieces.jsonl -> CORPUS/{wave.i16,f0.f16,phone.i16,sound.u8,index.jsonl}."""

import argparse
import json
from pathlib import Path

import numpy as np

from align import align
from teacher import RATE, TIMBRES, UNIT, Teacher

SILENCE = 4  # units kept before and after the speech
QUIET = 0.003
MOST_SECONDS = 11.0
WORST_COST = 0.3  # of a sound: beyond it the two readings differ too much
LOWER_SHARE = 0.4


def spoken_range(wave: np.ndarray) -> tuple[int, int]:
    """First and last unit with sound."""
    units = wave[: len(wave) // UNIT * UNIT].reshape(-1, UNIT)
    loud = np.nonzero(np.sqrt(np.square(units).mean(1)) > QUIET)[0]
    return (int(loud[0]), int(loud[-1]) + 1) if len(loud) else (0, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pieces", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--most", type=int)
    args = parser.parse_args()
    args.corpus.mkdir(parents=True, exist_ok=True)
    teacher = Teacher()
    rng = np.random.default_rng(1)
    names = ("wave.i16", "f0.f16", "phone.i16", "sound.u8")
    files = {name: (args.corpus / name).open("wb") for name in names}
    unit, kept, dropped = 0, 0, 0
    with (args.corpus / "index.jsonl").open("w") as index:
        for number, line in enumerate(args.pieces.read_text().splitlines()[: args.most]):
            piece = json.loads(line)
            voice = int(rng.random() < LOWER_SHARE)
            said = teacher.say(piece["text"], TIMBRES[voice], number)
            phones, worth = align(piece["phones"], said.symbols, said.durations) if said else ([], 9.0)
            if said is None or worth > WORST_COST or len(said.wave) > MOST_SECONDS * RATE:
                dropped += 1
                continue
            first, last = spoken_range(said.wave)
            start, end = max(first - SILENCE, 0), min(last + SILENCE, len(said.wave) // UNIT)
            if end - start < 12:
                dropped += 1
                continue
            sounds = np.repeat([ord(c) for c in said.symbols], said.durations)[start:end]
            wave = said.wave[start * UNIT : end * UNIT].clip(-1, 1) * 32767
            files["wave.i16"].write(wave.astype(np.int16).tobytes())
            files["f0.f16"].write(said.f0[2 * start : 2 * end].astype(np.float16).tobytes())
            files["phone.i16"].write(phones[start:end].astype(np.int16).tobytes())
            files["sound.u8"].write(np.array([sound_number(s, teacher) for s in sounds], np.uint8).tobytes())
            entry = {"start": unit, "units": end - start, "voice": voice, "text": piece["text"], "ids": piece["ids"]}
            index.write(json.dumps(entry) + "\n")
            unit += end - start
            kept += 1
            if kept % 500 == 0:
                print(f"{kept} pieces, {dropped} dropped, {unit * UNIT / RATE / 3600:.2f} h", flush=True)
    print(f"{kept} pieces, {dropped} dropped, {unit * UNIT / RATE / 3600:.2f} h")


def sound_number(code: int, teacher: Teacher) -> int:
    """The teacher's number of a sound; 0 is silence."""
    return int(teacher.hibari.vocab.get(chr(code), 0)) if code != 32 else 0


if __name__ == "__main__":
    main()
