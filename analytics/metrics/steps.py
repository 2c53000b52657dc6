"""What did each person do in a period, in each tool and in all together? The rollups, added up week by week, then over weeks.

A key stands for a person in a tool in a period, so that a single number is joined and counted by. It is
(number of the tool × STRIDE + number of the period) × people + number of the person; tool 0 is any tool.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from analytics.metrics.passport import Grain
from analytics.metrics.periods import GRAINS, WHOLE
from analytics.vault.database import parquet

NUMBERS = """
create or replace temp table who as
select person, row_number() over (order by person) - 1 as who from (select distinct person from panel);

create or replace temp table which as
select tool, row_number() over (order by tool nulls first) - 1 as which from (select distinct tool from calendar);

-- the last one has no week: what is counted later than the exports reach belongs to the whole period alone
create or replace temp table step as
with known as (
    select distinct week, month, quarter from calendar where tool is null
    union all
    select null, null, null
)
select
    week, month, quarter, date '{whole}'              as "all",
    dense_rank() over (order by week nulls last) - 1    as week_number,
    dense_rank() over (order by month nulls last) - 1   as month_number,
    dense_rank() over (order by quarter nulls last) - 1 as quarter_number,
    0::bigint                                           as all_number
from known
"""

COUNTS = """
select
    greatest((select count(*) from who), 1),
    greatest((select count(*) from which), 1),
    (select count(*) from step)
"""

# What the members of a space could have read there, and in how many of its weeks they opened it.
SPACES = """
create or replace temp table readable as
select person, tool, week, sum(posts)::bigint as channel
from (
    select m.person, m.tool, s.week, s.posts
    from membership m
    join space_week s on s.space = m.space
    union all
    select p.person, m.tool, p.week, -p.posts
    from person_space_week p
    join membership m on m.space = p.space and m.person = p.person
)
group by person, tool, week;

