"""Writes the sentences of the corpus: WordNet's example sentences, and templates for what those lack."""

import argparse
import json
import random
import re
from pathlib import Path

EXAMPLE = re.compile(r'"([^"]+)"')
PLAIN = re.compile(r"[A-Za-z][A-Za-z ,;'?!.-]*")
# A voice that anybody may try first says nothing that one would not say to a child.
UNFIT = re.compile(
    r"\b(sex|breast|nipple|nude|naked|lust|erotic|whore|prostitut|rape|rapist|molest|genital|penis|vagina|virgin|orgasm|"
    r"porn|seduc|brothel|lover|mistress|bastard|bitch|damn|hell\b|shit|crap|piss|ass\b|arse|fuck|cock|dick|slut|fag|"
    r"queer|nigg|negro|jew|gypsy|gyps|kill|murder|slay|slain|massacre|slaughter|behead|execut|assassin|suicid|hang(ed|ing)|"
    r"tortur|corpse|dead|death|die|dies|died|dying|blood|bleed|wound|stab|shot\b|shoot|gun|rifle|pistol|bomb|weapon|bullet|"
    r"terror|war\b|drug|heroin|cocaine|opium|marijuana|addict|drunk|alcohol|whisk|beer|wine|vodka|gin\b|liquor|booze|"
    r"cigar|smok|tobacco|gambl|nazi|hitler|slave|racis|hate|terroris|abus|victim|crime|criminal|prison|jail|rob|thief|"
    r"cancer|aids|tumor|disease|vomit|urin|feces|excrement|abort|womb|pregnan|menstru|circumcis|castrat|devil|satan|"
    r"stupid|idiot|moron|fool|ugly|fat\b|dumb|god|christ|jesus|allah|muslim|islam|bible|communis|fascis|"
    r"punish|beat(en|ing)?\b|whip|fight|fought|attack|enemy|enemies|soldier|troop|army|destroy|hurt|slash|pain|cruel|violen)\w*",
    re.IGNORECASE,
)

WORDS: dict[str, list[str]] = json.loads((Path(__file__).parent / "words.json").read_text())


def wordnet(folder: Path) -> list[str]:
    """Examples of three words or more, as sentences."""
    found: dict[str, None] = {}
    for part in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"data.{part}").read_text(encoding="latin-1").splitlines():
            for text in EXAMPLE.findall(line.partition(" | ")[2]):
                text = text.strip().rstrip(";,").replace("; ", ", ")
                if not PLAIN.fullmatch(text) or UNFIT.search(text) or not 3 <= len(text.split()) <= 24:
                    continue
                if re.search(r"\b[A-Z]{2,}\b|\b\w\.|--|\b[A-Za-z]\b(?<![aAI])(?<!O)|\.\.", text):
                    continue  # abbreviations and letters, which two readers say in two ways
                text = text[0].upper() + text[1:]
                found[text if text[-1] in ".?!" else f"{text}."] = None
    return list(found)


def template(rng: random.Random) -> str:
    """One sentence of everyday words."""

    fields = {}
    for kind, letters in {"names": "nm", "things": "tu", "places": "pq", "adjectives": "ab", "numbers": "kl"}.items():
        fields.update(zip(letters, rng.sample(WORDS[kind], 2)))
    verb, time = rng.choice(WORDS["verbs"]), rng.choice(WORDS["times"])
    text = rng.choice(WORDS["templates"]).format(**fields, v=verb, w=time)
    return re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    parser.add_argument("--held-out", type=Path, default=Path(__file__).parent / "held-out.txt")
    parser.add_argument("--count", type=int, default=23000)
    args = parser.parse_args()
    rng = random.Random(1)
    examples = wordnet(args.wordnet)
    rng.shuffle(examples)
    held_out = examples[:60] + [template(rng) for _ in range(40)]
    if not args.held_out.exists():
        args.held_out.write_text("\n".join(held_out) + "\n")
    kept = set(args.held_out.read_text().splitlines())
    # most examples are of three or four words: the longer ones teach more
    examples = [text for text in examples[60:] if len(text.split()) > 5 or rng.random() < 0.15]
    sentences = [*WORDS["short"], *examples[: int(args.count * 0.75)], *(template(rng) for _ in range(args.count // 4))]
    sentences = [text for text in dict.fromkeys(sentences) if text not in kept]
    rng.shuffle(sentences)
    args.output.write_text("\n".join(sentences) + "\n")
    print(f"{len(sentences)} sentences, {len(examples)} examples were to be had")


if __name__ == "__main__":
    main()
