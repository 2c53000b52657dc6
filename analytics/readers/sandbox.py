"""What does this file hold, without trusting it? Each file is read by a process of its own that may die.

One cell far out in a workbook of 2 kB makes a library ask for 500 GB and abort; no exception can catch
that. So the file is parsed in a child with limits, and the child's death is a rejected file.
"""

import os
import signal
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from analytics.readers import (
    nursery,
    registry,
)
from analytics.readers.base import NOTHING_SAID, Options
from analytics.readers.jail import USUAL, Limits

Outcome = Literal["accept", "partial", "reject"]


@dataclass(frozen=True)
class Report:
    """What became of one file; read = stored + rejected + duplicates + non_records, counted in records.

    rows: rows by table; events: rows of `event` by action; first and last: UTC instants of the events.
    Of a table, `header` are its column names, `table` what it is known again by (recall.key), `columns` tells from which each field was taken, and `said` what
    was said by hand, now or earlier, as Options. Of a survey, `questions` are those that were read: item, text, construct,
    suggested (what it may measure) and is_reversed. `clock` says how its acts move when clocks are
    changed (clock_change.jump). `is_sample`: only looked at, not read to its end. `holds`: parts of it
    that may be exports of their own (parcels.Part), beside what was read, or where there is no `format`
    all of it; `left_out` are the files that nobody reads.
    """

    file: str
    format: str | None = None
    outcome: Outcome = "reject"
    rows: dict[str, int] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    duplicates: int = 0
    non_records: int = 0
    stored: int = 0
    read: int = 0
    ignored: int = 0
    warnings: list[str] = field(default_factory=list)
    reject_code: str | None = None
    message: str | None = None
    provides: list[str] = field(default_factory=list)
    cannot_see: list[str] = field(default_factory=list)
    tool: str | None = None
    first: str | None = None
    last: str | None = None
    header: list[str] = field(default_factory=list)
    table: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    questions: list[dict[str, Any]] = field(default_factory=list)
    clock: dict[str, Any] = field(default_factory=dict)
    is_sample: bool = False
    holds: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def is_box(self) -> bool:
        """Say whether it is no export itself but holds some."""
        return bool(self.holds) and self.format is None

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Report":
        """Return the report that `to_dict` gave."""
        return cls(**values)


@dataclass(frozen=True)
class How:
    """How a file is to be read.

    way: what to read in it (parcels.py). opens: where it is no export, say which of its parts may be one.
    is_preview: read no more than takes seconds. remembered: Options by the tables (recall.key) they were said for.
    """

    way: tuple[str, ...] = ()
    opens: bool = False
    is_preview: bool = False
    remembered: tuple[tuple[str, Options], ...] = ()


PLAINLY = How()


def parse(
    path: Path,
    out: Path,
    options: Options = NOTHING_SAID,
    name: str | None = None,
    limits: Limits = USUAL,
    readers: tuple[ModuleType, ...] = registry.READERS,
    how: How = PLAINLY,
) -> Report:
    """Read a file or folder in a process of its own and return what became of it; never raises for a bad file.

    The rows lie in out/<table>-*.parquet, what was set apart in out/reject.parquet; after a rejection
    `out` holds none. `name` is what people know the file by.
    """
    name = name or path.name
    out.mkdir(parents=True, exist_ok=True)
    try:
        # a pipe that nobody writes to would be waited for
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        return Report(
            name,
            reject_code="no_recognised_data",
            message=f"{name}: cannot be opened ({error.strerror}). Check that it exists and may be read.",
        )
    job = {
        "name": name,
        "out": str(out.resolve()),
        "options": asdict(options),
        "how": asdict(how),
        "readers": [reader.__name__ for reader in readers],
    }
    try:
        report = _ended(name, nursery.run(job, descriptor, limits), limits)
    finally:
        os.close(descriptor)
    if report.outcome == "reject":
        for part in out.glob("*.parquet"):
            part.unlink()
    return report


def _ended(name: str, ended: nursery.Ended, limits: Limits) -> Report:
    """Make a report of a worker's answer or its death."""
    if ended.answer is not None:
        return Report.from_dict(ended.answer)
    if ended.code in (None, -signal.SIGXCPU):
        return _too_slow(name, limits)
    return died(name)


def _too_slow(name: str, limits: Limits) -> Report:
    return Report(
        name,
        reject_code="file_too_slow",
        message=f"{name}: not read to its end within {limits.seconds} seconds, so nothing of it was kept."
        " Export a shorter period, or split the file.",
    )


def died(name: str, why: str = "") -> Report:
    """Return the report of a file whose reading failed; `why` goes on where the sentence says so."""
    return Report(
        name,
        reject_code="file_crashed_parser",
        message=f"{name}: reading it failed{why}, so nothing of it was kept and nothing else was touched."
        " Export it again; if it stays so, open it in its own tool and save it anew, or split it.",
    )
