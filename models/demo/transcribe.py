"""What pocketsphinx understands, and how far that is from the text.

As a command: WAV files of 16-bit samples -> a line of text for each.
"""

import re
import sys
import wave as wave_file

import numpy as np
from pocketsphinx import Decoder


def plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower().replace("-", " ")).split())


def distance(a: list[str] | str, b: list[str] | str) -> int:
    """Edits that turn one into the other."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]


class Listener:
    def __init__(self) -> None:
        self.decoders: dict[int, Decoder] = {}

    def hear(self, wave: np.ndarray, rate: int) -> str:
        """wave: float in -1..1, at 16 kHz or more."""
        if rate not in self.decoders:
            self.decoders[rate] = Decoder(samprate=rate, loglevel="FATAL")
        decoder = self.decoders[rate]
        peak = max(float(np.abs(wave).max()), 1e-9)
        samples = (wave / peak * 0.7 * 32767).astype(np.int16)
        decoder.reinit_feat()  # what was heard before says nothing about this one
        decoder.start_utt()
        decoder.process_raw(samples.tobytes(), full_utt=True)
        decoder.end_utt()
        return plain(decoder.hyp().hypstr if decoder.hyp() else "")


class Score:
    """Error rates over many sentences, by the total of characters and of words."""

    def __init__(self) -> None:
        self.characters = self.character_errors = self.words = self.word_errors = 0

    def add(self, text: str, heard: str) -> None:
        text = plain(text)
        self.characters += len(text)
        self.character_errors += distance(text, heard)
        self.words += len(text.split())
        self.word_errors += distance(text.split(), heard.split())

    @property
    def cer(self) -> float:
        return self.character_errors / max(self.characters, 1)

    @property
    def wer(self) -> float:
        return self.word_errors / max(self.words, 1)


def main() -> None:
    listener = Listener()
    for path in sys.argv[1:]:
        with wave_file.open(path) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32)
            print(listener.hear(samples / 32768, file.getframerate()))


if __name__ == "__main__":
    main()
