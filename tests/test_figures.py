"""What leaves the vault: hidden cells hold no number, and a change tells no more than the two figures it stands between."""

from datetime import date

import polars as pl
import pytest

from analytics.figures import ESTIMATES, finish, where_shown
from analytics.metrics import catalogue
from analytics.metrics.adoption import PASSPORTS
from analytics.metrics.engine import SCHEMA
from analytics.publish import between_shown
from analytics.schema import polars_schema
from tests.attacks.organisations import panel

SPRING, SUMMER = date(2026, 3, 30), date(2026, 6, 29)
PASSPORT = {passport.id: passport for passport in PASSPORTS}
GROUPS = {"A": 40, "B": 30, "C": 25, "D": 20, "E": 15}
STAFF = panel(
    [
        (quarter, 100 * i + person, name, None, None, "")
        for quarter in (SPRING, SUMMER)
        for i, (name, n) in enumerate(GROUPS.items())
        for person in range(n)
    ]
)


def cell(quarter: date, department: str | None, n: int, yes: int) -> dict[str, object]:
    """Everybody with a seat, `yes` of n active; as many of the same people in the quarter before."""
    return dict.fromkeys(SCHEMA) | {
        "metric": "active_people", "variant": "", "kind": "share", "position": 0, "grain": "quarter",
        "period": quarter, "quarter": quarter, "cut": "department" if department else "total", "department": department,
        "n": n, "ny": n, "sx": yes, "sy": n, "sxx": yes, "sxy": yes, "syy": n, "sr": n * 50.0, "srr": n * 3000.0,
        "sl": 1.0, "sll": 1.0, "n_capped": 0, "x1": 1, "x2": 1, "pair_n": n, "now_x": yes, "now_y": n, "now_xx": yes,
        "now_xy": yes, "now_yy": n, "then_x": yes - 2, "then_y": n, "then_xx": yes - 2, "then_xy": yes - 2, "then_yy": n,
        "cross_xx": yes - 4, "cross_xy": yes, "cross_yx": yes - 2, "cross_yy": n,
    }  # fmt: skip


