"""Charts: valid, drawn offline with text, light enough, and saying in words what they draw."""

import json
from datetime import date, timedelta
from itertools import pairwise

import polars as pl
import pytest

from analytics.charts import (
    around,
    bars,
    chance,
    cohorts,
    compare,
    dots,
    export,
    facets,
    ladder,
    lorenz,
    matrix,
    numbers,
    shape,
    spark,
    stack,
    trend,
    updown,
    uptake,
    waits,
    words,
)
from analytics.charts.theme import DARK, LIGHT, finish, look
from analytics.findings.verdicts import FACETS
from tests.drawn_release import LEVELS, SHAPES, figures, flows, passport

DRAWN = figures()
MONDAYS = [date(2026, 1, 5) + timedelta(weeks=i) for i in range(12)]
MOST_MARKS = 5_000


def rows(metric, grain="all", by=None, variant="", bin_=..., **cell):
    where = (
        (pl.col("metric") == metric) & (pl.col("grain") == grain) & (pl.col("variant") == variant)
    )
    for cut in ("department", "level", "location", "tool"):
        where &= (
            pl.col(cut).is_not_null()
            if cut == by
            else pl.col(cut).eq_missing(pl.lit(cell.get(cut), pl.String))
        )
    if bin_ is not ...:
        where &= pl.col("bin").eq_missing(pl.lit(bin_, pl.String))
    return DRAWN.filter(where)


def compared():
    last = rows("active_people", "quarter", by="department")
    last = last.filter(pl.col("period") == last["period"].max())
    hidden = last.head(1).with_columns(
        department=pl.lit("Facilities"),
        value=None,
        low=None,
        high=None,
        chance_low=None,
        chance_high=None,
        named=None,
        n=None,
        reason=pl.lit("small_group"),
    )
    return shape.compare_rows(
        pl.concat([last, hidden], how="vertical_relaxed"), "department", 0.62, "share"
    )


def of_no_verdict():
    return compared().with_columns(
        block=pl.when(pl.col("block") == "hidden").then("block").otherwise(pl.lit("alike"))
    )


def latest():
    found = {}
    for metric in (m for facet in FACETS.values() for m in facet):
        found[metric] = rows(metric, "quarter").row(-1, named=True)
    return found


