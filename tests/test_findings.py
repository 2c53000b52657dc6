"""Sentences: a word of direction only where we can tell, every template for every verdict, no banned word."""

import json
import re
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.charts import numbers
from analytics.findings import TEMPLATES, say, select, sentence
from analytics.findings.book import quarter
from analytics.findings.verdicts import block, change_verdict, facet_moves, hierarchy_verdict
from analytics.metrics import catalogue
from analytics.metrics.reasons import REASONS
from tests.drawn_release import SHAPES, figures, passport

DIRECTION = re.compile(
    r"\b(more|less|fewer|higher|lower|rose|rises|fell|grew|grow|grows|went up|went down|increase\w*|decrease\w*"
    r"|flatter|steeper|louder|quieter|better|worse)\b",
    re.IGNORECASE,
)
BANNED = re.compile(
    r"\b(best|worst|lazy|engaged|disengaged|productivity|toxic|burnout|mood|significant\w*|because of|thanks to)\b",
    re.IGNORECASE,
)
SLOTS = {
    "late_levels": "level 2",
    "metric": "active_people", "bin": None, "unit": "share", "title": "Active people", "value": 0.62, "low": 0.57, "high": 0.67,
    "change": 0.05, "change_low": 0.02, "change_high": 0.08, "period": "April to June 2026", "grain": "quarter",
    "active": 0.78, "talking": 0.41, "gap": 0.37, "gap_low": 0.33, "gap_high": 0.41, "people": 140, "worth": 3, "coverage": 0.96, "share": 0.6, "top": 0.4, "silent": 0.2,
    "measure": "The share of people in conversation", "higher": ["Customer care"], "lower": ["Operations"], "others": 5,
    "checked": ["active_people", "adoption_funnel:reciprocal", "stickiness", "meeting_hours"], "what": "meetings",
    "reason": "no_calendar", "rest": "", "later": "four", "returned": "29", "silent_people": "3", "count": "three",
    "largest": "Meetings", "part": "51%", "kind": "three to eight, short", "was_higher": ["Finance"], "was_lower": [], "mix": "levels",
    "used": 248, "enabled": 397, "tools": ["mail", "slack"], "of_ten_contribute": 8, "of_ten_exchange": 5,
    "minutes_low": 12.0, "minutes_high": 45.0, "needs": "A calendar with who took part. Read from: Outlook.",
    "values": {"Customer care": 0.88}, "elsewhere": 0.6, "weeks": "9",
    "moved_by": "cost of an hour", "net_low": "1.2 min", "net_high": "58 min",
    "milestone": "Viva Engage opens", "department": "Sales", "before_it": 0.25, "after_it": 0.5, "beyond": 0.25, "as_large": 0,
}  # fmt: skip
DRAWN = figures()
# what is left of a direction word when it only names how something was counted or which way a message went
PLAIN = {"used", "of_ten", "minutes"}  # facts that compare nothing
NEUTRAL = ("and two more",)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_is_written_out_whole(name):
    claim, evidence = sentence(name, SLOTS)

    assert claim
    assert numbers.UNKNOWN not in claim + evidence
    assert "{" not in claim + evidence
    assert not BANNED.search(claim + " " + evidence)


@pytest.mark.parametrize("name", [n for n, t in TEMPLATES.items() if t.verdict != "clear"])
def test_a_direction_is_named_only_where_we_can_tell(name):
    text = " ".join(sentence(name, SLOTS))
    for words in NEUTRAL:
        text = text.replace(words, "")

    assert not DIRECTION.search(text), text


def test_the_search_for_directions_would_find_one():
    assert DIRECTION.search(" ".join(sentence("change_up", SLOTS)))
    assert BANNED.search("a significant change")


@given(
    slots=st.dictionaries(
        st.sampled_from(sorted(SLOTS)),
        st.one_of(st.none(), st.floats(-1, 1), st.integers(0, 99), st.text(max_size=5)),
    )
)
@settings(max_examples=60, deadline=None)
def test_odd_slots_never_raise_for_what_the_release_may_lack(slots):
    numeric = {
        k: v
        for k, v in slots.items()
        if isinstance(v, float | int) or v is None or k in {"metric", "bin", "title", "unit"}
    }
    numeric = {
        k: v for k, v in numeric.items() if not (k in {"metric", "unit"} and not isinstance(v, str))
    }
    for listed in ("higher", "lower", "checked", "others", "tools", "values"):
        numeric.pop(listed, None)
    for name in TEMPLATES:
        sentence(name, {k: v for k, v in numeric.items() if v is not None or k == "bin"})


