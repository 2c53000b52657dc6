"""What earlier releases showed, and of whom: a list that only grows, and outlives the vault.

`shown/chain.jsonl` holds a line a release, each with the hash of the one before. A line names, for every quarter
and for the whole period, three Parquet files beside it: `people` (the panel: keyed pseudonyms, their places and
the labels they were shown under), `cells` (what was shown) and `marks` (a number for what each person had done in
each tool, which changes when that changes). Equal content is one file, so a quarter that stays is written once.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from analytics.errors import AnalyticsError
from analytics.privacy.lattice import KEYS, LABELS, Earlier
from analytics.vault import durable

FOLDER = "shown"
WHOLE = ""  # names the whole period where a quarter's first day would stand
PANEL = ("quarter", "person", *LABELS, "branch", "tools", "weeks")
AS_SHOWN = {label: f"shown_{label}" for label in LABELS}
CELLS = ("cut", *KEYS)
COLUMNS = {"people": (*PANEL, *AS_SHOWN.values()), "cells": CELLS}


class BrokenLedger(AnalyticsError):
    """The ledger of releases is damaged, so nobody can say what a new release would add to the earlier ones."""


@dataclass(frozen=True)
class Facts:
    """One release: its number, its threshold, the last day it covers, what it was made from.

    sources: imports with HR rows; starts: tool ("" = all together) -> first day covered; key: tells one secret
    from another.
    """

    release: int
    threshold: int
    last_day: str | None
    sources: list[str]
    starts: dict[str, str]
    key: str


@dataclass(frozen=True)
class Line(Facts):
    """One release in the ledger: when, and quarter's first day or WHOLE -> names of the files people, cells, marks."""

    at: str
    parts: dict[str, dict[str, str]]
    previous: str
    hash: str


@dataclass(frozen=True)
class Seen:
    """What a release shows: its raw panel, the panel with merged labels, its mask's shown cells, and marks.

    marks: quarter, person, tool, mark.
    """

    raw: pl.DataFrame
    people: pl.DataFrame
    shown: pl.DataFrame
    marks: pl.DataFrame


@dataclass(frozen=True)
class Ledger:
    """The lines of a workspace, oldest first, and the folder with their files."""

    folder: Path
    lines: list[Line]

    def part(self, line: Line, quarter: date | None, kind: str) -> pl.DataFrame:
        """Return the frame `people`, `cells` or `marks` of one quarter (null = whole period) of a line."""
        name = line.parts[str(quarter) if quarter else WHOLE][kind]
        try:
            frame = pl.read_parquet((self.folder / f"{name}.parquet").read_bytes())
        except (OSError, pl.exceptions.PolarsError):
            raise _broken(self.lines.index(line) + 1) from None
        if _name(frame) != name:
            raise _broken(self.lines.index(line) + 1)
        return _completed(frame, COLUMNS.get(kind, ()))

    def whole(self, line: Line, kind: str) -> pl.DataFrame:
        """Return the frame `people` or `cells` of all quarters of a line together."""
        return pl.concat([self.part(line, day(quarter), kind) for quarter in line.parts])

    def newest(self, quarter: date | None) -> Line | None:
        """Return the last line that holds a quarter (null = whole period)."""
        wanted = str(quarter) if quarter else WHOLE
        return next((line for line in reversed(self.lines) if wanted in line.parts), None)


def read(workspace: Path) -> Ledger:
    """Return the ledger of a workspace's folder, checked; raises BrokenLedger."""
    folder = workspace / FOLDER
    chain = folder / "chain.jsonl"
    lines: list[Line] = []
    before = ""
    for number, text in enumerate(chain.read_text().splitlines() if chain.exists() else [], 1):
        try:
            line = Line(**json.loads(text))
        except (ValueError, TypeError):
            raise _broken(number) from None
        names = {name for part in line.parts.values() for name in part.values()}
        missing = any(not (folder / f"{name}.parquet").is_file() for name in names)
        if missing or line.previous != before or line.hash != _hash(line):
            raise _broken(number)
        lines.append(line)
        before = line.hash
    return Ledger(folder, lines)