def pictures():
    """Return {name: (function, parts)} of every kind of chart, on the drawn release."""
    parts, total = shape.hours_rows(rows("collaboration_hours", "week"))
    line = rows("active_people", "week").select("period", "grain", "value", "low", "high")
    series = shape.trend_rows(
        {
            "Contribute": (line, "noise"),
            "Talk": (rows("adoption_funnel", "week", bin_="reciprocal"), "accent"),
        },
        "share",
    )
    definitions = DRAWN.filter(
        (pl.col("metric") == "active_people")
        & (pl.col("grain") == "all")
        & pl.all_horizontal(pl.col("department", "level", "location", "tool").is_null())
    )
    distance = rows("messages_by_distance")
    answers = pl.DataFrame(
        {
            "name": ["Answered"] * 2,
            "way": ["up", "down"],
            "value": [0.4, 0.7],
            "low": [0.3, 0.65],
            "high": [0.5, 0.75],
            "text": ["40%", "70%"],
        }
    )
    curve = pl.DataFrame({"weeks": [4, 13, 39], "value": [0.2, 0.5, 0.6], "low": [0.1, 0.4, 0.5], "high": [0.3, 0.6, 0.7], "text": ["20%", "50%", "60%"]})  # fmt: skip
    return {
        "sparkline": (spark.sparkline, (line,)),
        "against_company": (spark.against_company, (line, line, True)),
        "ladder": (ladder.ladder, (shape.ladder_rows(rows("adoption_funnel")), "gap: 37 points")),
        "trend": (trend.trend, (series, "share")),
        "areas": (stack.areas, (parts.drop("top"), total)),
        "columns": (stack.columns, (shape.lifecycle_rows(rows("lifecycle", "week"), "week").drop("period"),)),
        "cohorts": (cohorts.cohorts, (shape.cohort_rows(rows("retention")).select("cohort", "later", "value", "text", "people"),)),
        "dots": (dots.dots, (shape.rows_named(definitions, {"": "Ours", "viva": "Viva-like"}, "share", "variant", "").drop("key"), "share")),
        "dots_log": (dots.dots, (shape.rows_named(distance, {str(i): f"{i} steps" for i in range(1, 6)}, "count").drop("key"), "log")),
        "difference": (dots.difference, (0.02, -0.01, 0.05, ("less", "more"))),
        "lorenz": (lorenz.lorenz, (shape.lorenz_rows(rows("participation_inequality", variant="lorenz")), 0.4, "the busiest tenth: 40%")),
        "bars": (bars.bars, (shape.rows_named(rows("deliveries_per_day"), shape.KINDS, "count").with_columns(tone=pl.lit("accent")).drop("key", "is_ours"),)),
        "covered": (bars.covered, (pl.DataFrame({"tool": ["Mail", "Slack"], "share": [0.9, None], "text": ["90%", "not imported"]}),)),
        "chance": (chance.chance, (of_no_verdict(), 0.62, "company 62%", "share")),
        "compare": (compare.compare, (compared(), 0.62, "company 62%", "share")),
        "facets": (facets.facets, (shape.facet_rows(latest(), FACETS, {m: passport(m) for m in SHAPES}).drop("metric"),)),
        "matrix": (matrix.matrix, (shape.flow_rows(flows()).select("source", "target", "ratio", "text"), list(LEVELS))),
        "waits": (waits.waits, (pl.DataFrame({"series": ["a", "a", "b", "b"], "at": [0, 1] * 2, "value": [0.3, 0.5, 0.4, 0.6], "low": [0.2, 0.4, 0.3, 0.5], "high": [0.4, 0.6, 0.5, 0.7], "text": ["30%", "50%", "40%", "60%"], "tone": ["accent"] * 2 + ["noise"] * 2, "last": [None, "a", None, "b"]}), ["1 hour", "4 hours"])),
        "updown": (updown.updown, (answers,)),
        "uptake": (uptake.uptake, (curve, curve.with_columns(pl.col("value") - 0.03))),
        "tornado": (around.tornado, (pl.DataFrame({"name": ["Rate", "Weeks"], "at_low": [1.0, 2.2], "at_high": [4.0, 1.8], "low_text": ["1", "2.2"], "high_text": ["4", "1.8"]}), 2.0)),
        "around_zero": (around.around_zero, (pl.DataFrame({"name": ["Takes", "Net"], "at_low": [1.0, -2.0], "likely": [2.0, 1.0], "at_high": [4.0, 3.0], "text": ["+2", "+1"], "is_result": [False, True]}),)),
    }  # fmt: skip


PICTURES = pictures()
LOOKS = {"light": LIGHT, "dark": DARK, "phone": look("light", compact=True)}


@pytest.mark.parametrize("name", PICTURES)
def test_no_chart_lets_altair_guess_a_channel(name, monkeypatch):
    make, parts = PICTURES[name]

    def guess(*_: object, **__: object) -> None:
        raise AssertionError(
            "a channel is a text or a dict, which takes Altair a pass over its whole schema"
        )

    monkeypatch.setattr("altair.utils.schemapi.SchemaBase.from_dict", guess)

    make(*parts, LIGHT)


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("look_name", LOOKS)
def test_every_chart_is_valid_and_light(name, look_name):
    make, parts = PICTURES[name]

    specification = make(*parts, LOOKS[look_name]).to_dict(validate=True)

    marks = sum(len(rows_) for rows_ in specification.get("datasets", {}).values())
    assert 0 < marks < MOST_MARKS
    assert specification["config"]["background"] == "transparent"


