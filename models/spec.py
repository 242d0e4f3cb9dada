"""The specification beside each blueprint: what an importer without Python needs to fill it. README.md documents it.

Tensor names and sizes come from the module itself (layers.weight), repeated layers are folded into one row each.
"""

import re
from dataclasses import asdict, dataclass, field

from torch import nn

FORMAT = 1
WEIGHT_NORM = [  # suffixes of the norm and the direction that stand for a weight: torch's old way and its new one
    ["weight_g", "weight_v"],
    ["parametrizations.weight.original0", "parametrizations.weight.original1"],
]


@dataclass
class Attribute:
    """A value that the module reads at run time, set from the checkpoint's config."""

    name: str
    type: str  # int, float, bool, int[] or int[][]
    source: str  # path in the config, parts joined by dots
    default: object = None  # when the config lacks the field; without one the field must be there
    equals: object = None  # type bool: true when the config's value equals this one
    minimum: int | None = None  # of the value or of every element
    maximum: int | None = None
    max_length: int | None = None  # of a list
    min_inner_length: str | None = None  # expression: of each list in an int[][]


@dataclass
class Count:
    """An int that no config states: how many layers the file has, told by a tensor that each of them holds."""

    name: str
    tensor: str  # its name, {} for the layer's number
    maximum: int


@dataclass
class Dim:
    """A size that the config states. Without the field or a default, the first tensor that shows it decides."""

    name: str
    source: str
    default: int | list[int] | None = None


@dataclass
class Requirement:
    """A field that the network supports with one value only. Absent means that value."""

    source: str
    equals: object


@dataclass
class Check:
    """An expression that must be 0, and the field or tensor to name when it is not."""

    zero: str
    source: str


@dataclass
class Loop:
    index: str
    end: str  # expression, exclusive
    start: str = "0"


@dataclass
class Repeat:
    """A ModuleList of alike layers: the position of one as an expression of the loops' indices."""

    position: str
    loops: list[Loop]
    first: int = 0  # layers before this one are not alike and listed alone


@dataclass
class Network:
    module: type[nn.Module]
    attributes: list[Attribute]
    dims: list[Dim]
    repeats: dict[str, Repeat]
    counts: list[Count] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    requires: list[Requirement] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    suffixes: dict[str, str] = field(default_factory=dict)
    weight_norm_dim: int | None = None
    ignore: list[str] = field(default_factory=list)


def row(source: object) -> dict:
    """A dataclass as JSON: fields that were not given are left out, `source` is called `from`."""
    pairs = asdict(source).items()
    return {("from" if key == "source" else key): value for key, value in pairs if value is not None}


def tensor_rows(module: nn.Module, repeats: dict[str, Repeat], path: str = "", loops: list[Loop] | None = None) -> list:
    """Every parameter, once for all layers that repeat: braces in a name hold an expression of the loops' indices."""
    loops = loops or []
    rows = [
        {"name": path + name, "shape": list(parameter.dims), "loops": [row(loop) for loop in loops]}
        for name, parameter in module.named_parameters(recurse=False)
    ]
    repeat = repeats.get(path.removesuffix("."))
    for name, child in module.named_children():
        if repeat and int(name) == repeat.first:
            rows += tensor_rows(child, repeats, f"{path}{{{repeat.position}}}.", loops + repeat.loops)
            break  # those after it are alike: check_rows
        rows += tensor_rows(child, repeats, f"{path}{name}.", loops)
    return rows


def check_rows(module: nn.Module, rows: list[dict]) -> None:
    """Every parameter of the module has exactly one row, with its own sizes."""
    patterns = [(re.compile(re.sub(r"\\{.*?\\}", r"\\d+", re.escape(entry["name"]))), entry) for entry in rows]
    for path, parameter in module.named_parameters():
        matching = [entry for entry in rows if entry["name"] == path]  # layers listed alone
        matching = matching or [entry for pattern, entry in patterns if pattern.fullmatch(path)]
        if [entry["shape"] for entry in matching] != [list(parameter.dims)]:
            raise ValueError(f"{path} {parameter.dims} has the rows {matching}")


def specification(network: Network, blueprint: str) -> dict:
    module = network.module()
    tensors = tensor_rows(module, network.repeats)
    check_rows(module, tensors)
    weight_norm = None if network.weight_norm_dim is None else {"dim": network.weight_norm_dim, "pairs": WEIGHT_NORM}
    return {
        "format": FORMAT,
        "blueprint": blueprint,
        "attributes": [row(attribute) for attribute in network.attributes],
        "counts": [row(count) for count in network.counts],
        "requires": [row(requirement) for requirement in network.requires],
        "dims": [row(dim) for dim in network.dims],
        "checks": [row(check) for check in network.checks],
        "rename": {
            "prefixes": network.prefixes,
            "suffixes": [{"from": old, "to": new} for old, new in network.suffixes.items()],
        },
        "weight_norm": weight_norm,
        "ignore": network.ignore,
        "tensors": tensors,
    }
