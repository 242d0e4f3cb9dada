"""Writes full-size voices of random weights, one of every version, in the formats that users bring (about 3 GB).

    python bench/make_versions.py OUTPUT_DIR        (numpy and torch)

VERSION.pth of each version, gpt_v1.ckpt and gpt_v2.ckpt, and the networks that voices share, as make_voice.py makes them.
What is there already stays.
"""

import sys
from pathlib import Path

import make_voice
from make_voice import PRO_SIZES, S2_SIZES, SECOND_STAGES

SECOND_STAGES |= {
    "v1": ("s2", {}, {**S2_SIZES, "bins": 1025, "phones": 322}, b"PK"),
    "v2Pro": ("s2_pro", {"gin_channels": 1024}, {**PRO_SIZES, "channels": S2_SIZES["channels"]}, b"05"),
}
PHONES = {"gpt_v1.ckpt": 512, "gpt_v2.ckpt": 732}


def gpt(path: Path) -> None:
    make_voice.GPT_MODEL["phoneme_vocab_size"] = PHONES[path.name]
    make_voice.gpt(path)


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    makers = {name: gpt for name in PHONES} | {"hubert": make_voice.hubert}
    makers |= {name: write for parts in make_voice.PARTS.values() for name, write in parts.items()}
    makers |= {f"{version}.pth": make_voice.sovits for version in SECOND_STAGES}
    for name, write in makers.items():
        if not (out / name).exists():
            write(out / name)


if __name__ == "__main__":
    main()