@pytest.mark.parametrize("name", PICTURES)
def test_every_chart_is_drawn_with_its_finding_as_text(name):
    make, parts = PICTURES[name]

    drawn = export.picture(
        export.poster(
            make(*parts, LIGHT), "A finding of this chart", "Share of people", "Slack · 400 people"
        ),
        "svg",
    ).decode()

    assert "A finding of this chart" in drawn
    assert "Slack · 400 people" in drawn


@pytest.mark.parametrize("name", LOOKS)
def test_the_company_s_line_is_named_on_every_screen(name):
    make, parts = PICTURES["compare"]

    assert "company 62%" in str(make(*parts, LOOKS[name]).to_dict(validate=False))


def test_bars_are_grey_but_for_what_the_title_tells():
    named = shape.rows_named(rows("deliveries_per_day"), shape.KINDS, "count")

    assert set(bars.toned(named)["tone"]) == {"noise"}
    assert bars.toned(named, ["channel"]).filter(tone="accent")["name"].to_list() == [shape.KINDS["channel"]]  # fmt: skip


def test_hours_are_named_at_the_end_part_by_part_in_all_and_what_is_estimated():
    parts, total = shape.hours_rows(rows("collaboration_hours", "week"))
    said = [*parts["last"].drop_nulls(), *total["total_last"].drop_nulls(), *total["apart_last"].drop_nulls()]  # fmt: skip
    at = [*parts.drop_nulls("last")["at"], *total["total_at"].drop_nulls(), *total["apart_at"].drop_nulls()]  # fmt: skip

    assert [text.split()[0] for text in said] == [*parts["part"].unique(maintain_order=True), "In", "Reading,"]  # fmt: skip
    assert len({round(height, 6) for height in at}) == len(at)  # none on another


def test_a_phone_names_a_date_that_stands_alone_in_its_row():
    line, unit = PICTURES["trend"][1]
    first = line["day"].min()
    marks = pl.DataFrame({"on": [first] * 3, "name": ["Training", "Pilot", "Rule"], "row": [0, 1, 1]})  # fmt: skip
    drawn = trend.dated(line, unit, marks, LOOKS["phone"]).to_dict(validate=False)

    names = [layer for layer in drawn["layer"] if layer.get("encoding", {}).get("text", {}).get("field") == "name"]  # fmt: skip
    assert [len(drawn["datasets"][layer["data"]["name"]]) for layer in names] == [1]


def test_no_word_stands_alone_on_the_last_line_of_a_picture_s_subtitle():
    measure = "Share of the people with a seat, in the last four weeks of the period, and how many of them are in it. Lines: 95% intervals"
    make, parts = PICTURES["ladder"]

    title = export.poster(make(*parts, LIGHT), "A finding", measure, "s").to_dict(validate=False)["title"]  # fmt: skip

    assert title["text"] == ["A finding"]
    assert " ".join(title["subtitle"]) == measure
    assert len(title["subtitle"][-1]) > len(measure) / 3


def test_a_png_holds_ink_where_its_title_stands():
    make, parts = PICTURES["ladder"]
    with_title = export.picture(
        export.poster(make(*parts, LIGHT), "A long finding that takes room", "m", "s"), "png"
    )
    without = export.picture(export.poster(make(*parts, LIGHT), " ", "m", "s"), "png")

    assert with_title.startswith(b"\x89PNG")
    assert len(with_title) > len(without) + 500


def test_pictures_use_our_fonts_which_lie_beside_their_licence():
    assert {"Inter", "Newsreader"} == {
        path.stem.split("-")[0].capitalize() for path in export.FONTS.glob("*.ttf")
    }
    assert "OPEN FONT LICENSE" in (export.FONTS / "OFL.txt").read_text()


def test_without_our_fonts_a_picture_still_has_text(monkeypatch, tmp_path):
    monkeypatch.setattr(export, "FONTS", tmp_path / "missing")
    export._with_fonts.cache_clear()
    make, parts = PICTURES["bars"]

    drawn = export.picture(
        export.poster(make(*parts, LIGHT), "Still readable", "m", "s"), "svg"
    ).decode()
    export._with_fonts.cache_clear()

    assert "Still readable" in drawn


