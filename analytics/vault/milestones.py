"""Dates that a company names itself: a launch, a training, a rule; for everybody or for one department."""

import re
from dataclasses import dataclass
from datetime import date

NEXT = re.compile(r",(?=\s*\d{4}-\d{2}-\d{2}\s*[@=])")
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


def written(milestone: Milestone) -> str:
    """Return the entry that `parse` reads."""
    where = f"@{milestone.department}" if milestone.department else ""
    return f"{milestone.on}{where}={milestone.name}"


def split(text: str) -> tuple[str, ...]:
    """Return the entries of a text: a comma parts two where a date follows, else it belongs to a name."""
    return tuple(entry.strip(" ,") for entry in NEXT.split(text) if entry.strip(" ,"))
