"""Fills a blueprint from a checkpoint, as the native importer does: python3 models/fill.py NAME CHECKPOINT OUT.pt

CHECKPOINT is a .ckpt or .pth file of the training program, or a folder of Hugging Face's layout. A developer's tool:
it follows the same specification by other code, so that the two can be held against each other.
"""

import argparse
import ast
import io
import itertools
import json
import operator
import re
from collections.abc import Collection
from fnmatch import fnmatchcase
from pathlib import Path

import torch
from torch import Tensor

BLUEPRINTS = Path(__file__).parent / "blueprints"
OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.floordiv,
    ast.Mod: operator.mod,
}


class UnboundError(Exception):
    """An expression uses a name that neither the config nor a tensor has given a value."""


class HParams:
    """Stands for the class of that name in which the training program keeps a config."""


def plain(value: object) -> object:
    if isinstance(value, HParams):
        value = vars(value)
    return {key: plain(item) for key, item in value.items()} if isinstance(value, dict) else value


def read_checkpoint(path: Path) -> tuple[dict[str, Tensor], dict]:
    """The tensors as stored and the config as nested dicts."""
    if path.is_dir():
        tensors = torch.load(path / "pytorch_model.bin", map_location="cpu", weights_only=True)
        return tensors, json.loads((path / "config.json").read_text())
    content = b"PK" + path.read_bytes()[2:]  # some versions write their own two bytes there
    with torch.serialization.safe_globals([(HParams, "utils.HParams")]):
        checkpoint = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    if "weight" not in checkpoint:  # of a vocoder or the speaker model; what config there is lies beside it
        path = path.parent / "config.json"
        config = json.loads(path.read_text()) if path.exists() else {}
        return checkpoint.get("generator", checkpoint), config
    return checkpoint["weight"], plain(checkpoint["config"])


LORA_PREFIX = "cfm.base_model.model."
LORA_PARTS = [".lora_A.default.weight", ".lora_B.default.weight"]


def merge_lora(base: dict[str, Tensor], voice: dict[str, Tensor], rank: int) -> dict[str, Tensor]:
    """A LoRA file over its base: whole tensors replace the base's, pairs of low rank are added to them."""
    merged = dict(base)
    pairs: dict[str, list[Tensor | None]] = {}
    for name, tensor in voice.items():
        name = name.replace(LORA_PREFIX, "cfm.", 1)
        part = next((i for i, suffix in enumerate(LORA_PARTS) if name.endswith(suffix)), None)
        if part is None:
            merged[name] = tensor
        else:
            pairs.setdefault(name.removesuffix(LORA_PARTS[part]) + ".weight", [None, None])[part] = tensor
    for name, (a, b) in pairs.items():
        if a is None or b is None or a.size(0) != rank or b.size(1) != rank:
            raise ValueError(f"{name}: its two LoRA matrices do not belong together")
        merged[name] = base[name].float() + b.float() @ a.float()  # alpha is the rank, so their product has no factor
    return merged


