"""A release file alone against the attacks that its readers can run; each must also catch a release that is broken."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from analytics.press import write
from analytics.privacy.attack import attack
from analytics.privacy.merge import merge_small
from analytics.privacy.suppress import mask
from tests.attacks.organisations import organisation

K = 10
SEEDS = range(10)
PLACE = ["department", "level", "location", "tool"]


def figures(frame: pl.DataFrame, shown: pl.Expr, grain: str | None = None) -> pl.DataFrame:
    """One metric over all cells of a mask, shown as the expression says."""
    return frame.select(
        *PLACE,
        metric=pl.lit("collaboration_hours"),
        variant=pl.lit(""),
        grain=pl.lit(grain)
        if grain
        else pl.when(pl.col("quarter").is_null()).then(pl.lit("all")).otherwise(pl.lit("quarter")),
        period="quarter",
        value=pl.when(shown).then(5.0),
        n=pl.when(shown | (pl.col("reason") == "dominated")).then("n"),
        reason=pl.when(~shown).then(pl.col("reason").fill_null("small_group")),
    )


def release(
    path: Path, figure: pl.DataFrame, flow: pl.DataFrame | None = None, **items: object
) -> Path:
    items = {"k": K, "targets": 1000, "exposed": 0, **items}
    passport = {"metric": "collaboration_hours", "family": "time_cost"}
    write(
        path,
        {
            "figure": figure,
            "certificate": pl.DataFrame(
                [{"item": name, "value": json.dumps(value)} for name, value in items.items()]
            ),
            "passport": pl.DataFrame(
                [{"metric": "collaboration_hours", "passport": json.dumps(passport)}]
            ),
        }
        | ({} if flow is None else {"flow": flow}),
    )
    return path


def succeeded(path: Path) -> dict[str, int]:
    """Class (its number alone) -> how often it succeeded."""
    return {str(row["class"]).split()[0]: int(str(row["succeeded"])) for row in attack(path)}


def broken(path: Path) -> set[str]:
    return {name for name, times in succeeded(path).items() if times}


@pytest.fixture(scope="module")
def frames() -> list[pl.DataFrame]:
    return [mask(merge_small(organisation(seed), K), K, seed).frame for seed in SEEDS]


def test_masked_releases_hold(frames, tmp_path):
    for number, frame in enumerate(frames):
        path = release(tmp_path / f"{number}.duckdb", figures(frame, pl.col("shown")))

        tried = {str(row["class"]).split()[0]: row["tried"] for row in attack(path)}

        assert broken(path) == set()
        assert all(tried[name] for name in ("A1", "A2", "A3", "A5"))


def test_releases_without_any_mask_are_taken_apart(frames, tmp_path):
    for number, frame in enumerate(frames):
        path = release(tmp_path / f"{number}.duckdb", figures(frame, pl.lit(True)))

        assert "A1" in broken(path)


def test_releases_that_hide_small_groups_only_are_taken_apart(frames, tmp_path):
    times = dict.fromkeys(("A2", "A3", "A4", "A8"), 0)
    for number, frame in enumerate(frames):
        path = release(tmp_path / f"{number}.duckdb", figures(frame, pl.col("n") >= K))

        found = succeeded(path)

        assert found["A1"] == 0
        times = {name: times[name] + found[name] for name in times}

    assert times["A2"] >= 100
    assert times["A3"] >= 50
    assert times["A4"] >= 10
    assert times["A8"] > 0


def table(*rows: tuple) -> pl.DataFrame:
    """Rows of quarter, department, n, reason: a small table by hand."""
    schema = {"quarter": pl.Date, "department": pl.String, "n": pl.Int64, "reason": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        *(pl.lit(None, pl.String).alias(name) for name in PLACE[1:])
    )


SHOWN = pl.col("reason").is_null()


def test_one_cell_hidden_for_its_value_comes_back_by_subtraction(tmp_path):
    lone = table((None, None, 50, None), (None, "Sales", 30, None), (None, "Shop", 20, "dominated"))
    two = table((None, None, 50, None), (None, "Sales", 30, "dominated"), (None, "Shop", 20, "dominated"))  # fmt: skip

    first = release(tmp_path / "lone.duckdb", figures(lone, SHOWN))
    second = release(tmp_path / "two.duckdb", figures(two, SHOWN))

    assert broken(first) == {"A11"}
    assert broken(second) == set()


def test_a_week_with_other_people_than_the_next_is_found(tmp_path):
    moving = table((date(2026, 4, 6), None, 50, None), (date(2026, 4, 13), None, 49, None))
    over_the_quarter = table((date(2026, 3, 23), None, 50, None), (date(2026, 3, 30), None, 49, None))  # fmt: skip

    first = release(tmp_path / "moving.duckdb", figures(moving, SHOWN, "week"))
    second = release(tmp_path / "still.duckdb", figures(over_the_quarter, SHOWN, "week"))

    assert broken(first) == {"A7"}
    assert broken(second) == set()


def test_a_flow_to_a_group_that_is_not_shown_is_found(tmp_path):
    shown = table((None, None, 60, None), (None, "Sales", 30, None), (None, "Shop", 30, None))
    ends = {"grain": "all", "period": None, "cut": "department", "source": "Sales", "ratio": 1.2}
    fine = pl.DataFrame([{**ends, "target": "Shop"}], schema_overrides={"period": pl.Date})
    small = pl.DataFrame([{**ends, "target": "Legal"}], schema_overrides={"period": pl.Date})

    first = release(tmp_path / "fine.duckdb", figures(shown, SHOWN), fine)
    second = release(tmp_path / "small.duckdb", figures(shown, SHOWN), small)

    assert broken(first) == set()
    assert broken(second) == {"A18"}


def test_a_threshold_under_five_and_a_certificate_with_hits_are_found(tmp_path):
    shown = table((None, None, 50, None))

    assert broken(release(tmp_path / "low.duckdb", figures(shown, SHOWN), k=4)) == {"A1"}
    assert broken(release(tmp_path / "hit.duckdb", figures(shown, SHOWN), exposed=2)) == {"A5"}