def test_an_unknown_finding_of_a_newer_release_says_nothing():
    assert sentence("from_tomorrow", {}) == ("", "")


def test_reasons_are_written_as_sentences():
    assert say("page_unseen", reason="no_org") == REASONS["no_org"]


@pytest.mark.parametrize(
    ("change", "low", "high", "expected"),
    [
        (0.05, 0.02, 0.08, "clear"),
        (-0.05, -0.08, -0.02, "clear"),
        (0.05, -0.01, 0.11, "noise"),
        (0.01, 0.005, 0.015, "noise"),  # beyond chance, but too small to show
        (0.05, None, None, "noise"),
        (None, None, None, "unseen"),
    ],
)
def test_verdict_on_a_change(change, low, high, expected):
    row = {"change": change, "change_low": low, "change_high": high}

    assert change_verdict(row, 0.02) == expected


def test_verdict_without_a_row_is_unseen():
    assert change_verdict(None, 0.02) == "unseen"


@pytest.mark.parametrize(
    ("row", "company", "expected"),
    [
        ({"value": 0.4, "named": True}, 0.3, "higher"),
        ({"value": 0.2, "named": True}, 0.3, "lower"),
        ({"value": 0.4, "named": False}, 0.3, "alike"),
        ({"value": 0.4, "named": None}, 0.3, "alike"),
        ({"value": None, "named": None}, 0.3, "hidden"),
        ({"value": 0.4, "named": True}, None, "alike"),
    ],
)
def test_block_of_a_group(row, company, expected):
    assert block(row, company) == expected


def moved(metric, change):
    return {
        "metric": metric,
        "change": change,
        "change_low": change - 0.01,
        "change_high": change + 0.01,
    }


UP, DOWN, STILL = 0.1, -0.1, 0.0
SMALLEST = dict.fromkeys(SHAPES, 0.05)


@pytest.mark.parametrize(
    ("voice", "listening", "expected"),
    [
        (UP, STILL, "flatter"),
        (UP, UP, "flatter"),
        (UP, DOWN, "louder"),
        (UP, None, "louder"),  # listening not known: flatter may not be said
        (DOWN, STILL, "steeper"),
        (DOWN, UP, "same"),
        (STILL, DOWN, "quieter"),
        (STILL, STILL, "same"),
        (None, None, "unseen"),
    ],
)
def test_flatter_needs_voice_and_listening(voice, listening, expected):
    rows = [moved("upward_initiation_share", voice)] if voice is not None else []
    rows += [moved("reply_asymmetry", listening)] if listening is not None else []

    assert hierarchy_verdict(rows, SMALLEST) == expected


def test_measures_of_voice_that_contradict_each_other_are_no_rise():
    rows = [
        moved("upward_initiation_share", UP),
        moved("leadership_voice_ratio", UP),
        moved("reply_asymmetry", STILL),
    ]

    assert facet_moves(rows, "Voice", SMALLEST) == [1, -1]
    assert hierarchy_verdict(rows, SMALLEST) == "same"


def chosen(frame):
    return select(frame, [passport(metric) for metric in SHAPES])


def test_a_release_tells_three_to_five_things_and_always_what_it_cannot():
    found = chosen(DRAWN)

    assert found["rank"].to_list() == list(range(1, found.height + 1))
    assert 3 <= found.height <= 5
    assert found["verdict"].to_list()[-1] == "unseen"
    assert "noise" in found["verdict"].to_list()
    assert found["verdict"].to_list() == sorted(
        found["verdict"], key=["clear", "noise", "unseen"].index
    )


def test_planted_departments_are_named_and_others_are_not():
    found = chosen(DRAWN).filter(pl.col("finding") == "departments_apart")
    slots = json.loads(found["slots"][0])

    assert slots["higher"] == ["Customer care"]
    assert slots["lower"] == ["Operations"]


def test_without_any_difference_nothing_is_claimed():
    flat = DRAWN.with_columns(
        change=pl.lit(0.0), change_low=pl.lit(-1.0), change_high=pl.lit(1.0), named=pl.lit(False)
    )
    flat = flat.filter(pl.col("metric") != "technical_human_gap")

    clear = chosen(flat).filter(verdict="clear")["finding"].to_list()
    assert set(clear) <= PLAIN


def test_an_empty_release_still_says_what_it_cannot_see():
    found = chosen(DRAWN.clear())

    assert found["verdict"].to_list() == ["unseen"]


