"""What a figure means: the published definition of a metric, from which every explanation of it is made."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

Unit = Literal["share", "hours", "count", "ratio", "difference", "money", "days", "score"]
Better = Literal["up", "down", "neither"]
Grain = Literal["week", "month", "quarter", "all"]
Cut = Literal[
    "total", "division", "department", "level", "location", "tool",
    "department_level", "department_location", "department_tool",
]  # fmt: skip
Costs = Literal["hiding_people", "hiding_a_figure"]
LATTICE = Path(__file__).parents[2] / "data" / "lattice.toml"


@dataclass(frozen=True)
class Declared:
    """The groups there are figures for, as data/lattice.toml declares them.

    cuts: cut -> labels of its cells; families: (parent, child); costs: what hiding a cell costs, by cut.
    """

    cuts: dict[Cut, tuple[str, ...]]
    families: tuple[tuple[Cut, Cut], ...]
    costs: dict[Costs, dict[Cut, float]]


@cache
def declared() -> Declared:
    """Return data/lattice.toml."""
    told = tomllib.loads(LATTICE.read_text("utf-8"))
    return Declared(
        {cut: tuple(labels) for cut, labels in told["cuts"].items()},
        tuple((parent, child) for parent, parts in told["families"].items() for child in parts),
        {"hiding_people": told["hiding_people"], "hiding_a_figure": told["hiding_a_figure"]},
    )


# which labels a cell of each cut carries: what may be asked for, and nothing else
CUTS = declared().cuts
FAMILIES = declared().families
LABELS = tuple(dict.fromkeys(label for labels in CUTS.values() for label in labels))


@dataclass(frozen=True)
class Words:
    """How the verdict on this metric is said: each completes a sentence about the company or a group."""

    up: str
    down: str
    same: str
    unseen: str


@dataclass(frozen=True)
class Passport:
    """One metric. `definition` is plain words for HR, then `numerator = …; denominator = …`, then what it cannot see."""

    id: str
    family: Literal["adoption", "time_cost", "hierarchy", "listening"]
    title: str
    question: str
    unit: Unit
    better: Better
    definition: str
    cuts: tuple[Cut, ...]
    grains: tuple[Grain, ...]
    minimum: str
    smallest_worth_showing: float
    tables: tuple[str, ...]
    needs: tuple[str, ...]
    source: str
    peers: str
    check: str
    words: Words
    variants: dict[str, str] = field(default_factory=lambda: {"": ""})
    bins: str = ""
    fewest: int = 0  # of the denominator: with less, too_little_traffic

    def as_dict(self) -> dict[str, object]:
        """Return the passport as plain values for JSON and the release."""
        return vars(self) | {"words": vars(self.words), "variants": dict(self.variants)}