def test_a_chart_is_configured_once():
    make, parts = PICTURES["bars"]
    specification = finish(make(*parts, LIGHT), LIGHT).to_dict(validate=False)

    assert specification["config"]["axis"]["labelColor"] == LIGHT.muted


def test_the_order_of_the_middle_block_is_the_alphabet():
    order, heads = compare.block_order(compared())

    assert heads == list(compare.HEADS.values())
    middle = order[order.index(compare.HEADS["alike"]) + 1 : order.index(compare.HEADS["lower"])]
    assert middle == sorted(middle)
    assert len(middle) > 1
    assert order[-1] == "Facilities"


def test_a_filled_dot_lies_outside_its_pale_bar_and_a_hollow_one_inside():
    for row in compared().filter(pl.col("block") != "hidden").iter_rows(named=True):
        is_outside = row["value"] < row["chance_low"] or row["value"] > row["chance_high"]
        assert is_outside == (row["block"] in {"higher", "lower"}), row["group"]


def test_a_hidden_group_shows_its_reason_and_no_number():
    hidden = compared().filter(pl.col("group") == "Facilities").row(0, named=True)

    assert hidden["reason"] == shape.SMALL
    assert hidden["people"] is None
    assert "Facilities" in json.dumps(
        PICTURES["compare"][0](*PICTURES["compare"][1], LIGHT).to_dict(validate=False)
    )


def test_a_missing_week_is_a_gap_and_never_zero():
    line = pl.DataFrame(
        {
            "period": MONDAYS,
            "grain": "week",
            "value": [0.5] * 5 + [None] + [0.6] * 6,
            "low": [0.4] * 12,
            "high": [0.7] * 12,
        }
    )
    drawn = shape.trend_rows({"A": (line, "accent")}, "share")

    assert drawn["value"].null_count() == 1
    assert drawn.filter(pl.col("last").is_not_null())["period"].to_list() == [MONDAYS[-1]]


def test_clearness_of_a_facet_follows_interval_and_size():
    base = {"value": 0.5, "reason": None, "metric": "upward_initiation_share"}
    known = {"upward_initiation_share": passport("upward_initiation_share")}  # worth showing: 0.02
    cases = {(0.05, 0.03, 0.07): True, (0.05, -0.01, 0.11): False, (0.01, 0.005, 0.015): False}
    for (change, low, high), expected in cases.items():
        row = base | {"change": change, "change_low": low, "change_high": high}
        drawn = shape.facet_rows({"upward_initiation_share": row}, FACETS, known)
        assert drawn["is_clear"][0] is expected


def test_a_facet_is_turned_so_that_right_is_flatter():
    row = {
        "value": 1.3,
        "reason": None,
        "metric": "leadership_voice_ratio",
        "change": -0.2,
        "change_low": -0.3,
        "change_high": -0.1,
    }
    drawn = shape.facet_rows(
        {"leadership_voice_ratio": row},
        FACETS,
        {"leadership_voice_ratio": passport("leadership_voice_ratio")},
    )

    assert drawn["value"][0] > 0  # leaders say less of it all: looser
    assert 0 < drawn["low"][0] < drawn["high"][0]
    assert drawn["text"][0] == "1.50 → 1.30"


