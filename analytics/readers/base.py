"""What every reader is given and hands over; a reader is a module with FORMAT, identify and read."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from analytics.errors import AnalyticsError
from analytics.schema import validate

CAPABILITIES = (
    "seats",  # who may use the tool
    "views",  # opening and reading
    "acts",  # single acts with their time
    "replies",  # what is answered
    "recipients",  # whom an act reached
    "reactions",
    "meetings",  # start and end
    "openness",  # public against private spaces
    "managers",
    "departments",
    "levels",
    "locations",
    "hire_dates",
    "time_zones",
    "counts",  # a vendor's own counts for a period
    "answers",  # answers of a survey
    "customers",  # conversations with customers
)


# The company's mail is one tool, whether its licences are called after a vendor's product or its acts come out of a
# mailbox: so that who may write mail and who does meet.
ONE_TOOL = {"outlook": "mail", "exchange": "mail", "gmail": "mail"}


def tool_name(tool: str | None) -> str | None:
    """Return the one name under which a tool is kept."""
    return ONE_TOOL.get(tool, tool) if tool else tool


@dataclass(frozen=True)
class Format:
    """One export format: `provides` are words of CAPABILITIES; what is not provided cannot be seen.

    `versions`: which of its forms are read, in a sentence; `is_seen`: real files of it were read, not only its documentation.
    """

    id: str
    title: str
    tool: str | None
    provides: frozenset[str]
    versions: str = ""
    is_seen: bool = True

    @property
    def cannot_see(self) -> frozenset[str]:
        """What no file of this format can tell."""
        return frozenset(CAPABILITIES) - self.provides


class UnreadableExport(AnalyticsError):
    """The whole file is refused: `code` is one of the reject codes, the text says what to do.

    `header` are the names of its columns, where naming some of them by hand would help.
    """

    def __init__(self, code: str, message: str, header: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.header = tuple(header)


@dataclass(frozen=True)
class Options:
    """What the person said about the file: canonical field -> column of the file, and the tool's name.

    `zone`: the company's time zone (IANA), for times that the file writes without one; null = UTC.
    """

    columns: dict[str, str] = field(default_factory=dict)
    tool: str | None = None
    zone: str | None = None


NOTHING_SAID = Options()


COUNTED = (
    "rows", "actions", "rejected", "warnings", "set_apart", "stored", "duplicates", "non_records",
)  # fmt: skip


class Sink:
    """Where a reader puts what it found: frames are checked against data/schema.sql and written as Parquet parts.

    The account is kept in records of the source (messages, rows): read = stored + rejected + duplicates + non_records.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: Counter[str] = Counter()
        self.actions: Counter[str] = Counter()
        self.rejected: Counter[str] = Counter()
        self.warnings: Counter[str] = Counter()
        self.ignored: list[str] = []
        self.format: str | None = None  # once it was recognised
        self.header: tuple[str, ...] = ()  # the column names of a table
        self.columns: dict[str, str] = {}  # field -> the column it was taken from
        self.questions: list[dict[str, str | bool]] = []  # of a survey: sandbox.Report.questions
        self.stored = 0
        self.duplicates = 0
        self.non_records = 0
        self.provides: frozenset[str] | None = None  # of this very file; null = what FORMAT says
        self.set_apart: list[tuple[str, str]] = []

    def add(self, table: str, frame: pl.DataFrame) -> None:
        """Keep rows of export.<table>; raises dataframely's error when a column is off."""
        if frame.is_empty():
            return
        if "tool" in frame.columns and frame["tool"].is_in(list(ONE_TOOL)).any():
            frame = frame.with_columns(pl.col("tool").replace(ONE_TOOL))
        frame = validate(f"export.{table}", frame)
        frame.write_parquet(
            self._part(table, self.rows[table]),
            compression="uncompressed",  # kept for minutes, read once: packing would cost more
            statistics=False,
        )
        self.rows[table] += frame.height
        if table == "event":
            self.actions.update(dict(frame["action"].value_counts().iter_rows()))

    def _part(self, table: str, first: int) -> Path:
        """Return where rows of a table lie; in the order of the names they are in that of the file."""
        return self.folder / f"{table}-{first:012d}.parquet"

    def counted(self) -> dict[str, Any]:
        """Return what was counted so far, as JSON can hold it."""
        return {name: getattr(self, name) for name in COUNTED}

    def take(self, folder: Path, counted: dict[str, Any]) -> None:
        """Add what a sink of another folder kept and counted, behind what is here."""
        for part in folder.glob("*.parquet"):
            table, _, first = part.stem.rpartition("-")
            part.rename(self._part(table, self.rows[table] + int(first)))
        for name, more in counted.items():
            mine = getattr(self, name)
            if isinstance(mine, Counter):
                mine.update(more)
            else:
                setattr(self, name, mine + more)

    def reject(self, place: str, code: str) -> None:
        """Set one record apart; place is `line 7` or `general/2026-01-05.json#3`."""
        self.rejected[code] += 1
        self.set_apart.append((place, code))

    def reject_many(self, places: list[str], code: str) -> None:
        """Set several records apart for the same reason."""
        if not places:
            return
        self.rejected[code] += len(places)
        self.set_apart.extend((place, code) for place in places)

    def warn(self, code: str, times: int = 1) -> None:
        """Note something worth saying about the file, without setting a record apart."""
        self.warnings[code] += times

    def rejects(self) -> pl.DataFrame:
        """Return export.reject."""
        return pl.DataFrame(self.set_apart, schema=["place", "code"], orient="row").cast(pl.String)


class Reader(Protocol):
    """The shape of a reader module."""

    FORMAT: Format

    def identify(self, source: "Source") -> bool:
        """Say, from content alone, whether this file is of the format; cheap, never raises."""

    def read(self, source: "Source", sink: Sink, options: Options) -> None:
        """Hand the whole file over to the sink; raises UnreadableExport when nothing of it may be kept."""


class Source(Protocol):
    """A file, zip or folder that was already opened safely (readers/files.py)."""

    name: str
