"""How a figure is counted stands beside it, in the same words everywhere."""

from functools import cache

import polars as pl
import pytest

from analytics.docs import metrics_page
from analytics.metrics import others
from analytics.metrics.catalogue import passports
from pages.parts import definition
from tests.drawn_release import draw_release, figures
from tests.opened import opened


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("definitions")
    draw_release(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVIVIO_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def page_of_metrics():
    return metrics_page()


@cache
def every_figure():
    return figures()


def drawn(**where):
    return every_figure().filter(grain="all", **where).filter(pl.col("department").is_null())


@pytest.mark.parametrize("passport", passports(), ids=lambda passport: passport.id)
def test_every_metric_says_how_others_define_it_where_it_comes_from_and_what_it_was_checked_against(
    passport, page_of_metrics
):
    named = dict(definition.facts(passport.as_dict()))

    assert {"Needs", "Comes from", "How others define it", "Checked against"} <= set(named)
    assert all(
        text in page_of_metrics for text in named.values() if text in passport.as_dict().values()
    )
    assert all(sentence in page_of_metrics for sentence in others.of(passport.id))


def test_people_interval_and_coverage_are_those_of_the_rows_and_no_others():
    both = pl.concat([drawn(metric="active_people", variant=""), drawn(metric="meeting_hours")])
    two = both.filter(pl.col("level").is_null(), pl.col("location").is_null())

    found = dict(definition.facts({"id": "active_people"}, two))

    assert found["People"] == "380 to 400"
    assert found["Interval"] == definition.INTERVAL
    assert found["Of the staff, visible"] == "96%"


def test_a_figure_without_an_interval_says_so_and_one_that_is_not_known_says_nothing():
    rows = drawn(metric="active_people", variant="").head(1)

    bare = dict(definition.seen(rows.with_columns(low=None, high=None)))

    assert bare["Interval"] == definition.NO_INTERVAL
    assert definition.seen(rows.with_columns(value=None)) == []


def test_others_numbers_are_of_metrics_that_exist_and_say_whom_and_when():
    known = {passport.id for passport in passports()}

    for each in others.published():
        assert each.metric in known
        assert all(vars(each).values()), each
    assert others.of("no_such_metric") == []


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("page", ["overview", "departments", "time_cost"])
def test_one_click_beside_a_figure_tells_how_it_is_counted(page):
    at = opened(page, time_cost_part="What it costs")
    before = [element.value for element in at.markdown]
    buttons = {"overview": "talking", "departments": "hours", "time_cost": "money"}

    at.session_state[f"about_{buttons[page]}"] = True
    at.run()

    new = [element.value for element in at.markdown if element.value not in before]
    assert not at.exception
    assert any("numerator" in text for text in new)
    assert any("Of the staff, visible" in text for text in new)
