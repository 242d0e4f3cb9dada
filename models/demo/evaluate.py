"""How well the voice is understood, beside its teacher: both say the same sentences, pocketsphinx writes them down."""

import argparse
import itertools
import json
import subprocess
from pathlib import Path

import soundfile

from teacher import RATE, TIMBRES, Teacher
from transcribe import Listener, Score, plain

HERE = Path(__file__).resolve().parent


def repeats(text: str, heard: str) -> list[str]:
    """Words that were heard twice in a row and are not so in the text."""

    def doubled(words: list[str]) -> set[str]:
        return {a for a, b in itertools.pairwise(words) if a == b}

    return sorted(doubled(heard.split()) - doubled(plain(text).split()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="for the recordings and transcripts")
    parser.add_argument("--sentences", type=Path, default=HERE / "held-out.txt")
    parser.add_argument("--voice", default="demo")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--chunks", default="sentence", help="fixed-token and token speak as streams in parts do")
    args = parser.parse_args()
    speak = ["npx", "tsx", HERE / "speak.ts", args.sentences.resolve(), args.out.resolve()]
    speak += ["--voice", args.voice, "--precision", args.precision, "--chunks", args.chunks]
    subprocess.run(speak, check=True, cwd=HERE.parent.parent)

    teacher, listener = Teacher(), Listener()
    ours, theirs = Score(), Score()
    ended, ratios, repeated = 0, [], []
    rows = [json.loads(line) for line in (args.out / "spoken.jsonl").read_text().splitlines()]
    with (args.out / "transcripts.tsv").open("w") as transcripts:
        for row in rows:
            text = row["text"]
            wave, rate = soundfile.read(args.out / row["file"], dtype="float32")
            heard = listener.hear(wave, rate)
            said = teacher.say(text, TIMBRES[0], 1)
            assert said is not None, text
            taught = listener.hear(said.wave, RATE)
            ours.add(text, heard)
            theirs.add(text, taught)
            ended += row["ended"]
            ratios.append(row["seconds"] / (len(said.wave) / RATE))
            repeated.extend(f"{word} ({text})" for word in repeats(text, heard))
            transcripts.write(f"{text}\t{heard}\t{taught}\n")
    count = len(rows)
    print(f"characters wrong: voice {ours.cer:.1%}, teacher {theirs.cer:.1%}")
    print(f"words wrong: voice {ours.wer:.1%}, teacher {theirs.wer:.1%}")
    print(f"ended by itself: {ended} of {count}")
    print(f"length beside the teacher's: mean {sum(ratios) / count:.2f}, most {max(ratios):.2f}")
    print(f"words heard twice: {repeated or 'none'}")


if __name__ == "__main__":
    main()
