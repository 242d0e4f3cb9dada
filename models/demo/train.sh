#!/usr/bin/env bash
# Makes the demo voice from nothing: models/demo/train.sh WORK [MINUTES]. Stopped, it goes on where it was.
# Needs the packages of requirements.txt, Node with this repository's dependencies, and WordNet's files
# (Debian: wordnet-base). MINUTES is the whole training time on two cores, 240 by default.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${1:?where to keep corpus and checkpoints}
minutes=${2:-240}
python=${PYTHON:-python3}
corpus=$work/corpus
part() { echo $((minutes * $1 / 100)); } # per cent of the time
once() { # NAME COMMAND...: runs it unless it has run to its end before
  local mark=$work/$1.done
  shift
  [ -e "$mark" ] || { "$@" && touch "$mark"; }
}

mkdir -p "$work"
cd "$here"
once sentences "$python" sentences.py "$work/sentences.txt"
once phones npx tsx phones.ts "$work/sentences.txt" "$work/pieces.jsonl"
once corpus "$python" synthesize.py "$work/pieces.jsonl" "$corpus"
once features "$python" features.py "$corpus"
once reader "$python" train_reader.py "$corpus" "$work" --minutes "$(part 3)"
# The generator learns beside the encoder, then s1 beside s2.
once generator "$python" train_generator.py "$corpus" "$work" --minutes "$(part 25)" &
once encoder "$python" train_encoder.py "$corpus" "$work" --minutes "$(part 18)"
once codes "$python" codes.py "$corpus" "$work"
wait
once s1 "$python" train_s1.py "$corpus" "$work" --minutes "$(part 70)" &
once drawn "$python" draw.py "$corpus" "$work" --minutes "$(part 45)" &
once s2 "$python" train_s2.py "$corpus" "$work" --minutes "$(part 70)"
wait
"$python" references.py voice
"$python" export.py "$work" voice --sharpness 3
