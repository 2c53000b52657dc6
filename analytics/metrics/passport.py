"""What a figure means: the published definition of a metric, from which every explanation of it is made."""

from dataclasses import asdict, dataclass, field
from typing import Literal

Unit = Literal["share", "hours", "count", "ratio", "difference", "money", "days"]
Better = Literal["up", "down", "neither"]
Grain = Literal["week", "month", "quarter", "all"]
Cut = Literal[
    "total", "department", "level", "location", "tool",
    "department_level", "department_location", "department_tool",
]  # fmt: skip


# which labels a cell of each cut carries: what may be asked for, and nothing else
CUTS: dict[Cut, tuple[str, ...]] = {
    "total": (),
    "department": ("department",),
    "level": ("level",),
    "location": ("location",),
    "department_level": ("department", "level"),
    "department_location": ("department", "location"),
    "tool": ("tool",),
    "department_tool": ("department", "tool"),
}


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
    family: Literal["adoption", "time_cost", "hierarchy"]
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

    def as_dict(self) -> dict[str, object]:
        """Return the passport as plain values for JSON and the release."""
        return asdict(self)
