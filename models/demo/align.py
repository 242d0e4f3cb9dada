"""Which of our phones sounds in each unit of the teacher's speech: two spellings of one sentence, aligned."""

import numpy as np

# ARPAbet -> the teacher's alphabet
SOUNDS = {
    "AA": "ɑ", "AE": "æ", "AH": "ə", "AO": "ɔ", "AW": "W", "AY": "I", "EH": "ɛ", "ER": "əɹ", "EY": "A", "IH": "ɪ",
    "IY": "i", "OW": "O", "OY": "Y", "UH": "ʊ", "UW": "u", "B": "b", "CH": "ʧ", "D": "d", "DH": "ð", "F": "f",
    "G": "ɡ", "HH": "h", "JH": "ʤ", "K": "k", "L": "l", "M": "m", "N": "n", "NG": "ŋ", "P": "p", "R": "ɹ", "S": "s",
    "SH": "ʃ", "T": "t", "TH": "θ", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip
SAME = {"ʌ": "ə", "ɜ": "ə", "ᵊ": "ə", "ɐ": "ə", "ɾ": "t", "T": "t", "ᵻ": "ɪ", "Q": "O", "a": "ɑ", "ɒ": "ɑ", "ɚ": "ə"}
VOWELS = set("ɑæəɔWIɛAɪiOYʊu")
MARKS = set(",.?!;:—…-")
SILENT = set(" ˈˌː“”\"()'")
GAP = 0.9


def cost(a: str, b: str) -> float:
    if a == b:
        return 0.0
    if (a in MARKS) != (b in MARKS):
        return 3.0
    if a in MARKS:
        return 0.2
    return 0.5 if (a in VOWELS) == (b in VOWELS) else 2.0


def spell(phones: list[str]) -> list[tuple[str, int]]:
    """Our phones as sounds, each with the index of its phone."""
    spelled = []
    for index, phone in enumerate(phones):
        sounds = SOUNDS.get(phone.rstrip("012"), phone if phone in MARKS else "")
        spelled.extend((sound, index) for sound in sounds)
    return spelled


def align(phones: list[str], symbols: str, durations: np.ndarray) -> tuple[np.ndarray, float]:
    """-> int16 [units], the index of the phone that sounds, never falling; and the mean cost of a sound."""
    ours = spell(phones)
    theirs = [(SAME.get(s, s), i) for i, s in enumerate(symbols) if s not in SILENT]
    n, m = len(ours), len(theirs)
    best = np.zeros((n + 1, m + 1))
    best[:, 0] = GAP * np.arange(n + 1)
    best[0] = GAP * np.arange(m + 1)
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            match = best[i - 1, j - 1] + cost(ours[i - 1][0], theirs[j - 1][0])
            best[i, j] = min(match, best[i - 1, j] + GAP, best[i, j - 1] + GAP)
    phone_of: dict[int, int] = {}
    i, j = n, m
    while i > 0 and j > 0:
        if best[i, j] == best[i - 1, j - 1] + cost(ours[i - 1][0], theirs[j - 1][0]):
            phone_of[theirs[j - 1][1]] = ours[i - 1][1]
            i, j = i - 1, j - 1
        elif best[i, j] == best[i, j - 1] + GAP:
            j -= 1
        else:
            i -= 1
    indices = np.full(len(symbols), -1)
    for symbol, phone in phone_of.items():
        indices[symbol] = phone
    # A mark of stress sounds as what follows it, anything else without a phone as what went before.
    for k in range(len(symbols) - 2, -1, -1):
        if symbols[k] in "ˈˌ" or (k == 0):
            indices[k] = indices[k + 1]
    indices = np.maximum.accumulate(np.maximum(indices, 0))
    return np.repeat(indices, durations).astype(np.int16), float(best[n, m] / max(n, 1))
