"""A release file alone against the attacks that its readers can run; each must also catch a release that is broken."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from analytics.__main__ import main
from analytics.errors import AnalyticsError
from analytics.press import write
from analytics.privacy import ledger
from analytics.privacy.attack import attack
from analytics.privacy.merge import merge_small
from analytics.privacy.suppress import mask
from tests.attacks import organisations
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
        numerator=pl.when(shown).then(40.0 * pl.col("n")),
        denominator=pl.when(shown).then(8.0 * pl.col("n")),
        n=pl.when(shown | (pl.col("reason") == "dominated")).then("n"),
        reason=pl.when(~shown).then(pl.col("reason").fill_null("small_group")),
    )


def release(
    path: Path,
    figure: pl.DataFrame,
    flow: pl.DataFrame | None = None,
    company: pl.DataFrame | None = None,
    **items: object,
) -> Path:
    items = {"k": K, "targets": 1000, "exposed": 0, **items}
    figure = figure.sort("department", "level", "location", "tool", nulls_last=False)
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
        | ({} if flow is None else {"flow": flow})
        | ({} if company is None else {"company": company}),
    )
    return path


def succeeded(path: Path, *earlier: Path, workspace: Path | None = None) -> dict[str, int]:
    """Class (its number alone) -> how often it succeeded."""
    rows = attack(path, earlier, workspace)
    return {str(row["class"]).split()[0]: int(str(row["succeeded"])) for row in rows}


def broken(path: Path, *earlier: Path, workspace: Path | None = None) -> set[str]:
    return {name for name, times in succeeded(path, *earlier, workspace=workspace).items() if times}


@pytest.fixture(scope="module")
def frames() -> list[pl.DataFrame]:
    return [mask(merge_small(organisation(seed), K), K, seed).frame for seed in SEEDS]


def test_masked_releases_hold(frames, tmp_path):
    for number, frame in enumerate(frames):
        path = release(tmp_path / f"{number}.duckdb", figures(frame, pl.col("shown")))

        rows = attack(path)

        tried = {str(row["class"]).split()[0]: row["tried"] for row in rows}
        assert not any(row["succeeded"] for row in rows)
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


def over_time(months: tuple[float, ...], quarters: tuple[float, ...]) -> pl.DataFrame:
    """A company of 60 whose two quarters have 63 people each; the months are those of the first."""
    january, february, march, april = (
        date(2025, 12, 29),
        date(2026, 2, 2),
        date(2026, 3, 2),
        date(2026, 3, 30),
    )
    periods = [("month", month) for month in (january, february, march)]
    periods += [("quarter", january), ("quarter", april), ("all", None)]
    people = [63] * 5 + [60]
    return pl.DataFrame(
        [
            {"metric": "collaboration_hours", "variant": "", "grain": grain, "period": period,
             "value": sum_ / n, "numerator": sum_, "denominator": float(n), "n": n}
            for (grain, period), sum_, n in zip(periods, (*months, *quarters), people, strict=True)
        ],
    ).with_columns(*(pl.lit(None, pl.String).alias(name) for name in PLACE))  # fmt: skip


def test_quarters_less_the_whole_leave_the_hours_of_six_leavers_and_joiners(tmp_path):
    # 630 + 640 hours less 1,200: six people worked 70
    rows = over_time((200.0, 210.0, 220.0), (630.0, 640.0, 1200.0))

    assert broken(release(tmp_path / "hours.duckdb", rows)) == {"A8"}


def test_who_was_silent_in_quarters_does_not_say_who_was_in_the_whole(tmp_path):
    # silent in each of three months: 30, 28 and 31, in the quarter 20: silence does not add up
    rows = over_time((30.0, 28.0, 31.0), (20.0, 19.0, 12.0))

    assert broken(release(tmp_path / "silent.duckdb", rows)) == set()


def test_a_figure_whose_months_are_hidden_is_taken_to_add_up(tmp_path):
    rows = over_time((30.0, 28.0, 31.0), (20.0, 19.0, 12.0)).with_columns(
        value=pl.when(pl.col("grain") != "month").then("value")
    )

    assert broken(release(tmp_path / "hidden.duckdb", rows)) == {"A8"}


@pytest.mark.parametrize(("quarter", "found"), [(20.0, set()), (89.0, {"A8"})])
def test_a_figure_without_months_goes_with_the_others_of_its_metric(tmp_path, quarter, found):
    # the months of another variant give 30 + 28 + 31 = 89: its quarter, or they don't
    months = over_time((30.0, 28.0, 31.0), (quarter, 19.0, 12.0))
    alone = months.filter(pl.col("grain") != "month").with_columns(variant=pl.lit("points"))
    nought = months.with_columns(variant=pl.lit("first point"), value=0.0, numerator=None)
    nought = nought.cast({"numerator": pl.Float64})

    for others in (alone, nought):
        assert broken(release(tmp_path / "points.duckdb", pl.concat([months, others]))) == found


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

    assert broken(first) == {"A11", "A6"}
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


def shares(*rows: tuple) -> pl.DataFrame:
    """Active people: department, n, numerator, reason; the denominator is n."""
    schema = {"department": pl.String, "n": pl.Int64, "numerator": pl.Float64, "reason": pl.String}
    told = pl.col("reason").is_null()
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        metric=pl.lit("active_people"), variant=pl.lit(""), grain=pl.lit("all"), bin=pl.lit(None, pl.String),
        period=pl.lit(None, pl.Date), denominator=pl.when(told).then(pl.col("n").cast(pl.Float64)),
        value=pl.when(told).then(pl.col("numerator") / pl.col("n")),
        **{label: pl.lit(None, pl.String) for label in PLACE[1:]},
    )  # fmt: skip


NEARLY = "nearly_all_or_none"


def test_a_share_of_nearly_everybody_that_is_shown_is_found(tmp_path):
    fine = release(
        tmp_path / "fine.duckdb", shares((None, 60, 40.0, None), ("Sales", 30, 20.0, None))
    )
    tail = release(
        tmp_path / "tail.duckdb", shares((None, 60, 40.0, None), ("Sales", 30, 29.0, None))
    )

    assert (broken(fine), broken(tail)) == (set(), {"A10"})


def test_a_hidden_sum_that_its_group_boxes_in_is_found(tmp_path):
    """Of 24 people in two hidden departments all but nobody: both hold nobody."""
    nobody = shares(
        (None, 60, 20.0, None),
        ("Sales", 36, 20.0, None),
        ("Legal", 12, None, NEARLY),
        ("Shop", 12, None, NEARLY),
    )
    open_box = shares(
        (None, 60, 32.0, None),
        ("Sales", 36, 20.0, None),
        ("Legal", 12, None, NEARLY),
        ("Shop", 12, None, NEARLY),
    )

    first = release(tmp_path / "nobody.duckdb", nobody)
    second = release(tmp_path / "open.duckdb", open_box)

    assert (broken(first), broken(second)) == ({"A6"}, set())


def test_windows_that_slide_by_a_day_are_found(tmp_path):
    slid = table((date(2026, 4, 6), None, 50, None), (date(2026, 4, 7), None, 50, None))
    month = table((date(2026, 3, 30), None, 50, None), (date(2026, 5, 4), None, 50, None))

    first = release(tmp_path / "week.duckdb", figures(slid, SHOWN, "week"))
    second = release(tmp_path / "month.duckdb", figures(month, SHOWN, "month"))
    third = release(tmp_path / "quarter.duckdb", figures(slid[:1], SHOWN, "quarter"))

    assert (broken(first), broken(second), broken(third)) == ({"A9"}, set(), {"A9"})


@pytest.mark.parametrize(("longer", "found"), [(14, {"A9"}), (15, set())])
def test_a_vendors_window_inside_another_that_holds_two_people_more_is_found(
    tmp_path, longer, found
):
    windows = {"active/2026-03-25/2026-03-31": 12, "active/2026-03-02/2026-03-31": longer}
    told = pl.DataFrame(
        [
            {"metric": "vendor_active", "variant": "", "grain": "all", "tool": "teams", "bin": name,
             "value": active / 30, "numerator": float(active), "denominator": 30.0, "n": 30,
             "department": None, "level": None, "location": None}
            for name, active in windows.items()
        ]
    )  # fmt: skip

    assert broken(release(tmp_path / "windows.duckdb", told)) == found


def test_one_figure_with_two_values_is_found(tmp_path):
    once = figures(table((None, None, 50, None)), SHOWN)
    twice = pl.concat([once, once.with_columns(value=pl.lit(5.2))])

    assert broken(release(tmp_path / "twice.duckdb", twice)) == {"A12"}


def test_an_extreme_and_rows_in_the_order_of_their_values_are_found(tmp_path):
    three = table((None, "Sales", 30, None), (None, "Legal", 40, None), (None, "Shop", 50, None))
    named = figures(table((None, None, 50, None)), SHOWN).with_columns(bin=pl.lit("max"))
    fine = release(tmp_path / "fine.duckdb", figures(three, SHOWN))
    ends = {"grain": "all", "period": None, "cut": "department", "ratio": 1.2, "source": "Sales"}
    flow = pl.DataFrame(
        [{**ends, "target": "Shop"}, {**ends, "target": "Legal"}],
        schema_overrides={"period": pl.Date},
    )

    assert broken(fine) == set()
    assert broken(release(tmp_path / "named.duckdb", named)) == {"A13"}
    assert "A13" in broken(release(tmp_path / "order.duckdb", figures(three, SHOWN), flow))


@pytest.mark.parametrize(
    "told",
    ["anna@example.org", "U02ABCDEF12", "9f86d081884c7d659a2feaa0c55ad015", "4611686018427387904"],
)
def test_whatever_names_an_account_is_found(tmp_path, told):
    rows = figures(table((None, told, 50, None)), SHOWN)

    assert broken(release(tmp_path / "told.duckdb", rows)) == {"A16"}


def test_a_keyed_number_is_found(tmp_path):
    rows = figures(table((None, None, 4611686018427387904, None)), SHOWN)

    assert broken(release(tmp_path / "key.duckdb", rows)) == {"A16"}


def test_two_releases_that_differ_by_one_person_are_found(tmp_path):
    quarter = date(2026, 3, 30)
    before, after, grown = (
        release(
            tmp_path / f"{n}.duckdb",
            figures(table((quarter, None, 100, None), (quarter, "Sales", n, None)), SHOWN),
        )
        for n in (50, 49, 70)
    )  # fmt: skip

    assert broken(after, before) == {"A8"}
    assert broken(grown, before) == set()
    assert broken(before, before) == set()


def test_the_command_fails_where_a_class_succeeds_and_names_it(tmp_path, capsys):
    quarter = date(2026, 3, 30)
    after, before = (
        release(tmp_path / f"{n}.duckdb", figures(table((quarter, "Sales", n, None)), SHOWN))
        for n in (49, 50)
    )

    alone = main(["attack", str(after)])
    together = main(["attack", str(after), "--earlier", str(before)])

    assert (alone, together) == (0, 1)
    assert "can be taken apart: A8" in capsys.readouterr().err
    assert main(["attack", str(after), "--earlier", str(tmp_path / "none")]) == 2


def test_a_file_that_is_no_release_is_refused(tmp_path):
    path = tmp_path / "notes.duckdb"
    path.write_text("no release")

    with pytest.raises(AnalyticsError, match="not a release"):
        attack(path)


# ------------------------------------------------------------------ with the vault


def remembered(workspace: Path, panel: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """Write the ledger's line of a release into a workspace's folder, and return the release's company table."""
    raw = panel.with_columns(branch=pl.lit(None, pl.Int64), weeks=pl.lit(13, pl.Int32))
    marks = panel.select("quarter", "person", tool=pl.lit("slack"), mark=pl.lit(1))
    facts = ledger.Facts(release=7, threshold=K, last_day=None, sources=[], starts={}, key="one")
    workspace.mkdir()
    ledger.append(workspace, ledger.Seen(raw, panel, frame.filter("shown"), marks), facts)
    return pl.DataFrame({"item": ["release"], "value": ["7"]})