@pytest.mark.parametrize(
    ("value", "unit", "half", "expected"),
    [
        (0.274, "share", 0.02, "27%"),
        (0.274, "share", 0.005, "27.4%"),
        (1.0, "share", 0.002, "100%"),
        (0.0, "share", 0.002, "0%"),
        (15.23, "hours", 0.6, "15.2\u00a0h"),
        (0.021, "hours", None, "1.3\u00a0min"),
        (0.06, "hours", 0.01, "3.6\u00a0min"),
        (0.48, "hours", 0.03, "29\u00a0min"),
        (0.48, "hours", 0.3, "0.5\u00a0h"),
        (64.7, "minutes", None, "65\u00a0min"),
        (0.0, "minutes", 0.4, "0\u00a0min"),
        (75.5, "minutes", 36, "76\u00a0min"),
        (1.1, "minutes", 0.4, "1.1\u00a0min"),
        (14.62, "ratio", 0.6, "14.6"),
        (0.33, "ratio", 0.06, "0.33"),
        (0.021, "hours", 0.3, "0.0\u00a0h"),
        (-0.31, "difference", None, "−0.31"),
        (-0.001, "difference", None, "0.00"),
        (1240, "count", 3, "1,240"),
        (None, "share", None, "—"),
        (float("nan"), "share", None, "—"),
    ],
)
def test_numbers_are_as_fine_as_their_interval(value, unit, half, expected):
    assert numbers.number(value, unit, half) == expected


def test_hours_of_a_few_minutes_are_written_in_minutes_with_their_interval():
    assert numbers.full(0.06, 0.04, 0.09, "hours") == "4\u00a0min (2–5)"
    assert numbers.span(0.04, 0.09, "hours") == "2–5\u00a0min"
    assert numbers.full(0.98, 0.94, 1.02, "hours") == "59\u00a0min (56–61)"
    assert numbers.change(0.3, "hours", 0.02) == "+18\u00a0min"
    assert numbers.change_span(0.28, 0.32, "hours") == "+17 to +19\u00a0min"
    assert numbers.time(0.176) == "11\u00a0min"
    assert numbers.time(1.24) == "1.2\u00a0h"


def test_intervals_changes_and_money():
    assert numbers.full(0.27, 0.25, 0.29, "share") == "27% (25–29%)"
    assert numbers.span(0.99, 1.0, "share") == "99–100%"
    assert numbers.span(0.0, 0.007, "share") == "0–0.7%"
    assert numbers.span(-0.42, -0.31, "difference") == "−0.42 to −0.31"
    assert numbers.change(0.07, "share") == "+7 points"
    assert numbers.change(-0.01, "share") == "−1 point"
    assert numbers.change_span(0.04, 0.09, "share") == "+4 to +9"
    assert numbers.money(28_900_000, 34_200_000) == "€29–34\u00a0m"
    assert numbers.money(2_400_000, 4_400_000) == "€2.4–4.4\u00a0m"
    assert numbers.money(1_100, 1_300, "GBP") == "£1.1–1.3\u00a0k"


def test_words_say_every_figure_of_a_small_chart_and_the_ends_of_a_large_one():
    assert words.in_words("Ladder?", ["a", "b"], ["1%", None]) == "Ladder: a 1%, b not shown."
    assert "28 in between" in words.in_words("Many", [str(i) for i in range(30)], ["x"] * 30)


def test_the_table_twin_carries_reasons_instead_of_numbers():
    some = rows("active_people", "quarter", by="department").with_columns(
        value=pl.when(pl.col("department") != "Finance").then("value"),
        reason=pl.when(pl.col("department") == "Finance").then(pl.lit("small_group")),
    )
    twin = words.table(some, "share")
    finance = twin.filter(pl.col("Department") == "Finance").row(0, named=True)

    assert finance["Figure"] == shape.SMALL
    assert finance["People"] == numbers.UNKNOWN
    assert set(twin["Against the company"]) <= {*words.VERDICTS.values(), numbers.UNKNOWN}


def test_labels_of_a_stack_do_not_lie_on_each_other():
    placed = sorted(shape._spread([("a", 1.0), ("b", 1.02), ("c", 1.03), ("d", 4.0)], 0.5).values())

    assert all(b - a >= 0.5 - 1e-9 for a, b in pairwise(placed))


def test_every_part_of_a_lifecycle_is_named_even_when_it_ends_early():
    found = rows("lifecycle", "week")
    last = found["period"].max()
    without = found.with_columns(
        value=pl.when(~((pl.col("bin") == "new") & (pl.col("period") == last))).then("value")
    )

    named = shape.lifecycle_rows(without, "week").filter(pl.col("last").is_not_null())

    assert set(named["part"]) == {"stayed", "came back", "new", "fell silent"}


