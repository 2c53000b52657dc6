"""Where a figure cannot be, its page says why: no zero, no traceback, no sentence that claims more."""

import json
import re

import polars as pl
import pytest

from analytics.charts.bars import bars
from analytics.findings.listening import CUSTOMERS, WAITING
from analytics.metrics.reasons import REASONS
from pages.parts.figure import Picture
from tests import drawn_release
from tests.drawn_release import HIERARCHY, draw_release, without
from tests.opened import opened, text_of

FIGURES = ("overview", "adoption", "departments", "time_cost", "hierarchy", "relations")
DRAWN = drawn_release.figures()


@pytest.fixture(scope="module")
def home_of(tmp_path_factory):
    """Return a function that returns the folder of a release of these figures: drawing one takes seconds."""
    homes = {}

    def drawn(frame):
        content = (frame.height, frame.hash_rows().sum())
        if content not in homes:
            homes[content] = tmp_path_factory.mktemp("state")
            draw_release(homes[content], change=lambda _: frame)
        return homes[content]

    return drawn


@pytest.fixture
def shown(home_of, monkeypatch):
    """Return a function that returns the texts of a page on a release of these figures."""

    def show(frame, page, is_raw=False, **query):
        monkeypatch.setenv("CONVIVIO_HOME", str(home_of(frame)))
        text = text_of(opened(page, **query))
        assert "could not be drawn" not in text
        return text if is_raw else text.replace("\\", "")

    return show


@pytest.mark.parametrize("page", FIGURES)
def test_an_empty_release_opens_every_page(shown, page):
    text = shown(DRAWN.clear(), page)

    assert not re.search(
        r"\b0%|\bnan\b|None|Not_released|Choose a wider one|Choose the whole company", text
    )
    assert "Nothing was imported that bears on this" in text


def test_without_departments_their_page_asks_for_an_hr_file(shown):
    of_all = pl.all_horizontal(pl.col(cut).is_null() for cut in ("department", "level", "location"))

    text = shown(DRAWN.filter(of_all), "departments")

    assert "No HR file has been imported" in text
    assert "Choose a wider one" not in text


def test_an_overview_of_answers_alone_speaks_of_them(shown):
    only = without(DRAWN, ~pl.col("metric").is_in(["construct_score"]), "no_data")

    assert "show what people say themselves" in shown(only, "overview")


@pytest.mark.parametrize(
    ("metrics", "sentence"),
    [
        ((CUSTOMERS, WAITING), "conversations answered"),
        (("construct_score",), "Known is what people say themselves."),
    ],
    ids=["customers", "answers"],
)
def test_where_nothing_is_known_of_colleagues_relations_speaks_of_what_is(shown, metrics, sentence):
    text = shown(without(DRAWN, ~pl.col("metric").is_in(metrics), "no_data"), "relations")

    assert sentence in text[: text.index("How long does one wait")]


@pytest.mark.parametrize("page", FIGURES)
def test_hidden_figures_say_so(shown, page):
    text = shown(without(DRAWN, pl.lit(True), "small_group"), page)

    assert "ewer than ten people" in text
    assert not re.search(r"\b0%|\bnan\b", text)


def test_where_no_quarter_tells_more_the_period_that_was_asked_for_is_named(shown):
    text = shown(without(DRAWN, pl.lit(True), "small_group"), "departments")

    assert "in conversation, the whole period" in text
    assert "to March" not in text


def test_what_is_told_of_the_whole_period_alone_is_compared_over_it_whatever_period_is_chosen(
    shown,
):
    text = shown(DRAWN, "departments", measure="soon", period="2026-Q2")

    assert "Not split this way" not in text
    assert "Contributed within four weeks, the whole period" in text
    assert "Whole period · 400\u00a0people" in text


@pytest.mark.parametrize("page", FIGURES)
@pytest.mark.parametrize("reason", ["no_org", "no_seats", "short_history"])
def test_figures_that_cannot_be_computed_say_what_is_lacking(shown, page, reason):
    text = shown(without(DRAWN, pl.lit(True), reason), page)

    assert (
        REASONS[reason] in text
        or "No HR file" in text
        or "who may use the tool" in text
        or "Not enough weeks" in text
    )


NO_MEETINGS = "No meetings or calls have been imported"
OF_MEETINGS = pl.col("metric").str.starts_with("meeting")
IN_TOTAL = (pl.col("metric") == "collaboration_hours") & pl.col("bin").is_in(["meeting", "call"])