def append(workspace: Path, seen: Seen, facts: Facts) -> None:
    """Add a release, on disk when this returns."""
    known = read(workspace)
    known.folder.mkdir(exist_ok=True, mode=0o700)
    people = seen.raw.select(PANEL).join(
        seen.people.select("quarter", "person", *(pl.col(a).alias(b) for a, b in AS_SHOWN.items())),
        on=["quarter", "person"],
        nulls_equal=True,
    )
    quarters = people["quarter"].unique().sort(nulls_last=True).to_list()
    parts = {
        str(quarter) if quarter else WHOLE: {
            "people": _write(known.folder, _of(people, quarter), ["person"]),
            "cells": _write(known.folder, _of(seen.shown.select(CELLS), quarter), list(CELLS)),
            "marks": _write(known.folder, _of(seen.marks, quarter), ["person", "tool"]),
        }
        for quarter in quarters
    }
    line = Line(
        **asdict(facts),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        parts=parts,
        previous="",
        hash="",
    )
    _write_chain(known.folder, [*known.lines, line])


def rename(workspace: Path, keys: Mapping[int, int]) -> None:
    """Give people other keys in every line: random ones for who was erased, new ones when the secret changes.

    What the releases showed stays known, whom it was about does not. A crash leaves the ledger as it was or
    as it shall be.
    """
    known = read(workspace)
    if not known.lines or not keys:
        return
    names: dict[str, str] = {}
    lines = []
    for line in known.lines:
        parts: dict[str, dict[str, str]] = {}
        for quarter, files in line.parts.items():
            parts[quarter] = dict(files)
            for kind in ("people", "marks"):
                name = files[kind]
                if name not in names:
                    frame = known.part(line, day(quarter), kind)
                    names[name] = _write(known.folder, _renamed(frame, keys), _order(kind))
                parts[quarter][kind] = names[name]
        lines.append(Line(**(asdict(line) | {"parts": parts})))
    _write_chain(known.folder, lines)
    sweep(workspace)


def sweep(workspace: Path) -> None:
    """Remove files that no line names: what a crash or a renaming left."""
    known = read(workspace)
    used = {name for line in known.lines for part in line.parts.values() for name in part.values()}
    for path in known.folder.glob("*.parquet"):
        if path.stem not in used:
            path.unlink()


def quarters_of(workspace: Path, keys: Sequence[int]) -> list[date]:
    """Return the quarters in which any of these people was counted in a published figure."""
    known = read(workspace)
    found: set[date] = set()
    for line in known.lines:
        for quarter in filter(None, map(day, line.parts)):
            people = known.part(line, quarter, "people")
            if people.filter(pl.col("person").is_in(list(keys))).height:
                found.add(quarter)
    return sorted(found)


def earlier(known: Ledger, same_person: Mapping[int, int]) -> list[Earlier]:
    """Return what the audit needs of each line; lines about the same people are put together.

    `same_person` maps keys of then to keys of now, where accounts were found to be one person since.
    """
    together: dict[tuple[str, ...], list[Line]] = {}
    for line in filter(lambda line: line.parts, known.lines):  # some were about nobody yet
        mark = tuple(part["people"] for part in line.parts.values())
        together.setdefault(mark, []).append(line)
    found = []
    for lines in together.values():
        people = known.whole(lines[0], "people").with_columns(
            pl.col("person").replace(dict(same_person)),
            *(pl.col(shown).alias(label) for label, shown in AS_SHOWN.items()),
        )
        names = {tuple(part["cells"] for part in line.parts.values()): line for line in lines}
        cells = pl.concat([known.whole(line, "cells") for line in names.values()]).unique()
        panel = people.select("quarter", "person", *LABELS, "tools").unique(["quarter", "person"])
        found.append(Earlier(panel, cells))
    return found


