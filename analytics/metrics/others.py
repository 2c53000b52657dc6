"""What numbers do others publish for a like measure? Dated, with who was counted and whether one may compare."""

import csv
from dataclasses import dataclass
from functools import cache

from analytics.places import ROOT

BENCHMARKS = ROOT / "data" / "benchmarks.csv"


@dataclass(frozen=True)
class Published:
    """A number somebody else published: never a target, and beside ours only where the definition is the same."""

    metric: str
    value: str
    what: str
    population: str
    when: str
    source: str
    comparable: str

    def sentence(self) -> str:
        """Return the number with everything that must be said along with it."""
        return (
            f"{self.value}: {self.what}; {self.population}, {self.when} ({self.source}). "
            f"Comparable: {self.comparable}."
        )


@cache
def published() -> tuple[Published, ...]:
    """Return data/benchmarks.csv."""
    with BENCHMARKS.open(encoding="utf-8", newline="") as file:
        return tuple(Published(**row) for row in csv.DictReader(file))


def of(metric: str) -> list[str]:
    """Return the published numbers of a like measure, each as a sentence."""
    return [each.sentence() for each in published() if each.metric == metric]
