"""Every number on every page and in every file is one of the release, recomputed here by plain SQL from its tables."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from math import isnan
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from analytics import sheets
from analytics.release import Release, open_release
from pages import parts
from pages.parts import cards, figure
from tests.drawn_release import draw_release
from tests.opened import opened

PAGES = ("overview", "adoption", "departments", "time_cost", "hierarchy", "relations", "trust")
SCOPES: dict[str, dict[str, str]] = {
    "whole": {}, "department": {"department": "Finance"}, "quarter": {"period": "2026-Q2", "step": "month"},
    "tool": {"tool": "slack"}, "level": {"level": "3"}, "place and month": {"location": "Milano", "period": "2026-05"},
}  # fmt: skip
PARTS = [import_module(f"pages.parts.{found.name}") for found in iter_modules(parts.__path__)]
# scopes for which the release holds nothing: hierarchy is shown for the whole company alone
NOTHING = {
    "hierarchy": ("department", "tool", "level", "place and month"),
    "departments": ("level", "place and month"),
    "relations": ("tool", "place and month"),  # so it is drawn
}
WRITTEN = (
    "whole",
    "department",
)  # scopes whose files are read back, one with everything and one with much kept back
KEYS = {
    "figure": ["metric", "variant", "grain", "period", "department", "level", "location", "tool", "bin"],
    "flow": ["grain", "period", "cut", "source", "target"],
    "coverage": ["tool", "week", "department"],
}  # fmt: skip
# where things stand in a picture: nothing of it is written or can be read as a figure
LAYOUT = {
    "at",
    "total_at",
    "apart_at",
    "end",
    "height",
    "tone",
    "order",
    "a",
    "b",
    "z",
    "first",
    "last",
    "position",
}
# what follows from assumptions, not from the release alone: tests/test_worth.py holds it, the files give the ground
ASSUMED = {"swings", "net", "net_swings"}
REACHED = {"at_low", "at_high", "likely", "left", "right", "zero"}
# few hours are written in minutes
HOURS = {"collaboration_hours", "meeting_hours", "day_span", "focus_hours", "reading_caused"}
NUMBER = re.compile(r"(?<!Q)[−-]?\d[\d,]*(?:\.\d+)?")
NUMBERS = """
    select unnest([value, low, high, shrunken, chance_low, chance_high, change, change_low, change_high,
                   n, numerator, denominator, coverage]) as x from figure
    union all select ratio from flow
    union all select unnest([people, headcount]) from coverage
"""
# what charts make of released numbers, made again here
DERIVED = """
    with figures as (select *, case when metric = 'lifecycle' then value * denominator end as lives from figure)
    select people / headcount as x from coverage
    union all select avg(people / headcount) from coverage where department is null group by tool
    union all select unnest([lives, -lives, round(lives), -round(lives), -numerator, -value]) from figures where metric = 'lifecycle'
    union all select try_cast(bin as double) from figure where variant = 'lorenz'
    union all select unnest([1 - value, 0.9]) from figure where bin = 'top_tenth'
    union all select cast(bin as double) from figure where metric = 'time_to_adoption'
    union all select cast(split_part(bin, '/', 2) as double) from figure where metric = 'retention' and bin like '%/%'
    union all select t.value + r.value from figure t join figure r
        on  t.metric = 'collaboration_hours' and r.metric = t.metric and t.bin = 'total' and r.bin = 'reading'
        and t.variant = r.variant and t.grain = r.grain and t.period is not distinct from r.period
        and t.department is not distinct from r.department and t.level is not distinct from r.level
        and t.location is not distinct from r.location and t.tool is not distinct from r.tool
    union all select unnest([1 - value, 1 - low, 1 - high]) from figure where metric = 'unanswered_share'
    union all select greatest(-2, least(2, log2(greatest(ratio, 0.001)))) from flow
    union all select sign * change / worth from (
        select metric, unnest([change, change_low, change_high]) as change from figure
    ) join (
        select metric, cast(json_extract_string(passport, '$.smallest_worth_showing') as double) as worth from passport
    ) using (metric) cross join (select unnest([1, -1]) as sign)