def test_slots_hold_numbers_and_names_never_a_finished_sentence():
    for row in chosen(DRAWN).iter_rows(named=True):
        assert sentence(row["finding"], json.loads(row["slots"]))[0]


def test_quarters_are_named_by_their_thursday():
    assert quarter(date(2025, 12, 29)) == "January to March 2026"
    assert quarter(None) == "the whole period"


def test_enumerations_read_like_prose():
    one = sentence("departments_some", {"higher": ["Legal"], "lower": [], "others": 1})
    several = say("compare_apart", higher=["A", "B", "C"], lower=["D"], others=0)

    assert one[0] == "One of two departments stands apart from the company."
    assert one[1] == "The other one can't be told apart."
    assert several == "A, B and C are higher than the company, D lower; every group stands apart"


# ----------------------------------------------------- each sentence at its condition, and just past it

LAST = date(2026, 3, 30)


def row(metric, bin_=None, value=0.5, **more):
    """One figure of the whole company in the last quarter, of a hundred people."""
    base = dict.fromkeys(DRAWN.columns) | {
        "metric": metric,
        "variant": "",
        "grain": "quarter",
        "period": LAST,
        "bin": bin_,
        "position": 0,
    }
    if value is None:
        return base | more
    sums = {
        "value": value,
        "n": 100,
        "numerator": value * 100,
        "denominator": 100.0,
        "low": value - 0.01,
        "high": value + 0.01,
    }
    return base | sums | more  # fmt: skip


def told(*rows, computable=None):
    """Return (finding, text) of everything said about these figures."""
    frame = pl.DataFrame(list(rows), schema=DRAWN.schema, strict=False)
    passports = [passport(metric) for metric in SHAPES]
    found = select(frame, passports, computable)
    return {
        finding: " ".join(sentence(finding, json.loads(slots)))
        for finding, slots in found.select("finding", "slots").iter_rows()
    }


def test_h1_says_how_many_of_those_with_a_seat_used_the_tools():
    whole = row("active_people", value=0.62, grain="all", period=None)

    assert told(whole)["used"].startswith(
        "62 of 100 people with a seat used the tools in the whole period."
    )


def test_h1_names_the_tool_where_there_is_one():
    rows = [row("active_people", value=0.62, tool=tool, grain="all", period=None) for tool in (None, "slack")]  # fmt: skip

    assert "used Slack in" in told(*rows)["used"]


@pytest.mark.parametrize("reason", ["no_seats", "nearly_all_or_none"])
def test_h1_is_not_said_without_seats_nor_of_nearly_all(reason):
    assert "used" not in told(row("active_people", value=None, reason=reason))


def ladder(n=100, **instead):
    shares = {"active": 0.8, "contributing": 0.72, "reciprocal": 0.7, "habitual": 0.4} | instead
    return [
        row("adoption_funnel", step, share, n=n, numerator=share and share * n, denominator=float(n))
        for step, share in shares.items()
    ]  # fmt: skip


def test_h2_says_how_many_of_ten_take_part():
    said = told(*ladder())["of_ten"]

    assert said.startswith("Of every ten people whom the tools reach, nine take part and nine are in exchange")  # fmt: skip


@pytest.mark.parametrize(("n", "is_said"), [(50, True), (49, False)])
def test_h2_needs_fifty_people(n, is_said):
    assert ("of_ten" in told(*ladder(n))) == is_said


def test_h2_needs_every_step():
    assert "of_ten" not in told(*ladder(habitual=None))


def gap(low, **more):
    return row("technical_human_gap", value=0.2, low=low, high=0.25, n=100, numerator=20.0, denominator=100.0, **more)  # fmt: skip


@pytest.mark.parametrize(("low", "finding"), [(0.151, "gap"), (0.15, "of_ten")])
def test_h5_is_said_from_fifteen_points_on_else_the_ladder(low, finding):
    said = told(*ladder(), gap(low))

    assert {"gap", "of_ten"} & set(said) == {finding}


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ((9, 10, 40), "for 20 people, as many as work in two departments of the usual size."),
        ((5, 15, 40), "for 20 people, as many as work in a department of the usual size."),
        ((30, 40), "for 20 people."),
        ((), "for 20 people."),
    ],
)
def test_h5_says_how_many_departments_of_the_usual_size_the_gap_is_worth(sizes, said):
    departments = [row("active_people", value=0.5, n=n, department=str(i)) for i, n in enumerate(sizes)]  # fmt: skip

    assert f"alive {said} 20 points (16–25) lie between" in told(gap(0.16), *departments)["gap"]


