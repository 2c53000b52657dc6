"""What did each person do in a period, in each tool and in all together? The rollups, added up week by week, then over weeks.

A key stands for a person in a tool in a period, so that a single number is joined and counted by. It is
(number of the tool × STRIDE + number of the period) × people + number of the person; tool 0 is any tool.
"""

from dataclasses import dataclass

import duckdb

from analytics.metrics.passport import Grain
from analytics.metrics.periods import GRAINS, WHOLE

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
group by grouping sets ((person, tool, week), (person, week));

create or replace temp table opened as
with view as (select distinct actor as person, space, week from event where action = 'view' and space is not null)
select m.person, m.tool, s.week, count(*) as weeks_posted, count(v.person) as weeks_opened
from membership m
join space_week s on s.space = m.space and s.posts > 0
left join view v on v.person = m.person and v.space = m.space and v.week = s.week
where m.tool in (select tool from event where action = 'view')
group by grouping sets ((m.person, m.tool, s.week), (m.person, s.week))
"""

BY_WEEK = """
create or replace temp table {name}_sum as
select (t.which * {stride} + s.week_number) * {people} + p.who as key, {sums}
from {source} d
join who p   on p.person = d.person
join which t on t.tool is not distinct from d.tool
join step s  on s.week is not distinct from d.week
group by key
"""

# Months are whole weeks, quarters whole months: each grain is added up from the one before.
COARSER = """
create or replace temp table {name}_sum as
with number as (select distinct {finer}_number as finer, {grain}_number as number from step)
select (d.key // {width} * {stride} + n.number) * {people} + d.key % {people} as key, {sums}
from {name}_sum d
join number n on n.finer = d.key // {people} % {stride}
group by all
"""

# What is counted of conversations: all of them, and with _q those opened with a question.
ASKED = (
    "asked", "heard", "heard_4", "asked_72", "heard_72", "waited", "in_5", "in_15", "in_60", "in_240", "in_day", "in_three", "in_seven",
)  # fmt: skip
# Every column is summed over the days of a period. Each is a rollup, but for SOURCES.
SUMMED = {
    "person_day": (
        "timed_acts", "outside_acts", "weekend_acts", "direct", "mentioned", "grouped", "broadcast", "mails_in", "chats_in",
        "channel",
    ),
    "taken_up": ("acts", "messages", "interactions", "views", "active_days", "active_working_days"),
    "person_clock": ("act_us_30", "act_us_60", "act_us_120", "act_us_300", "act_us_600", "meeting_us", "call_us"),
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


@dataclass(frozen=True)
class Numbers:
    """How many people there are, and how many periods are counted for each tool: what a key is made with."""

    people: int
    stride: int

    @property
    def width(self) -> int:
        """Return how many keys a tool has."""
        return self.people * self.stride


def by_week(con: duckdb.DuckDBPyConnection) -> Numbers:
    """Make a table a step of SUMMED, named …_sum: key and its columns, by week; and `taken_up_week`, which stays so.

    Also the tables `who`, `which` and `step` of numbers. Needs the tables of periods.make, panel.load and uptake.make, and the rollups.
    """
    con.execute(NUMBERS.format(whole=WHOLE.isoformat()))
    con.execute(SPACES)
    [(people, stride)] = con.sql(
        "select greatest((select count(*) from who), 1), (select count(*) from step)"
    ).fetchall()
    numbers = Numbers(people, stride)
    counted = {"active_days": "acts > 0", "active_working_days": "acts > 0 and workday > 0"}
    for name, columns in SUMMED.items():
        sums = [
            f"count(*) filter ({counted[column]}) as {column}"
            if column in counted
            else f"coalesce(sum({column}), 0)::bigint as {column}"
            for column in columns
        ]
        if name == "taken_up":
            sums.append("sum(received)::bigint as received")
        source = SOURCES.get(name, name)
        _run(con, BY_WEEK, numbers, name=name, source=source, sums=", ".join(sums))
    con.execute("create or replace temp table taken_up_week as from taken_up_sum")
    return numbers


def coarser(con: duckdb.DuckDBPyConnection, numbers: Numbers, grain: Grain) -> None:
    """Add the tables …_sum up to a grain, from those of the grain before it in GRAINS; by week they stay as they are."""
    if grain == GRAINS[0]:
        return
    finer = GRAINS[GRAINS.index(grain) - 1]
    for name, columns in SUMMED.items():
        sums = ", ".join(f"sum({column})::bigint as {column}" for column in columns)
        _run(con, COARSER, numbers, name=name, finer=finer, grain=grain, sums=sums)


def _run(con: duckdb.DuckDBPyConnection, query: str, numbers: Numbers, **parts: str) -> None:
    # Names are those of SUMMED and GRAINS: no text from outside enters.
    con.execute(
        query.format(people=numbers.people, stride=numbers.stride, width=numbers.width, **parts)
    )