def test_of_a_tool_without_meetings_it_is_not_said_that_none_were_imported(shown):
    of_slack = (OF_MEETINGS | IN_TOTAL) & pl.col("tool").eq_missing("slack")

    text = shown(without(DRAWN, of_slack, "no_calendar"), "time_cost", tool="slack")

    assert "This tool holds no meetings or calls." in text
    assert NO_MEETINGS not in text and "No export with meetings" not in text


def test_where_no_meetings_are_known_at_all_an_export_of_them_is_asked_for(shown):
    text = shown(without(DRAWN, OF_MEETINGS | IN_TOTAL, "no_calendar"), "time_cost", tool="slack")

    assert NO_MEETINGS in text


def test_weeks_that_are_known_are_drawn_where_no_month_is(shown):
    fate, weekly = pl.col("metric") == "lifecycle", pl.col("grain") == "week"
    later = DRAWN.filter(fate, weekly)["period"].unique().sort()[6]
    kept_back = fate & ((pl.col("grain") == "month") | weekly & (pl.col("period") >= later))

    text = shown(without(DRAWN, kept_back, "nearly_all_or_none"), "adoption")

    assert "weeks are open: almost everybody, or almost nobody" in text
    assert "fell silent" in text


def test_without_replies_nobody_is_said_to_talk(shown):
    steps = pl.col("bin").is_in(["reciprocal", "habitual"])
    where = (pl.col("metric") == "adoption_funnel") & steps
    where |= pl.col("metric") == "technical_human_gap"

    text = shown(without(DRAWN, where, "no_replies"), "adoption")

    assert "Who had a conversation in them we can't see" in text
    assert "points between" not in text


def test_an_org_chart_that_does_not_fit_shows_no_hierarchy(shown):
    text = shown(without(DRAWN, pl.col("metric").is_in(HIERARCHY), "org_mismatch"), "hierarchy")

    assert "The org chart and the messages" in text
    assert "Voice" not in text


def test_hierarchy_of_a_department_is_not_offered(shown):
    text = shown(DRAWN, "hierarchy", department="Finance")

    assert "for the whole company only" in text


def test_departments_that_do_not_differ_are_not_ordered(shown):
    text = shown(
        DRAWN.with_columns(named=pl.when(pl.col("named").is_not_null()).then(pl.lit(False))),
        "departments",
    )

    assert "The departments can't be told apart from the company" in text
    assert "Do departments differ?" in text
    assert "higher" not in text


def test_the_overview_tells_what_the_release_found(shown):
    text = shown(DRAWN, "overview")

    assert "Customer care is higher than the company, Operations lower." in text
    assert "We can't see" in text
    assert ":gray[○]" in text


def test_words_of_the_release_cannot_act_as_markdown(shown):
    evil = "![x](https://evil.example/x.png)"
    frame = DRAWN.with_columns(department=pl.col("department").replace("Customer care", evil))

    for page in ("overview", "departments"):
        raw = shown(frame, page, is_raw=True)
        assert "evil" in raw  # it is shown
        assert not re.search(
            r"(?<!\\)!\[|(?<!\\)\]\(|https://evil", raw
        )  # and is neither picture nor link


def test_where_one_tool_is_chosen_the_lead_names_it(shown):
    for page in ("overview", "adoption"):
        assert "used Slack; about" in shown(DRAWN, page, tool="slack")
        assert "used the tools; about" in shown(DRAWN, page)


def test_a_definition_of_fewer_people_says_of_how_many(shown):
    few = (pl.col("metric") == "active_people") & (pl.col("variant") == "adoption_score")
    frame = DRAWN.with_columns(denominator=pl.when(few).then(41.0).otherwise("denominator"))

    text = shown(frame, "adoption")

    assert "score, of 41\u00a0people alone" in text
    assert "of 41\u00a0people alone" not in shown(DRAWN, "adoption")


def test_a_file_carries_the_hash_of_what_it_shows():
    rows = pl.DataFrame({"name": ["a"], "value": [1.0]})
    same, other = Picture(bars, (rows,)), Picture(bars, (rows.with_columns(value=pl.lit(2.0)),))

    assert same.digest == Picture(bars, (rows.clone(),)).digest
    assert same.digest != other.digest
    assert json.dumps(same.digest).isascii()