"""


@dataclass
class Seen:
    """What the pages handed to figures and cards: rows that can be taken along, and text with the rows it speaks of."""

    rows: list[tuple[str, pl.DataFrame]] = field(default_factory=list)
    told: list[tuple[str, str, "Sayable"]] = field(default_factory=list)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield draw_release(tmp_path_factory.mktemp("numbers"))
    open_release.cache_clear()


@pytest.fixture(scope="module")
def tables(path: Path) -> dict[str, pl.DataFrame]:
    """Return the release's own tables and the numbers of it, read past our code before any page opens it."""
    with duckdb.connect(str(path), read_only=True) as connection:
        read = {name: connection.sql(f"select * from {name}").pl() for name in KEYS}
        for name, sql in (("numbers", NUMBERS), ("derived", DERIVED)):
            read[name] = connection.sql(
                f"select distinct x::double as x from ({sql}) where x is not null"
            ).pl()
    return read


Known = tuple[set[float], list[float]]


@pytest.fixture(scope="module")
def known(tables: dict[str, pl.DataFrame]) -> Known:
    """Return the numbers of the release, and in order those that charts may make of them."""
    return set(tables["numbers"]["x"]), sorted(tables["derived"]["x"])


@pytest.fixture
def seen(path: Path, monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Return what passes through the only doors of figures, with the doors otherwise as they are."""
    monkeypatch.setenv("CONVIVIO_HOME", str(path.parents[2]))
    found = Seen()
    drawn, carded = figure.figure, cards.card

    def watch_figure(block: figure.Block, **options: Any) -> Any:
        found.rows.append((block.key, block.rows))
        if block.picture is not None and block.key not in ASSUMED:
            sayable = Sayable.of(block.rows)
            found.told += [
                (f"{block.key} {column}", str(cell), sayable)
                for column in block.twin.columns
                for cell in block.twin[column]
            ]
        return drawn(block, **options)

    def watch_card(c: cards.Card) -> None:
        rows = pl.concat(
            [pl.DataFrame([row]) for row in (c.row, c.latest) if row] or [c.series],
            how="diagonal_relaxed",
        )
        found.rows += [(f"card {c.key}", c.series), (f"card {c.key}", rows)]
        carded(c)

    for module in PARTS:
        if getattr(module, "figure", None) is drawn:
            monkeypatch.setattr(module, "figure", watch_figure)
    monkeypatch.setattr(cards, "card", watch_card)
    return found


def table_of(rows: pl.DataFrame) -> str:
    return next(name for name, keys in KEYS.items() if set(keys) <= set(rows.columns))


def differing(rows: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> list[object]:
    """Return the numbers that are not equal to those of the same row in the release."""
    table = table_of(rows)
    own = tables[table]
    numbers = [
        name for name, type_ in own.schema.items() if type_.is_numeric() and name in rows.columns
    ]
    same = rows.select(pl.col(name).cast(own.schema[name]) for name in [*KEYS[table], *numbers])
    joined = same.with_row_index().join(
        own, on=KEYS[table], how="left", nulls_equal=True, suffix="_own"
    )
    assert joined.height == rows.height, "a row is in the release twice"
    return [
        bad
        for name in numbers
        for bad in joined.filter(pl.col(name).ne_missing(pl.col(f"{name}_own")))
        .select(*KEYS[table], name, f"{name}_own")
        .rows()
    ]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("page", PAGES)
def test_every_number_of_a_page_and_its_files_is_the_releases_own(
    page, scope, seen, tables, known, path
):
    at = opened(page, **SCOPES[scope])

    rows = [found for _, found in seen.rows if found.height]
    drawn = list(in_charts(at))
    texts = [
        (where, cell, token, of) for where, cell, of in seen.told for token in NUMBER.findall(cell)
    ]
    assert [wrong for found in rows for wrong in differing(found, tables)] == []
    if scope in WRITTEN:
        assert [wrong for found in rows for wrong in lost_in_files(found, open_release(path))] == []
    assert foreign(drawn, known) == []
    assert [(where, cell, token) for where, cell, token, of in texts if token not in of] == []
    if scope not in NOTHING.get(page, ()):
        assert rows and (drawn or page == "departments")
        assert texts or page == "overview" or not drawn


def lost_in_files(rows: pl.DataFrame, release: Release) -> list[str]:
    """Return the columns of numbers that do not come back from the CSV and Excel files made of these rows."""
    csv = pl.read_csv(sheets.csv_text(rows).encode(), infer_schema_length=None)
    workbook = pl.read_excel(io.BytesIO(figure.workbook(rows, release)), sheet_name="figures")
    wrong = []
    for name in (name for name, type_ in rows.schema.items() if type_.is_float()):
        if csv[name].cast(pl.Float64).to_list() != rows[name].to_list():
            wrong.append(f"csv {name}")
        if name not in workbook.columns:  # fastexcel leaves out columns without a value
            continue
        kept = workbook[name].cast(pl.Float64)
        same = kept.drop_nulls().to_list() == pytest.approx(
            rows[name].drop_nulls().to_list(), rel=1e-14
        )
        if not same or kept.is_null().to_list() != rows[name].is_null().to_list():
            wrong.append(f"xlsx {name}")
    return wrong


def foreign(drawn: list[tuple[str, float]], known: Known) -> list[tuple[str, float]]:
    """Return the numbers of charts that are neither the release's own nor made of them as DERIVED says."""
    allowed, near = known
    return [
        (name, value)
        for name, value in drawn
        if name not in LAYOUT | REACHED and value not in allowed and not is_near(value, near)
    ]


def in_charts(at: AppTest) -> Iterator[tuple[str, float]]:
    """Yield field and value of every number in the data that the browser gets for its charts."""
    for chart in at.get("vega_lite_chart"):
        for data in ([chart.proto.data] if chart.proto.HasField("data") else []) + [
            d.data for d in chart.proto.datasets
        ]:
            sent = pl.from_arrow(pa.ipc.open_stream(io.BytesIO(data.data)).read_all())
            for name, type_ in sent.schema.items():
                if type_.is_numeric():
                    yield from (
                        (name, float(value))
                        for value in sent[name].drop_nulls()
                        if not isnan(value)
                    )


def is_near(value: float, ordered: list[float]) -> bool:
    """Say whether a number is a derived one up to the last bits, which depend on the order of adding."""
    from bisect import bisect_left

    at = bisect_left(ordered, value)
    return any(
        abs(value - near) <= 1e-12 * max(1.0, abs(value))
        for near in ordered[max(0, at - 1) : at + 1]
    )


@dataclass(frozen=True)
class Sayable:
    """What may be written about some rows: their values as they round, the numbers in their words, their reasons."""

    values: np.ndarray
    words: frozenset[str]
    scales: tuple[int, ...] = (1, 100)  # a share as per cent

    @classmethod
    def of(cls, rows: pl.DataFrame) -> "Sayable":
        numbers = [name for name, type_ in rows.schema.items() if type_.is_numeric()]
        values = [float(x) for name in numbers for x in rows[name].drop_nulls().unique()]
        if {"value", "change"} <= set(numbers):  # what it was before
            values += (rows["value"] - rows["change"]).drop_nulls().to_list()
        words = " ".join(
            str(x) for name in rows.columns if name not in numbers for x in rows[name].unique()
        )
        if "reason" in rows.columns and (rows["reason"] == "small_group").any():
            words += " fewer than 10 people"
        found = NUMBER.findall(words.replace("-", " "))
        said = frozenset(word.lstrip("0") for word in found)
        in_hours = "metric" in rows.columns and rows["metric"].is_in(list(HOURS)).any()
        return cls(np.array(values), said, (1, 100, 60) if in_hours else (1, 100))

    def __contains__(self, token: str) -> bool:
        meant = abs(float(token.replace("−", "-").replace(",", "")))
        near = 0.5000001 * 10 ** -len(token.partition(".")[2])
        said = (np.abs(np.abs(scale * self.values) - meant) <= near for scale in self.scales)
        return token.lstrip("−-") in self.words or any(one.any() for one in said)


def test_a_number_changed_in_the_release_would_be_seen(path, tables, known):
    """Otherwise the tests above would prove nothing."""
    rows = open_release(path).figures("active_people", by="department")
    bent = rows.with_columns(value=pl.col("value") * 1.0001)

    assert differing(rows, tables) == []
    assert len(differing(bent, tables)) == rows["value"].drop_nulls().len()
    assert "7.123" not in Sayable.of(rows)
    assert foreign([("value", 0.123456)], known) == [("value", 0.123456)]