def test_who_knows_the_people_finds_what_hiding_small_groups_only_leaves_open(tmp_path):
    panel = merge_small(organisation(4, people=400, quarters=2), K)
    frame = mask(panel, K, 4).frame
    company = remembered(tmp_path / "acme", panel, frame)
    held = release(tmp_path / "held.duckdb", figures(frame, pl.col("shown")), company=company)
    bare = release(tmp_path / "bare.duckdb", figures(frame, pl.col("n") >= K), company=company)

    assert broken(held, workspace=tmp_path / "acme") == set()
    assert succeeded(bare, workspace=tmp_path / "acme")["A5"] > 50


def test_who_knows_the_people_finds_a_hidden_value_by_two_steps(tmp_path):
    """Sales in X is the company less everybody in Y less Legal in X; no group and its parts are all shown."""
    groups = {("Sales", "X"): 30, ("Sales", "Y"): 30, ("Legal", "X"): 20, ("Legal", "Y"): 20}
    rows = [
        (None, 100 * i + person, *place[:1], None, *place[1:], "")
        for i, (place, n) in enumerate(groups.items())
        for person in range(n)
    ]
    people = organisations.panel(rows)
    frame = mask(people, K, 1).frame
    department, location = pl.col("department"), pl.col("location")
    secret = (department == "Sales") & (location == "X")
    beside = (
        (pl.col("cut") == "department")
        | ((pl.col("cut") == "location") & (location == "X"))
        | ((department == "Sales") & (location == "Y"))
    )
    company = remembered(tmp_path / "acme", people, frame)
    figure = figures(
        frame.filter(pl.col("tool").is_null()).with_columns(
            reason=pl.when(secret).then(pl.lit("dominated")).when(beside).then(pl.lit("protected"))
        ),
        pl.col("reason").is_null(),
    )
    path = release(tmp_path / "two.duckdb", figure, company=company)

    assert succeeded(path)["A11"] == 0
    assert succeeded(path, workspace=tmp_path / "acme")["A11"] == 1


def test_a_release_of_another_workspace_is_refused(tmp_path):
    path = release(tmp_path / "file.duckdb", figures(table((None, None, 50, None)), SHOWN))
    (tmp_path / "acme").mkdir()

    with pytest.raises(AnalyticsError, match="has not made release"):
        attack(path, workspace=tmp_path / "acme")