class Symbols:
    """Values of the names in expressions: attributes, dims and loop indices, and sizes bound by tensors."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}

    def evaluate(self, expression: str) -> int:
        return self._value(ast.parse(expression, mode="eval").body)

    def matches(self, expression: str, size: int) -> bool:
        """Whether `size` is what the expression says; a name alone that has no value yet takes it."""
        try:
            return self.evaluate(expression) == size
        except UnboundError as error:
            key = self._key(ast.parse(expression, mode="eval").body)
            if key is None:
                raise error
            self.values[key] = size
            return True

    def _key(self, node: ast.AST) -> str | None:
        if isinstance(node, ast.Name):
            return node.id
        return f"{node.value.id}[{self._value(node.slice)}]" if isinstance(node, ast.Subscript) else None

    def _value(self, node: ast.AST) -> int:
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](self._value(node.left), self._value(node.right))
        if isinstance(node, ast.Call):  # len(name)
            return len(self.values[node.args[0].id])
        key = self._key(node)
        if isinstance(node, ast.Subscript) and isinstance(self.values.get(node.value.id), list):
            elements, index = self.values[node.value.id], self._value(node.slice)
            if index >= len(elements):
                raise UnboundError(f"{key} has no value")
            return elements[index]
        if key not in self.values:
            raise UnboundError(f"{key} has no value")
        return int(self.values[key])


def look_up(config: dict, path: str) -> object:
    for part in path.split("."):
        if not isinstance(config, dict) or part not in config:
            return None
        config = config[part]
    return config


def attribute_value(row: dict, config: dict, symbols: Symbols) -> object:
    value = look_up(config, row["from"])
    if value is None:
        value = row.get("default")
    if value is None:
        raise ValueError(f"config has no {row['from']}")
    if "equals" in row:
        return value == row["equals"]
    if row["type"] == "float":
        return float(value)
    if isinstance(value, list) and not 1 <= len(value) <= row["max_length"]:
        raise ValueError(f"{row['from']} has {len(value)} elements, supported are 1 to {row['max_length']}")
    if "min_inner_length" in row and min(map(len, value)) < symbols.evaluate(row["min_inner_length"]):
        raise ValueError(f"{row['from']} has a list of under {symbols.evaluate(row['min_inner_length'])} elements")
    for element in flat(value):
        if not row.get("minimum", element) <= element <= row.get("maximum", element):
            raise ValueError(f"{row['from']} is {element}, supported are {row.get('minimum')} to {row.get('maximum')}")
    return value


def flat(value: object) -> list:
    return [leaf for item in value for leaf in flat(item)] if isinstance(value, list) else [value]


def count(row: dict, names: Collection[str]) -> int:
    """How many layers from 0 on have the tensor that the row names."""
    found = next(i for i in itertools.count() if row["tensor"].replace("{}", str(i)) not in names)
    if not 1 <= found <= row["maximum"]:
        raise ValueError(f"the file has {found} of {row['tensor']}, supported are 1 to {row['maximum']}")
    return found


def configure(spec: dict, config: dict, names: Collection[str] = ()) -> tuple[dict, Symbols]:
    """The module's attributes, and the names that they and the config's dims give to expressions.

    names: of the file's tensors.
    """
    symbols = Symbols()
    attributes: dict[str, object] = {}
    for row in spec["attributes"]:
        attributes[row["name"]] = symbols.values[row["name"]] = attribute_value(row, config, symbols)
    for row in spec["counts"]:
        attributes[row["name"]] = symbols.values[row["name"]] = count(row, names)
    for row in spec["requires"]:
        value = look_up(config, row["from"])
        if value is not None and value != row["equals"]:
            raise ValueError(f"{row['from']} is {value!r}, supported is {row['equals']!r}")
    for row in spec["dims"]:
        value = look_up(config, row["from"])
        if value is not None or "default" in row:
            symbols.values[row["name"]] = row["default"] if value is None else value
    return attributes, symbols


def rename(spec: dict, name: str) -> str:
    for prefix in spec["rename"]["prefixes"]:
        name = name.removeprefix(prefix)
    for suffix in spec["rename"]["suffixes"]:
        if name.endswith(suffix["from"]):
            name = name.removesuffix(suffix["from"]) + suffix["to"]
    return name


def fold_weight_norm(spec: dict, name: str, tensors: dict[str, Tensor]) -> Tensor | None:
    """The weight that a norm and a direction in the file stand for; takes both out of `tensors`."""
    if spec["weight_norm"] is None or not name.endswith(".weight"):
        return None
    dim = spec["weight_norm"]["dim"]
    for norm, direction in spec["weight_norm"]["pairs"]:
        g, v = (name.removesuffix("weight") + suffix for suffix in (norm, direction))
        if g in tensors and v in tensors:
            g, v = tensors.pop(g).float(), tensors.pop(v).float()
            want = [size if axis == dim else 1 for axis, size in enumerate(v.shape)]
            if list(g.shape) != want:
                raise ValueError(f"{name}: the norm is {list(g.shape)}, its direction needs {want}")
            return v * (g / v.norm(dim=[axis for axis in range(v.dim()) if axis != dim], keepdim=True))
    return None


def wanted(spec: dict, symbols: Symbols):
    """Every tensor that a checkpoint of this config must hold: its name and the expressions of its sizes."""
    for row in spec["tensors"]:
        loops = row["loops"]
        ranges = [range(symbols.evaluate(loop["start"]), symbols.evaluate(loop["end"])) for loop in loops]
        for indices in itertools.product(*ranges):
            symbols.values |= {loop["index"]: index for loop, index in zip(loops, indices, strict=True)}
            yield re.sub(r"\{(.*?)\}", lambda match: str(symbols.evaluate(match[1])), row["name"]), row["shape"]


def shape_of(expressions: list[str], shape: list[int], symbols: Symbols) -> list[int]:
    """The shape that is needed, where a name is first seen here that of the file."""
    if len(expressions) != len(shape):
        return [-1] * len(expressions)
    return [
        size if symbols.matches(text, size) else symbols.evaluate(text)
        for text, size in zip(expressions, shape, strict=True)
    ]


def holds(zero: str, symbols: Symbols) -> bool:
    """Whether it is 0, or of an element that a list does not have."""
    try:
        return symbols.evaluate(zero) == 0
    except UnboundError:
        return True


def fill(name: str, stored: dict[str, Tensor], config: dict, folder: Path = BLUEPRINTS) -> torch.jit.ScriptModule:
    spec = json.loads((folder / f"{name}.json").read_text())
    module = torch.jit.load(folder / spec["blueprint"])
    tensors = {rename(spec, key): tensor for key, tensor in stored.items()}
    attributes, symbols = configure(spec, config, tensors)
    for key, value in attributes.items():
        setattr(module, key, value)
    parameters = dict(module.named_parameters())
    for key, shape in wanted(spec, symbols):
        tensor = tensors.pop(key).float() if key in tensors else fold_weight_norm(spec, key, tensors)
        if tensor is None:
            raise ValueError(f"{key} is missing")
        needed = shape_of(shape, list(tensor.shape), symbols)
        if list(tensor.shape) != needed:
            raise ValueError(f"{key} is {list(tensor.shape)}, this blueprint needs {needed}")
        parameters[key].data = tensor.clone(memory_format=torch.contiguous_format)
    for row in spec["checks"]:
        if not holds(row["zero"], symbols):
            raise ValueError(f"{row['from']}: {row['zero']} must be 0")
    extra = [key for key in tensors if not any(fnmatchcase(key, pattern) for pattern in spec["ignore"])]
    if extra:
        raise ValueError(f"unknown tensors: {', '.join(sorted(extra))}")
    return module


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="as in NETWORKS of export.py")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    torch.jit.save(fill(arguments.name, *read_checkpoint(arguments.checkpoint)), arguments.out)


if __name__ == "__main__":
    main()
