"""Scripts the networks into weightless blueprints: python3 models/export.py OUT_DIR [--only s1,hubert]

Needs torch; only developers run it. Writes NAME.pt and NAME.json for each network, and manifest.json with the SHA-256
of every source and file. The same sources and torch version give the same bytes.
"""

import argparse
import hashlib
import importlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import torch

from spec import specification

NETWORKS = ["s1", "s2", "s2_pro", "eres2net", "s2_v3", "bigvgan", "hifigan", "ap_bwe", "hubert", "bert"]
HERE = Path(__file__).parent
HASH_SEED = "3"  # torch writes the constants of a class in the order of a Python set


def blueprint(name: str) -> bytes:
    network = importlib.import_module(name).NETWORK
    scripted = torch.jit.script(network.module().eval())
    buffer = io.BytesIO()
    torch.jit.save(scripted, buffer)
    return without_debug_records(buffer, name)


def without_debug_records(archive: io.BytesIO, name: str) -> bytes:
    """The archive without the paths of this machine that torch writes for its error messages, under one root folder."""
    result = io.BytesIO()
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_STORED) as new:
        for record in old.infolist():
            inner = record.filename.split("/", 1)[1]
            if not inner.endswith(".debug_pkl") and inner != ".data/serialization_id":
                new.writestr(zipfile.ZipInfo(f"{name}/{inner}"), old.read(record))  # dated 1980
    return result.getvalue()


def as_json(value: dict) -> str:
    """Indented, but a tensor's row stays on one line."""
    rows = [json.dumps(row) for row in value.pop("tensors", [])]
    text = json.dumps(value, indent=2)
    if rows:
        text = text[:-2] + ',\n  "tensors": [\n    ' + ",\n    ".join(rows) + "\n  ]\n}"
    return text + "\n"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def manifest(out: Path) -> dict:
    sources = sorted(HERE.glob("*.py"))
    files = sorted(path for name in NETWORKS for path in [out / f"{name}.pt", out / f"{name}.json"])
    return {
        "torch": torch.__version__.split("+")[0],
        "sources": {path.name: digest(path.read_bytes()) for path in sources if path.name not in TOOLS},
        "files": {path.name: digest(path.read_bytes()) for path in files},
    }


TOOLS = ["fill.py", "parity.py", "parity_v3.py"]  # they read blueprints and do not shape them


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default=",".join(NETWORKS), help="comma-separated names of networks")
    arguments = parser.parse_args()
    names = arguments.only.split(",")
    arguments.out.mkdir(parents=True, exist_ok=True)
    if len(names) == 1:
        name = names[0]
        network = importlib.import_module(name).NETWORK
        (arguments.out / f"{name}.pt").write_bytes(blueprint(name))
        (arguments.out / f"{name}.json").write_text(as_json(specification(network, f"{name}.pt")))
        return
    environment = os.environ | {"PYTHONHASHSEED": HASH_SEED}
    for name in names:  # a process each: torch numbers the classes of a process, and the numbers go into the file
        subprocess.run([sys.executable, __file__, arguments.out, "--only", name], check=True, env=environment)
    if names == NETWORKS:
        (arguments.out / "manifest.json").write_text(as_json(manifest(arguments.out)))


if __name__ == "__main__":
    main()
