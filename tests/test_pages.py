"""Every page on a drawn release, without a browser: full, filtered, hidden, empty, and closed to who may not see it."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from analytics import audit_log, roles
from analytics.release import Release, open_release
from pages.parts import access, cards, data
from pages.parts.figure import Picture
from pages.parts.filters import Scope
from pages.parts.parts import PART_OF
from tests.drawn_release import DIVISIONS, draw_release, none_apart, of_many_seniors, without
from tests.opened import opened, text_of

FIGURES = ("overview", "adoption", "departments", "time_cost", "hierarchy", "relations")
BROKEN = "could not be drawn"
ROLES = {
    "overview": {"hr", "cio", "consultant", "reader"},
    "adoption": {"hr", "cio", "consultant"},
    "departments": {"hr", "cio", "consultant"},
    "time_cost": {"hr", "cio", "consultant"},
    "hierarchy": {"hr", "cio", "consultant"},
    "relations": {"hr", "cio", "consultant"},
    "trust": {"hr", "cio", "consultant", "reader", "representative", "visitor"},
    "settings": {"hr", "cio", "consultant", "reader", "representative"},
    "log": {"hr", "cio", "consultant", "representative"},
    "imports": {"consultant"},
    "identities": {"consultant"},
    "welcome": {"hr", "cio", "consultant", "reader"},
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONVIVIO_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def drawn_once(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    homes = {divided: tmp_path_factory.mktemp("drawn") for divided in (False, True)}
    for divided, folder in homes.items():
        draw_release(folder, divisions=DIVISIONS if divided else None)
    return homes


@pytest.fixture
def drawn(drawn_once, monkeypatch):
    """A company without divisions has a release."""
    monkeypatch.setenv("CONVIVIO_HOME", str(drawn_once[False]))


@pytest.fixture
def divided(drawn_once, monkeypatch):
    """A company with divisions has a release."""
    monkeypatch.setenv("CONVIVIO_HOME", str(drawn_once[True]))


def shown(page: str = "overview", **query: str) -> str:
    return text_of(opened(page, **query))


@pytest.mark.parametrize("page", ["imports", "identities"])
def test_every_page_opens_on_a_release(drawn, page):
    text = shown(page)

    assert BROKEN not in text
    assert "Traceback" not in text


@pytest.mark.parametrize("page", [*FIGURES, "trust"])
def test_a_page_opens_and_seen_before_asks_the_release_nothing_and_builds_no_chart(
    drawn, monkeypatch, page
):
    asked: list[str] = []
    first = shown(page)
    worked_out = data._found.cache_info().misses
    monkeypatch.setattr(Release, "_rows", lambda self, sql, *values: asked.append(sql))
    monkeypatch.setattr(Picture, "draw", lambda self, k: asked.append(self.chart.__name__))

    text = shown(page)

    assert asked == []
    assert data._found.cache_info().misses == worked_out
    assert BROKEN not in first + text


@pytest.mark.parametrize("page", FIGURES)
@pytest.mark.parametrize(
    "query",
    [
        {"department": "Finance"},
        {"department": "Human resources", "tool": "slack"},
        {"level": "4"},
        {"location": "Milano"},
        {"tool": "mail"},
        {"period": "2026-Q1"},
        {"period": "2026-03", "step": "week"},
        {
            "department": "'; drop table figure; --",
            "period": "never",
            "tool": "![x](https://evil.example/x.png)",
        },
    ],
)
def test_every_page_honours_any_address(drawn, page, query):
    text = shown(page, **query)

    assert BROKEN not in text
    assert "evil.example" not in text


@pytest.mark.parametrize("page", FIGURES)
def test_every_page_honours_a_division(divided, page):
    text = shown(page, division="Front")

    assert BROKEN not in text


@pytest.mark.parametrize("query", [{}, {"period": "2026-Q2"}])
def test_a_change_is_said_of_the_quarter_in_which_it_was(drawn, query):
    """The hours of the whole period are not those of its last quarter, of which the change is told."""
    lead = shown("time_cost", **query)

    assert "In Q2 2026 it " in lead
    assert "That is" not in lead


@pytest.mark.parametrize(
    ("grain", "when"), [("quarter", "in Q2 2026 on the quarter before"), ("week", "in the week of 30 Mar 2026 on the week before")]
)  # fmt: skip
def test_the_line_under_a_figure_says_when_it_changed(grain, when):
    row = {"grain": grain, "period": date(2026, 3, 30), "change": 0.05, "change_low": 0.03, "change_high": 0.07}  # fmt: skip

    assert when in cards.verdict_line("clear", row, "share")


def test_departments_compares_divisions_where_there_are_any(divided):
    at = opened("departments")
    departments = "\n".join(str(element.value) for element in at.markdown)

    at.segmented_control(key="by").set_value("division").run()

    divisions = "\n".join(str(element.value) for element in at.markdown)
    assert not at.exception
    assert "departments stand apart" in departments
    assert "One of two divisions stands apart" in divisions
    assert "One division" in divisions


def twin_of_departments(**query):
    """Return the table of the comparison, columns by name."""
    at = opened("departments", **query)
    return [table.value for table in at.table if "Against the company" in table.value.columns][-1]


def test_with_a_division_chosen_only_its_departments_stand_side_by_side(divided):
    inside, everywhere = twin_of_departments(division="Front"), twin_of_departments()

    assert set(inside["Department"]) == {"Customer care", "Marketing", "Operations"}
    assert len(everywhere) == 7


def test_where_the_gate_is_open_places_are_ranges(drawn):
    twin = twin_of_departments()

    assert set(twin["Place"]) == {"1\u20137"}
    assert "Drawn towards the company" in twin.columns


def test_where_the_gate_is_closed_there_is_no_ranking_but_the_band_of_chance(home):
    draw_release(home, change=none_apart)
    at = opened("departments")

    chart, *_ = at.get("vega_lite_chart")
    drawn = str(chart.proto.spec)
    table = twin_of_departments()

    assert "People in the group" in drawn
    assert '"field": "group"' not in drawn
    assert list(table["Department"]) == sorted(table["Department"])
    assert "Place" not in table.columns


def departments_by(measure):
    at = opened("departments")
    at.selectbox(key="measure").set_value(measure).run()
    assert not at.exception
    return "\n".join(str(element.value) for element in at.markdown)


def test_departments_says_where_the_mix_of_levels_turns_the_sign(home):
    draw_release(home, change=of_many_seniors)

    text = departments_by("active")

    assert "Customer care is higher than the company, but lower at the company" in text
    assert "The difference lies in who works there" in text


def test_departments_says_nothing_of_the_mix_where_it_turns_nothing(drawn):
    assert "who works there" not in departments_by("active")


def test_a_company_without_divisions_is_offered_none(drawn):
    at = opened("departments")

    offered = {option for choice in at.radio for option in choice.options}

    assert "A department" in offered
    assert "A division" not in offered
    assert "by" not in [control.key for control in at.segmented_control]


def test_without_a_release_a_newcomer_is_led(home):
    text = shown()

    assert "Welcome" in text
    assert "made-up people" in text


@pytest.mark.parametrize("page", ROLES)
def test_who_may_open_a_page_is_as_agreed(page):
    roles = ("hr", "cio", "consultant", "reader", "representative", "visitor")

    assert {role for role in roles if access.may_open(page, role)} == ROLES[page]


def test_the_table_of_pages_is_whole():
    assert set(ROLES) == set(access.BY_NAME)


@pytest.mark.parametrize("page", sorted(set(ROLES) - {"welcome"}))
def test_the_published_table_of_who_sees_what_is_what_the_pages_hold_to(page):
    (sight,) = [sight for sight in roles.SIGHTS if page in sight.pages]

    assert sight.roles == access.BY_NAME[page].roles


def test_a_page_says_why_a_figure_is_missing_and_never_zero(drawn):
    text = shown("time_cost", tool="slack")

    assert BROKEN not in text


def test_hidden_groups_are_not_offered_as_filters(drawn):
    at = opened()

    offered = {option for box in at.selectbox for option in box.options}

    assert "Facilities" not in offered


def counted_by_vendors(drawn):
    """Teams as Microsoft counts it: nested windows, one of them kept back, and a count of the whole company."""
    rows = [
        ("vendor_active", "active/2026-06-22/2026-06-28", 0.45, 180.0, 400.0, None),
        ("vendor_active", "active/2026-05-30/2026-06-28", None, None, None, "protected"),
        ("vendor_counts", "calls/2026-06-22/2026-06-28", 71.0, 497.0, 7.0, None),
    ]
    names = ("metric", "bin", "value", "numerator", "denominator", "reason")
    base = {"variant": "", "grain": "all", "tool": "teams", "position": 0}
    told = [
        base | dict(zip(names, row, strict=True)) | {"n": 400 if row[2] else None} for row in rows
    ]
    return pl.concat([drawn, pl.DataFrame(told)], how="diagonal_relaxed")


def test_vendors_figures_stand_in_a_table_of_their_own_and_open_no_filter(home):
    draw_release(home, change=counted_by_vendors)

    at = opened("adoption", adoption_part="Other counts")
    tables = [table.value.to_dict("records") for table in at.table]

    assert {
        "Tool": "Teams", "The vendor's window": "7 days to 28 Jun 2026",
        "Active, says the vendor": "180 people", "Of the licences": "45%", "People with a licence": "400",
    } in [unescaped(row) for table in tables for row in table]  # fmt: skip
    assert "Kept back" in str(tables)
    assert "71 a day" in str(tables)
    assert "teams" not in at.radio(key="f_tool").options


def unescaped(row):
    return {name: text.replace("\\", "") for name, text in row.items()}


def test_without_a_vendors_report_one_line_says_so(drawn):
    assert "No vendor's own usage report" in shown("adoption")


def test_findings_link_to_the_figure_of_their_quarter_in_its_measure_or_part(drawn):
    at = opened(tool="slack")

    asked = [link.proto.query_string for link in at.get("page_link")]
    assert "period=2026-Q2&measure=conversation" in asked
    assert any(one.startswith("period=2026-Q2&time_cost_part=") for one in asked)
    assert not any("tool=" in one for one in asked)
    assert all(one.startswith("period=") for one in asked if one)


@pytest.mark.parametrize("page", PART_OF)
def test_a_part_to_which_findings_link_is_there_and_holds_their_figure(drawn, page):
    at = opened(page)

    assert set(PART_OF[page].values()) <= {tab.label for tab in at.tabs}


def test_a_long_page_draws_the_part_that_its_address_names_and_the_log_says_which(home):
    draw_release(home)

    at = opened("time_cost", time_cost_part="Meetings")
    other = shown("time_cost", time_cost_part="<b>none")

    text = text_of(at)
    assert "of the meeting hours" in text and "outside working hours?" not in text
    assert "outside working hours?" in other and "of the meeting hours are" not in other
    assert [line.get("part") for line in audit_log.read(home / "drawn")][-1] == "Meetings"


def test_the_lead_of_time_names_only_what_some_export_tells(home):
    def change(drawn: pl.DataFrame) -> pl.DataFrame:
        is_hours = pl.col("metric") == "collaboration_hours"
        unknown = is_hours & pl.col("bin").is_in(["meeting", "call"])
        kept_back = is_hours & (pl.col("bin") == "own_acts")
        return drawn.with_columns(
            value=pl.when(~(unknown | kept_back)).then("value"),
            reason=pl.when(unknown)
            .then(pl.lit("no_calendar"))
            .when(kept_back)
            .then(pl.lit("protected"))
            .otherwise("reason"),
        )

    draw_release(home, change=change)

    lead = shown("time_cost").split("## ")[0]

    assert "a week in writing" in lead
    assert "meetings" not in lead.split("a week in")[1][:40]


def test_the_sheet_only_tells_how_lines_end_never_that_words_may_be_broken():
    """`text-wrap` for short also says that lines may be broken: numbers over sliders and names of parts then fell apart."""
    sheet = (Path(__file__).parents[1] / "pages/static/style.css").read_text()

    assert "text-wrap-style:" in sheet
    assert "text-wrap:" not in sheet


def test_a_month_that_is_not_known_is_not_told_by_the_quarter_that_begins_with_it(home):
    """April begins on the day of the second quarter; the exports leave it out."""
    in_april = pl.col("grain").is_in(["week", "month"]) & (
        pl.col("metric") == "outside_hours_share"
    )
    path = draw_release(home, change=lambda drawn: without(drawn, in_april, "missing_weeks"))
    start, end = date(2026, 3, 30), date(2026, 5, 4)

    month = data.Figures(open_release(path), Scope(start=start, end=end, block="month"))
    quarter = data.Figures(open_release(path), Scope(start=start, block="quarter"))

    assert set(month.series("outside_hours_share")["reason"]) == {"missing_weeks"}
    assert quarter.series("outside_hours_share")["value"].is_not_null().any()