create or replace temp table opened as
with view as (select distinct actor as person, space, week from event where action = 'view' and space is not null)
select m.person, m.tool, s.week, count(*) as weeks_posted, count(v.person) as weeks_opened
from membership m
join space_week s on s.space = m.space and s.posts > 0
left join view v on v.person = m.person and v.space = m.space and v.week = s.week
where m.tool in (select tool from event where action = 'view')
group by m.person, m.tool, s.week
"""

# `place` is a key counted within a part of the periods alone.
BY_WEEK = """
select ((t.which * {span} + s.week_number - {first}) * {people} + p.who)::integer as place, {columns}
from {source} d
join who p   on p.person = d.person
join which t on t.tool is not distinct from d.tool
join step s  on s.week is not distinct from d.week and s.week_number between {first} and {last}
"""

# Months are whole weeks, quarters whole months: each grain is added up from the one before.
COARSER = """
with number as (select distinct {finer}_number as finer, {grain}_number as number from step)
select ((d.key // {width} * {span} + n.number - {first}) * {people} + d.key % {people})::integer as place, {columns}
from {source} d
join number n on n.finer = d.key // {people} % {stride} and n.number between {first} and {last}
"""
# What is counted of conversations: all of them, and with _q those opened with a question.
ASKED = (
    "asked", "heard", "heard_4", "asked_72", "heard_72", "waited", "in_5", "in_15", "in_60", "in_240", "in_day", "in_three", "in_seven",
)  # fmt: skip
# Every column is summed over the days or weeks of a period. Each is a rollup, but for SOURCES.
SUMMED = {
    "person_day": (
        "timed_acts", "outside_acts", "weekend_acts", "direct", "mentioned", "grouped", "broadcast", "mails_in", "chats_in",
        "channel",
    ),
    "taken_up": ("acts", "messages", "interactions", "views", "active_days", "active_working_days"),
    "person_clock": ("act_us_30", "act_us_60", "act_us_120", "act_us_300", "act_us_600", "meeting_us", "call_us", "multitasking_acts"),
    "person_meeting": (
        "one_to_one_us", "decision_us", "status_us", "bloated_us", "lengthy_us", "all_hands_us", "workshop_us", "unknown_us",
        "met_us", "accepted_us", "outside_us", "conflict_us", "large_us", "long_us", "large_long_us", "small_long_us", "series_us", "layered_us",
        "over_head_us",
    ),
    "person_focus": ("focus_days", "working_s", "busy_s", "gap_s", "hour_s", "two_s"),
    "person_switch": ("near_acts", "switches"),
    "person_stretch": ("stretch_us", "stretch_days", "nights", "short_nights"),
    "person_pressure": (
        "from_above", "from_above_outside", "from_below", "from_below_outside", "from_beside", "from_beside_outside",
        "from_unplaced", "from_unplaced_outside", "answered_outside", "sent", "sent_outside",
    ),
    "person_caused": (
        "direct_out", "mentioned_out", "grouped_out", "broadcast_out", "channel_out", "words_out", "mails_out", "chats_out",
    ),
    "person_asked": (*(f"{name}{of}" for name in ASKED for of in ("", "_q")), "told", "told_asking"),
    "opened": ("weeks_posted", "weeks_opened"),
}  # fmt: skip
SOURCES = {
    "person_day": "(from person_day union all by name from readable)",
    "taken_up": "seated_day",
    "person_asked": "(select r.*, c.week from person_asked r left join (from calendar where tool is null) c on c.day = r.day)",
}  # fmt: skip
# Of all tools together they are the sum of each, which no file need hold.
ADDED = ("person_day", "person_pressure", "person_caused", "person_asked", "opened")
COUNTED = {
    "active_days": "(acts > 0)::int",
    "active_working_days": "(acts > 0 and workday > 0)::int",
}

# Of so many people, periods and tools the sums are held at once, however many weeks there are.
ROWS = 2_000_000
BEFORE = 2  # periods that stand before a part: that of the period before, whose people are told by the one before it


@dataclass(frozen=True)
class Numbers:
    """How many people and tools there are, any tool among them, and how many periods are counted for each tool: what a key is made with."""

    people: int
    tools: int
    stride: int

    @property
    def width(self) -> int:
        """Return how many keys a tool has."""
        return self.people * self.stride


@dataclass(frozen=True)
class Part:
    """Periods of a grain that are added up together, by their numbers, both ends included."""

    grain: Grain
    first: int
    last: int


def count(con: duckdb.DuckDBPyConnection) -> Numbers:
    """Make the tables `who`, `which` and `step` of numbers, and what people could have read; needs periods.make, panel.load and uptake.make, and the rollups."""
    con.execute(NUMBERS.format(whole=WHOLE.isoformat()))
    con.execute(SPACES)
    [(people, tools, stride)] = con.sql(COUNTS).fetchall()
    return Numbers(people, tools, stride)


def parts(con: duckdb.DuckDBPyConnection, numbers: Numbers, grain: Grain) -> list[Part]:
    """Return the periods of a grain in parts of no more than ROWS rows, but of BEFORE periods at least."""
    [(last,)] = con.table("step").max(f"{grain}_number").fetchall()
    at_once = max(ROWS // (numbers.people * numbers.tools) - BEFORE, BEFORE)
    return [
        Part(grain, first, min(first + at_once - 1, last)) for first in range(0, last + 1, at_once)
    ]


@dataclass(frozen=True)
class Steps:
    """The sums of SUMMED by person, tool and period, grain by grain, in files of a folder: each grain is added up from the one before."""

    con: duckdb.DuckDBPyConnection
    numbers: Numbers
    folder: Path

    def lay(self, part: Part) -> None:
        """Make a view a step of SUMMED, named …_sum: key and its columns, of a part and of the BEFORE periods before it.

        Also `taken_up_week`, by week, up to here. Parts are laid one after the other, grain by grain in the order of GRAINS.
        """
        with ThreadPoolExecutor(1) as pool:  # one is read while the one before is added up
            written: list[Future[None]] = []
            for name in SUMMED:
                rows = self.con.sql(self._query(part, name)).pl()
                for earlier in written[-1:]:
                    earlier.result()
                written.append(pool.submit(self._write, part, name, rows))
            written[-1].result()
        for name in SUMMED:
            before = self.folder.glob(f"before {name} {part.grain} {part.first}.parquet")
            own = self.folder / f"{name} {part.grain} {part.first}.parquet"
            self._view(f"{name}_sum", *before, own)
        self._view("taken_up_week", *self._files("taken_up", GRAINS[0]))

    def _write(self, part: Part, name: str, rows: pl.DataFrame) -> None:
        n, span = self.numbers, part.last - part.first + 1
        is_added = name in ADDED and part.grain == GRAINS[0]

        def added(of: np.ndarray | None) -> np.ndarray:
            # whole numbers below 2^53 are added up exactly
            by_tool = np.bincount(rows["place"], of, n.tools * span * n.people).reshape(n.tools, -1)
            if is_added:
                by_tool[0] = by_tool[1:].sum(axis=0)
            return by_tool.ravel()

        found = np.flatnonzero(added(None))
        number = found // n.people % span + part.first
        key = (found // (n.people * span) * n.stride + number) * n.people + found % n.people
        sums = {
            column: added(rows[column].to_numpy())[found].astype(np.int64)
            for column in rows.columns[1:]
        }
        table = pl.DataFrame({"key": key} | sums)
        late = pl.Series(number > part.last - BEFORE)
        self._keep(table, f"{name} {part.grain} {part.first}")
        self._keep(table.filter(late), f"before {name} {part.grain} {part.last + 1}")

    def _keep(self, table: pl.DataFrame, name: str) -> None:
        """Write it as it is: it is small, and read for every few measures."""
        file = self.folder / f"{name}.parquet"
        table.write_parquet(file, compression="uncompressed", statistics=False)

    def _query(self, part: Part, name: str) -> str:
        n, is_finest = self.numbers, part.grain == GRAINS[0]
        finer = part.grain if is_finest else GRAINS[GRAINS.index(part.grain) - 1]
        columns = (*SUMMED[name], "received") if name == "taken_up" else SUMMED[name]
        told = (
            f"coalesce({COUNTED.get(column, column) if is_finest else column}, 0)::double as {column}"
            for column in columns
        )
        source = SOURCES.get(name, name) if is_finest else parquet(*self._files(name, finer))
        # Names are those of SUMMED and GRAINS: no text from outside enters.
        return (BY_WEEK if is_finest else COARSER).format(
            people=n.people, stride=n.stride, width=n.width, span=part.last - part.first + 1, first=part.first,
            last=part.last, grain=part.grain, finer=finer, source=source, columns=", ".join(told),
        )  # fmt: skip

    def _files(self, name: str, grain: Grain) -> list[Path]:
        return sorted(self.folder.glob(f"{name} {grain} *.parquet"))

    def _view(self, name: str, *files: Path) -> None:
        self.con.execute(f"create or replace temp view {name} as from {parquet(*files)}")