def test_a_group_that_was_not_compared_is_never_called_apart():
    last = rows("active_people", "all", by="department").with_columns(
        named=pl.lit(None, pl.Boolean)
    )

    drawn = shape.compare_rows(last, "department", 0.62, "share")

    assert set(drawn["block"]) == {"alike"}


def test_a_period_of_which_a_part_is_kept_back_is_open_and_counts_nobody():
    found = rows("lifecycle", "week")
    last = found["period"].max()
    hidden = found.with_columns(
        pl.when((pl.col("period") == last) & (pl.col("bin") == "new"))
        .then(None)
        .otherwise(pl.col(name))
        .alias(name)
        for name in ("value", "numerator")
    )

    drawn = shape.lifecycle_rows(hidden, "week")

    assert drawn.filter(pl.col("period") == last).select("value", "people").rows() == [
        (None, "kept back")
    ]
    assert drawn.filter(pl.col("last").is_not_null())["period"].max() < last


def test_a_tools_name_is_written_as_its_maker_writes_it():
    names = [words.capitals(tool) for tool in ("slack", "viva_engage", "servicenow", "hubspot")]

    assert names == ["Slack", "Viva Engage", "ServiceNow", "HubSpot"]


def line(name, values):
    first = date(2026, 1, 5)
    return pl.DataFrame({
        "day": [first + timedelta(weeks=n) for n in range(len(values))], "series": name, "value": values,
        "low": values, "high": values, "tone": "noise", "last": [None] * (len(values) - 1) + [name],
    }, schema_overrides={"value": pl.Float64, "low": pl.Float64, "high": pl.Float64})  # fmt: skip


def test_names_of_lines_that_end_together_stand_a_line_of_text_apart_on_the_scale_that_is_drawn():
    rows = pl.concat([line("a", [0.4, 0.51]), line("b", [0.4, 0.50])])  # the scale runs to 1

    drawn = trend.trend(rows, "share", LIGHT).to_dict()

    (ends,) = (data for data in drawn["datasets"].values() if "at" in data[0])
    heights = sorted(end["at"] for end in ends)
    assert heights[1] - heights[0] == pytest.approx(trend.TEXT_LINE)


def test_a_value_without_neighbours_is_drawn_as_a_point():
    rows = line("a", [0.4, None, 0.5, None, 0.3, 0.2])

    assert rows.filter(trend.alone())["value"].to_list() == [0.4, 0.5]


@pytest.mark.parametrize("k", [LIGHT, DARK])
def test_figures_in_cells_keep_three_times_the_light_of_their_ground(k):
    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one, other):
        low, high = sorted((light(one), light(other)))
        return (high + 0.05) / (low + 0.05)

    steps = len(k.seq) - 1
    for place, ground in enumerate(k.seq):  # WCAG 2, 1.4.11
        assert contrast(ground, k.bg if place / steps > k.turn[0] else k.ink) >= 3
    for doublings, ground in zip((-2, -1, 0, 1, 2), k.div, strict=True):
        assert contrast(ground, k.bg if abs(doublings) > k.turn[1] else k.ink) >= 3


def test_a_period_left_open_has_a_ring_that_says_why():
    found = rows("lifecycle", "week")
    first = found["period"].min()
    hidden = found.with_columns(
        value=pl.when(pl.col("period") > first).then("value"),
        reason=pl.when(pl.col("period") == first).then(pl.lit("nearly_all_or_none")),
    )

    drawn = shape.lifecycle_rows(hidden, "week")
    marks = stack.columns(drawn.drop("period"), LIGHT).to_dict()["layer"]
    without = stack.columns(shape.lifecycle_rows(found, "week").drop("period"), LIGHT)

    assert drawn.drop_nulls("why").select("period", "why").rows() == [(first, "nearly_all_or_none")]
    assert [mark["mark"]["type"] for mark in marks].count("point") == 1
    assert "point" not in [mark["mark"]["type"] for mark in without.to_dict()["layer"]]


