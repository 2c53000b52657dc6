"""Dates that a company names itself: a launch, a training, a rule; for everybody or for one department."""

from dataclasses import dataclass
from datetime import date

EXAMPLE = "2026-03-02=Viva Engage opens, or 2026-03-02@Sales=Training"


@dataclass(frozen=True)
class Milestone:
    """What began on which day; department null = everybody."""

    on: date
    name: str
    department: str | None = None


def parse(entry: str) -> Milestone:
    """Return the milestone of an entry such as 2026-03-02@Sales=Training; raises ValueError."""
    when, equals, name = entry.partition("=")
    day, at, department = when.partition("@")
    if not (equals and name.strip()) or (at and not department.strip()):
        raise ValueError(entry)
    return Milestone(date.fromisoformat(day.strip()), name.strip(), department.strip() or None)
