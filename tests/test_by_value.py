"""What is hidden for its value does not come back by subtracting its siblings."""

import itertools

import numpy as np
import polars as pl
import pytest

from analytics.privacy.by_value import CELL, FIGURE, withhold
from analytics.privacy.lattice import CUTS, FAMILIES

K = 10


def cell(cut="total", *, n=40, sx=20.0, sy=None, x1=1.0, x2=1.0, sxx=None, ny=None, **labels):
    return {
        "metric": "m", "variant": "", "bin": None, "grain": "quarter", "period": None, "cut": cut,
        "department": None, "level": None, "location": None, "tool": None, "reason": None,
        "n": float(n), "ny": float(n if ny is None else ny), "sx": float(sx), "sy": float(n if sy is None else sy),
        "sxx": float(sx if sxx is None else sxx), "x1": x1, "x2": x2, "yes_or_no": True, "defined": False,
    } | labels  # fmt: skip


def reasons(*cells):
    frame = pl.DataFrame(
        list(cells),
        schema_overrides={"bin": pl.String, "period": pl.Date}
        | dict.fromkeys((*CELL, "reason"), pl.String),
    )
    return withhold(frame, K)["reason"].to_list()


@pytest.mark.parametrize(
    ("yes", "shown"), [(0, False), (2, False), (3, True), (37, True), (38, False), (40, False)]
)
def test_nearly_all_and_nearly_none_are_withheld(yes, shown):
    assert (reasons(cell(sx=yes)) == [None]) is shown


def test_too_few_people_behind_a_denominator_are_withheld():
    assert reasons(cell(ny=9)) == ["small_group"]
    assert reasons(cell(ny=10)) == [None]


def test_nobody_behind_a_figure_is_no_data_and_not_a_small_group():
    assert reasons(cell(ny=0, sx=0.0, sy=0.0)) == ["no_data"]


def test_a_sum_made_by_one_or_two_people_is_withheld():
    hours = {"yes_or_no": False, "sx": 100.0}

    assert reasons(cell(**hours, x1=51.0, x2=1.0, sxx=9000.0)) == ["dominated"]
    assert reasons(cell(**hours, x1=45.0, x2=40.0, sxx=9000.0)) == ["dominated"]
    assert reasons(cell(**hours, x1=20.0, x2=10.0, sxx=450.0)) == ["dominated"]
    assert reasons(cell(**hours, x1=20.0, x2=10.0, sxx=900.0)) == [None]


def test_the_first_step_of_a_funnel_is_everybody_by_definition():
    assert reasons(cell(sx=40, bin="enabled", defined=True)) == [None]


def test_one_hidden_department_takes_the_next_smallest_with_it():
    found = reasons(
        cell(n=100, sx=50),
        cell("department", department="A", n=20, sx=1),
        cell("department", department="B", n=50, sx=30),
        cell("department", department="C", n=30, sx=19),
    )

    assert found == [None, "nearly_all_or_none", None, "protected"]


@pytest.mark.parametrize("seed", range(30))
def test_no_family_has_one_hidden_cell_alone(seed):
    draw = np.random.default_rng(seed)
    names = {"department": "ABCDEF", "level": "123", "location": "XY", "tool": "st"}
    cells = []
    for cut, labels in CUTS.items():
        for values in itertools.product(*(names[label] for label in labels)):
            n = int(draw.integers(10, 60))
            cells.append(
                cell(
                    cut,
                    n=n,
                    sx=int(draw.integers(0, n + 1)),
                    **dict(zip(labels, values, strict=True)),
                )
            )
    frame = pl.DataFrame(
        cells,
        schema_overrides={"bin": pl.String, "period": pl.Date}
        | dict.fromkeys((*CELL, "reason"), pl.String),
    )

    withheld = withhold(frame, K)

    for parent, child in FAMILIES:
        labels = [label for label in CELL if label in parent.split("_")]
        families = (
            withheld.filter(pl.col("cut") == child)
            .group_by([*FIGURE, *labels])
            .agg(
                hidden=pl.col("reason").count(),
                people=pl.col("ny").filter(pl.col("reason").is_not_null()).sum(),
                all=pl.len(),
            )
        )
        alone = families.filter(
            (pl.col("hidden") == 1) & (pl.col("all") > 1)
            | (pl.col("hidden") > 0) & (pl.col("people") < K)
        )
        assert alone.is_empty(), (parent, child)