def kept_in_place(
    raw: pl.DataFrame, known: Ledger, sources: Sequence[str], living: pl.Series
) -> pl.DataFrame:
    """Return the raw panel with everybody of a published quarter where that quarter showed them.

    A quarter's people are fixed when it is first published: who leaves later in it still counts, with nothing
    done; a label that a newer HR file gives begins with the next quarter. Not so where the HR file that placed
    them was undone since: then the past is told anew. Only `living` people, whom the vault still knows, are
    kept; the whole period keeps its people as long as no new quarter has begun.
    """
    parts = []
    quarters = raw["quarter"].unique().sort(nulls_last=True).to_list()
    names = {str(quarter) if quarter else WHOLE for quarter in quarters}
    for quarter in quarters:
        fresh = _of(raw, quarter)
        line = known.newest(quarter)
        same = quarter is not None or (line is not None and set(line.parts) == names)
        if line is None or not line.sources or not set(line.sources) <= set(sources) or not same:
            parts.append(fresh)
            continue
        before = known.part(line, quarter, "people").select(fresh.columns)
        weeks = fresh["weeks"].max()
        placed = (*LABELS, "branch")
        stay = fresh.join(
            before.select("person", *(pl.col(c).alias(f"old_{c}") for c in placed), is_old=True),
            on="person",
            how="left",
        ).with_columns(
            pl.when("is_old").then(pl.col(f"old_{c}")).otherwise(pl.col(c)).alias(c) for c in placed
        )
        gone = before.join(fresh, on="person", how="anti").filter(
            pl.col("person").is_in(living.implode())
        )
        parts += [
            stay.select(fresh.columns),
            gone.with_columns(weeks=pl.lit(weeks, fresh.schema["weeks"])),
        ]
    return pl.concat(parts).sort("quarter", "person", nulls_last=True) if parts else raw


def _of(frame: pl.DataFrame, quarter: date | None) -> pl.DataFrame:
    return frame.filter(pl.col("quarter").eq_missing(pl.lit(quarter, pl.Date)))


def day(quarter: str) -> date | None:
    """Return the first day of a quarter as a line names it; null = the whole period."""
    return date.fromisoformat(quarter) if quarter else None


def _completed(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Return the frame with all these columns; what was written before there were divisions has none."""
    missing = [pl.lit(None, pl.String).alias(name) for name in columns if name not in frame.columns]
    return frame.with_columns(missing).select(*columns) if missing else frame


def _order(kind: str) -> list[str]:
    return ["person"] if kind == "people" else ["person", "tool"]


def _renamed(frame: pl.DataFrame, keys: Mapping[int, int]) -> pl.DataFrame:
    held = [
        name for name in ("person", "branch") if name in frame.columns
    ]  # a branch is its head's key
    return frame.with_columns(pl.col(held).replace(dict(keys)))


def _write(folder: Path, frame: pl.DataFrame, order: list[str]) -> str:
    """Write a frame unless its content is there, and return the file's name."""
    frame = frame.sort(order, nulls_last=True)
    name = _name(frame)
    path = folder / f"{name}.parquet"
    if not path.exists():
        part = folder / f".{name}.{os.getpid()}.part"
        frame.write_parquet(part)
        durable.sync(part)
        part.replace(path)
    return name


def _name(frame: pl.DataFrame) -> str:
    return hashlib.sha256(frame.write_csv().encode()).hexdigest()[:20]


def _hash(line: Line) -> str:
    content = {name: value for name, value in asdict(line).items() if name != "hash"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _write_chain(folder: Path, lines: Sequence[Line]) -> None:
    before, texts = "", []
    for line in lines:
        linked = Line(**(asdict(line) | {"previous": before, "hash": ""}))
        linked = Line(**(asdict(linked) | {"hash": _hash(linked)}))
        texts.append(json.dumps(asdict(linked), sort_keys=True) + "\n")
        before = linked.hash
    durable.sync(folder)
    durable.write(folder / "chain.jsonl", "".join(texts))


def _broken(number: int) -> BrokenLedger:
    return BrokenLedger(
        f"The ledger of releases is damaged at line {number} of shown/chain.jsonl, so a new release could tell,"
        " together with an earlier one, about fewer than ten people. Put the folder `shown` back from a backup;"
        " the present release stands."
    )