@pytest.mark.parametrize(
    ("change", "low", "high", "finding"),
    [
        (0.02, 0.001, 0.04, "change_up"),  # the smallest worth showing is .02
        (0.02, -0.001, 0.04, "no_change"),
        (0.019, 0.001, 0.04, "no_change"),
        (-0.02, -0.04, -0.001, "change_down"),
        (None, None, None, None),
    ],
)
def test_h3_needs_an_interval_without_zero_and_a_change_worth_showing(change, low, high, finding):
    said = told(row("active_people", change=change, change_low=low, change_high=high))

    assert {"change_up", "change_down", "no_change"} & set(said) == ({finding} if finding else set())  # fmt: skip


def departments(*named):
    values = {"A": 0.9, "B": 0.5, "C": 0.5, "D": 0.5}
    rows = [
        row("active_people", value=value, department=name, named=name in named, n=20,
            numerator=20 * value, denominator=20.0)
        for name, value in values.items()
    ]  # fmt: skip
    return [row("active_people", value=0.6), *rows]


def test_h4_names_a_department_with_its_value_against_the_rest():
    said = told(*departments("A"))["departments_apart"]

    # 60 of 100 less 18 of 20
    assert said == (
        "A is higher than the company. The share of people who contribute, April to June 2026: "
        "A 90%, all others together 52%; the other three can't be told apart."
    )


def test_h4_is_that_the_departments_can_not_be_told_apart_where_none_is_named():
    said = told(*departments())

    assert "departments_apart" not in said
    assert "do not differ beyond what chance explains" in said["departments_alike"]


def hours(reading=None):
    """Mail: half an hour to two and a half of writing a week, reading as given; five days a week."""
    whole = {"grain": "all", "period": None, "tool": "mail"}
    acts = {"c0.5": 0.5, "": 1.0, "c5": 2.5}
    return [
        *(row("collaboration_hours", "own_acts", value, variant=v, denominator=100.0, **whole) for v, value in acts.items()),
        row("collaboration_hours", "reading", reading, denominator=100.0, **whole),
        row("deliveries_per_day", "total", 20.0, denominator=500.0, **whole),
    ]  # fmt: skip


def test_h6_gives_a_range_and_what_is_assumed():
    # a day: (3.5 · 3/7 + 0.5) · 60 / 5 = 24 and (3.5 · 10/7 + 2.5) · 60 / 5 = 90
    said = told(*hours(3.5))["minutes"]

    assert "Mail takes 24 to 90 minutes of a person's working day" in said
    assert "three to ten of ten messages are opened" in said


def test_h6_is_not_said_where_reading_is_not_known():
    assert "minutes" not in told(*hours())


CANNOT = pl.DataFrame(
    {
        "position": [0, 1], "metric": ["meeting_hours", "active_people"], "computable": [False, True],
        "reason": ["no_calendar", None],
        "needs": ["A calendar or a list of meetings with who took part. Read from: Outlook.", None],
    }
)  # fmt: skip


def test_h8_names_the_export_that_would_tell_and_leads_to_imports():
    found = select(DRAWN, [passport(metric) for metric in SHAPES], CANNOT)
    one = found.filter(finding="unknown_without").row(0, named=True)

    claim, evidence = sentence(one["finding"], json.loads(one["slots"]))

    assert (one["page"], one["verdict"]) == ("imports", "unseen")
    assert (
        claim
        == "Without a calendar or a list of meetings with who took part we can't know meetings."
    )
    assert evidence == "Read from: Outlook."


def test_h8_is_not_said_of_what_can_be_told():
    able = CANNOT.with_columns(computable=pl.lit(value=True))

    found = select(DRAWN, [passport(metric) for metric in SHAPES], able)

    assert "unknown_without" not in found["finding"].to_list()


@pytest.mark.parametrize("computable", [None, CANNOT])
def test_every_finding_leads_somewhere(computable):
    found = select(DRAWN, [passport(metric) for metric in SHAPES], computable)

    assert 3 <= found.height <= 5
    assert set(found["page"]) <= {"adoption", "departments", "time_cost", "hierarchy", "trust", "imports"}  # fmt: skip


def test_every_passport_says_what_it_rests_on_and_how_others_define_it():
    lacking = [p.id for p in catalogue.passports() if not (p.source and p.peers and p.check and p.question)]  # fmt: skip

    assert lacking == []