def released(
    hidden: tuple[tuple[date, str], ...] = (), seen: float = 1.0, **instead: object
) -> pl.DataFrame:
    cells = [
        cell(quarter, name, n, n // 2 + (2 if quarter == SUMMER else 0)) | instead
        for quarter in (SPRING, SUMMER)
        for name, n in {None: 130, **GROUPS}.items()
    ]
    frame = pl.DataFrame(cells, schema=SCHEMA, strict=False).with_columns(
        coverage=pl.when(pl.col("period") == SUMMER).then(seen).otherwise(1.0)
    )
    mask = frame.select("quarter", "department", "level", "location", "tool").with_columns(
        shown=~pl.struct("quarter", "department").is_in(
            [{"quarter": quarter, "department": name} for quarter, name in hidden]
        )
        if hidden
        else pl.lit(value=True),
        reason=pl.lit("protected"),
    )
    return finish(frame, mask, PASSPORT, 10, STAFF)


def one(rows: pl.DataFrame, department: str, quarter: date = SUMMER) -> dict[str, object]:
    return rows.filter(department=department, period=quarter).row(0, named=True)


def test_a_hidden_cell_holds_no_number_at_all():
    row = one(released(((SUMMER, "B"),)), "B")

    assert row["reason"] == "protected"
    assert [row.get(name) for name in (*ESTIMATES, "n")] == [None] * (len(ESTIMATES) + 1)


def test_a_cell_that_the_mask_does_not_know_is_hidden():
    frame = pl.DataFrame([cell(SUMMER, "A", 40, 20)], schema=SCHEMA, strict=False)
    frame = frame.with_columns(coverage=pl.lit(1.0))
    nothing = pl.DataFrame(
        schema={"quarter": pl.Date, "department": pl.String, "level": pl.String, "location": pl.String,
                "tool": pl.String, "shown": pl.Boolean, "reason": pl.String}
    )  # fmt: skip

    assert finish(frame, nothing, PASSPORT, 10, STAFF)["reason"].to_list() == ["small_group"]


def test_a_change_is_the_difference_of_the_two_published_values():
    rows = released()

    now, before = one(rows, "A"), one(rows, "A", SPRING)
    assert now["change"] == pytest.approx(now["value"] - before["value"])
    assert now["change_low"] < now["change"] < now["change_high"]
    assert before["change"] is None


@pytest.mark.parametrize("kind", ["share", "clustered"])
def test_where_nobody_changed_the_change_is_not_known_to_the_last_digit(kind):
    """As if one of fifteen had: 2.144787 / 15 to either side."""
    sums = ("sx", "sxx", "sxy", "now_x", "now_xx", "now_xy", "then_x", "then_xx", "then_xy", "cross_xx", "cross_xy", "cross_yx")  # fmt: skip

    row = one(released(kind=kind, **dict.fromkeys(sums, 5)), "E")

    assert (row["change"], row["change_low"], row["change_high"]) == (0, -0.15, 0.15)


def test_where_nobody_moved_a_mean_changes_as_if_one_of_the_people_were_another():
    """Fifteen people, Σx 75 and Σx² 465 in both: v = 15/14 · (465 − 375) / 15² = .428571, and 2.144787 · √(v/15) = .362531."""
    twice = {f"{when}{of}": total for when in ("s", "now_", "then_") for of, total in (("x", 75), ("xx", 465), ("xy", 75))}  # fmt: skip
    crossed = {"cross_xx": 465, "cross_xy": 75, "cross_yx": 75}

    row = one(released(kind="ratio", **twice, **crossed), "E")

    assert (row["change"], row["change_low"], row["change_high"]) == (0, -0.37, 0.37)


def test_where_all_are_alike_and_nobody_moved_there_is_no_interval_of_a_change():
    twice = {f"{when}{of}": total for when in ("s", "now_", "then_") for of, total in (("x", 30), ("xx", 60), ("xy", 30))}  # fmt: skip

    row = one(released(kind="ratio", **twice, cross_xx=60, cross_xy=30, cross_yx=30), "E")

    assert (row["change"], row["change_low"], row["change_high"]) == (0, None, None)


def test_there_is_no_change_from_a_hidden_figure():
    row = one(released(((SPRING, "B"),)), "B")

    assert row["value"] is not None
    assert (row["change"], row["change_low"], row["change_high"]) == (None, None, None)


def test_there_is_no_change_when_more_than_a_tenth_are_other_people():
    assert one(released(pair_n=14), "E")["change"] is not None
    assert one(released(pair_n=14), "A")["change"] is None


def test_a_value_is_there_exactly_where_no_reason_is():
    rows = released(((SPRING, "B"), (SUMMER, "C")))

    assert rows.filter(pl.col("value").is_null() == pl.col("reason").is_null()).is_empty()


def test_what_lies_open_small_groups_stays_in_the_vault():
    assert not set(released().columns) & {"sxx", "sxy", "syy", "sr", "srr", "sl", "sll", "x1", "x2"}


def test_a_finished_figure_of_a_hidden_group_holds_no_number():
    rows = pl.DataFrame(
        [
            {
                "grain": "month",
                "period": SUMMER,
                "tool": tool,
                "value": 0.4,
                "n": 60,
                "reason": None,
            }
            for tool in ("slack", "mail")
        ],
        schema_overrides={"reason": pl.String, "period": pl.Date},
    ).with_columns(
        *(pl.lit(None, pl.String).alias(name) for name in ("department", "level", "location"))
    )
    mask = rows.select("department", "level", "location", "tool", quarter="period").with_columns(
        shown=pl.col("tool") == "slack", reason=pl.lit("protected")
    )

    shown = where_shown(rows, mask)

    assert shown.columns == rows.columns
    assert shown.select("tool", "value", "n", "reason").rows() == [
        ("slack", 0.4, 60, None),
        ("mail", None, None, "protected"),
    ]


@pytest.mark.parametrize(("seen", "is_known"), [(0.95, True), (0.94, False)])
def test_there_is_no_change_when_the_exports_see_another_share_of_the_people(seen, is_known):
    assert (one(released(seen=seen), "A")["change"] is not None) == is_known


@pytest.mark.parametrize(
    ("metric", "weeks", "is_known"),
    [
        ("active_people", 12.0, True),
        ("active_people", 11.0, False),  # of thirteen: who did something once, did so less often
        ("active_people", 4.0, False),
        ("outside_hours_share", 4.0, True),
    ],
)
def test_there_is_no_change_of_who_did_something_once_to_a_shorter_period(metric, weeks, is_known):
    cells = [
        cell(quarter, "A", 40, 20) | {"metric": metric, "weeks": known}
        for quarter, known in ((SPRING, 13.0), (SUMMER, weeks))
    ]
    frame = pl.DataFrame(cells, schema=SCHEMA, strict=False).with_columns(coverage=pl.lit(1.0))
    mask = frame.select("quarter", "department", "level", "location", "tool", shown=True, reason=None)  # fmt: skip
    passports = {one.id: one for one in catalogue.passports()}

    row = one(finish(frame, mask, passports, 10, STAFF), "A")

    assert (row["change"] is not None) == is_known


def test_a_flow_from_or_to_a_group_without_any_figure_is_not_told():
    """B is large enough, and all that is told of it would tell of others."""
    rows = released(((SUMMER, "B"),))
    told = pl.concat([rows, pl.DataFrame(schema=polars_schema("release.figure"))], how="diagonal_relaxed")  # fmt: skip
    ends = [("A", "C"), ("A", "B"), ("B", "A"), ("B", "B")]
    flow = pl.DataFrame(
        {"grain": "quarter", "period": SUMMER, "cut": "department", "source": [a for a, _ in ends], "target": [b for _, b in ends],
         "ratio": 1.0, "reason": None}, schema_overrides={"reason": pl.String},
    )  # fmt: skip

    assert between_shown(flow, told)["ratio"].to_list() == [1.0, None, None, None]
