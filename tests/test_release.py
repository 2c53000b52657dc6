"""The only door for figures answers what the release holds, and nothing else."""

import os
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from analytics import release
from analytics.release import ReleaseError, current, open_release
from tests.drawn_release import DEPARTMENTS, WEEKS, draw_release, of_many_seniors


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> release.Release:
    monkeypatch.setenv("CONVIVIO_HOME", str(tmp_path))
    return open_release(draw_release(tmp_path))


def test_without_filters_the_whole_company_over_the_whole_period_is_one_row(drawn):
    rows = drawn.figures("active_people")

    assert rows.height == 1
    assert rows.select("department", "level", "location", "tool", "period").row(0) == (None,) * 5


def test_a_cut_gives_one_row_a_group_and_a_filter_one_group(drawn):
    assert drawn.figures("active_people", by="department")["department"].to_list() == sorted(
        DEPARTMENTS
    )
    assert drawn.figures("active_people", department="Finance").height == 1
    assert drawn.figures("active_people", by="department", tool="mail").height == len(DEPARTMENTS)


def test_periods_are_half_open(drawn):
    rows = drawn.figures("active_people", grain="week", start=WEEKS[2], end=WEEKS[5])

    assert rows["period"].to_list() == WEEKS[2:5]


def test_hidden_groups_are_not_offered(drawn):
    assert "Finance" in drawn.groups("department")
    assert drawn.figures("active_people", department="Human resources", tool="slack")[
        "value"
    ].to_list() == [None]


def test_values_outside_the_lattice_give_no_row_and_no_error(drawn):
    assert drawn.figures("active_people", department="'; drop table figure; --").is_empty()
    assert drawn.figures("no_such_metric").is_empty()
    with pytest.raises(ReleaseError, match="no cut by person"):
        drawn.figures("active_people", by="person")


def test_nothing_outside_the_release_can_be_read_through_it(drawn):
    for sql in (
        "select * from read_text('/etc/passwd')",
        "attach '/tmp/x.duckdb'",
        "set threads = 8",
    ):
        with pytest.raises(Exception, match=r"(?i)disabled|permission|locked|cannot"):
            drawn.connection.cursor().execute(sql)


def test_a_lost_pointer_falls_back_to_the_newest_release_of_the_same_workspace(drawn, tmp_path):
    draw_release(tmp_path, number=2)
    for content in ("", "000099.duckdb", "../../other/releases/000001.duckdb"):
        (tmp_path / "drawn" / "CURRENT").write_text(content)

        assert current("drawn").name in {"000002.duckdb", "000001.duckdb"}
        assert current("drawn").parent == tmp_path / "drawn" / "releases"


def test_workspaces_are_those_with_a_release(drawn, tmp_path):
    (tmp_path / "empty").mkdir()

    assert release.workspaces() == ["drawn"]
    assert os.environ["CONVIVIO_HOME"] == str(tmp_path)
    assert drawn.periods("quarter")[0] == date(2025, 12, 29)


def test_value_at_the_company_mix_comes_from_published_cells_alone(tmp_path):
    seniors = open_release(draw_release(tmp_path, change=of_many_seniors))

    found = seniors.mix_adjusted("active_people", None, "all", None)

    care = found.filter(group="Customer care").row(0, named=True)
    company = seniors.figures("active_people")["numerator"][0]
    others = (company - 140 * 0.9 - 200 * 0.5) / 400
    assert care["value"] == pytest.approx((80 * 0.88 + 16 * 0.25) / 96)
    assert care["adjusted"] == pytest.approx(140 / 400 * 0.88 + 200 / 400 * 0.25 + others)
    assert found.filter(pl.col("group") != "Customer care")["adjusted"].null_count() == 6