def test_the_figure_of_a_month_stands_among_the_weeks_that_it_sums_up():
    months = rows("adoption_funnel", "month", bin_="reciprocal")
    weeks = rows("active_people", "week")
    drawn = shape.trend_rows({"Weeks": (weeks, "noise"), "Months": (months, "accent")}, "share")

    first = months["period"].min()
    at = drawn.filter(series="Months")["day"].min()
    own = weeks.filter(
        pl.col("period").is_between(first, months["period"].sort()[1], closed="left")
    )
    assert own["period"].min() < at < own["period"].max()
    assert drawn.filter(series="Weeks")["day"].to_list() == weeks["period"].to_list()


def test_lines_that_end_together_are_named_inside_the_plot_and_apart():
    make, parts = PICTURES["uptake"]

    for k in LOOKS.values():
        drawn = make(*parts, k).to_dict()
        (ends,) = (data for data in drawn["datasets"].values() if "at" in data[0])
        last = parts[0]["weeks"].max()
        room = drawn["layer"][0]["encoding"]["x"]["scale"]["domain"][1] / last - 1
        heights = sorted(end["at"] for end in ends)

        assert [end["said"] for end in ends] == ["60% a habit", "60% contributed"]
        assert heights[1] - heights[0] >= 12.5 / uptake.HEIGHT  # a line of text
        plot = 300 if k.compact else 900  # px
        assert room / (1 + room) * plot > 8 + 6 * len("60% contributed")


def test_a_group_of_small_ones_is_read_without_its_size_and_clicked_by_its_name():
    name = "Other in Sales (n = 19)"
    few = compared().with_columns(
        group=pl.col("group").str.replace("Facilities", name, literal=True)
    )
    drawn = {
        k: compare.compare(few, 0.62, "company 62%", "share", k) for k in (LIGHT, LOOKS["phone"])
    }

    assert words.group(name) == "Other in Sales"
    assert words.group("Finance (Milano)") == "Finance (Milano)"
    for chart in drawn.values():
        written = export.picture(export.poster(chart, "f", "m", "s"), "svg").decode()
        assert ">Other in Sales</text>" in written
        assert f">{name}</text>" not in written
        assert f"'group': '{name}'" in str(chart.to_dict(validate=False))


def test_a_value_stands_at_the_end_of_its_line_also_where_chance_reaches_further():
    shown = compared().filter(pl.col("block") == "lower").head(1)
    over = shown.with_columns(low=pl.lit(0.1), value=pl.lit(0.2), high=pl.lit(0.3), chance_low=pl.lit(0.25), chance_high=pl.lit(0.6))  # fmt: skip
    drawn = compare.compare(over, 0.62, "company 62%", "share", LIGHT).to_dict()

    (row,) = next(data for data in drawn["datasets"].values() if "said" in data[0])
    assert (row["end"], row["said"]) == (0.3, row["text"])
    assert (row["at"], row["beyond"]) == (0.6, row["label"].removeprefix(f"{row['text']} · "))


def test_no_area_is_drawn_over_weeks_that_are_missing():
    """Of six weeks the third and fourth are not known; of meetings the first is not either."""
    weeks = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(6)]
    parts = pl.DataFrame({
        "period": [*(weeks[n] for n in (0, 1, 4, 5)), *(weeks[n] for n in (1, 4, 5))], "part": ["writing"] * 4 + ["meeting"] * 3,
    })  # fmt: skip
    total = pl.DataFrame({"period": weeks})

    found = stack._in_stretches(parts, total, "part")

    stretches = found.group_by("part", "stretch").agg("period").sort("part", "period")["period"]
    assert stretches.to_list() == [[weeks[1]], weeks[4:], weeks[:2], weeks[4:]]
