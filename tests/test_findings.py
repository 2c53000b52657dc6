"""Sentences: a word of direction only where we can tell, every template for every verdict, no banned word."""

import json
import re
from datetime import date, timedelta

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
    "late_levels": "level 2", "when": "Q2 2026",
    "metric": "active_people", "bin": None, "unit": "share", "title": "Active people", "value": 0.62, "low": 0.57, "high": 0.67,
    "change": 0.05, "change_low": 0.02, "change_high": 0.08, "period": "April to June 2026", "grain": "quarter",
    "active": 0.78, "talking": 0.41, "gap": 0.37, "gap_low": 0.33, "gap_high": 0.41, "people": 140, "worth": 3, "coverage": 0.96, "share": 0.6, "top": 0.4, "silent": 0.2,
    "measure": "The share of people in conversation", "higher": ["Customer care"], "lower": ["Operations"], "others": 5,
    "checked": ["active_people", "adoption_funnel:reciprocal", "stickiness", "meeting_hours"], "what": "meetings",
    "reason": "no_calendar", "rest": "", "later": "four weeks on or later", "activities": "meetings and calls", "returned": "29", "silent_people": "3", "count": "three",
    "largest": "Meetings", "part": "51%", "kind": "three to eight, short", "was_higher": ["Finance"], "was_lower": [], "mix": "levels",
    "used": 248, "enabled": 397, "tools": ["mail", "slack"], "of_ten_contribute": 8, "of_ten_exchange": 5,
    "minutes_low": 12.0, "minutes_high": 45.0, "needs": "A calendar with who took part. Read from: Outlook.",
    "values": {"Customer care": 0.88}, "elsewhere": 0.6, "weeks": "9",
    "moved_by": "cost of an hour", "net_low": "1.2 min", "net_high": "58 min",
    "days": "30", "last_day": "25 September 2026", "late_most": 0.3, "late_company": 0.1, "groups_tried": 8, "least": 0.31,
    "milestone": "Viva Engage opens", "department": "Sales", "before_it": 0.25, "after_it": 0.5, "beyond": 0.25, "as_large": 0,
    "soon": 0.43, "never": 0.52, "asked": "questions", "of_level": "3", "asking": 0.21, "posts": 3982, "phase": "renewal", "answered": 81,
    "conversations": 156, "waiting": 83, "rho_low": 0.21, "rho_high": 0.86, "half": "4 hours",
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
@settings(max_examples=15, deadline=None)
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
    assert sentence("page_unseen", {"reason": "no_org"})[0] == REASONS["no_org"]


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


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ((2026, 1, 5), (2026, 6, 26), "April to June 2026"),  # a Friday: the week is whole
        ((2026, 3, 30), (2026, 6, 25), "April to June 2026 (until 25 June)"),
        ((2026, 3, 31), (2026, 9, 30), "April to June 2026 (from 31 March)"),
        ((2026, 4, 13), (2026, 5, 9), "April to June 2026 (from 13 April until 9 May)"),
    ],
)
def test_a_quarter_that_is_told_in_part_says_from_when_and_until_when(first, last, said):
    assert quarter(date(2026, 3, 30), (date(*first), date(*last))) == said


@pytest.mark.parametrize(
    ("first", "friday"),
    [
        ((2025, 12, 29), (2026, 3, 27)),
        ((2026, 6, 29), (2026, 9, 25)),
        ((2026, 9, 28), (2027, 1, 1)),
    ],
)
def test_a_quarter_ends_with_the_week_of_its_last_thursday(first, friday):
    began, ended = date(2020, 1, 1), date(*friday)

    assert "until" not in quarter(date(*first), (began, ended))
    assert "until" in quarter(date(*first), (began, ended - timedelta(days=1)))


def test_enumerations_read_like_prose():
    one = sentence("departments_some", {"higher": ["Legal"], "lower": [], "others": 1})
    several = say("compare_apart", higher=["A", "B", "C"], lower=["D"], others=0)

    assert one[0] == "One of two departments stands apart from the company."
    assert one[1] == "The other one can't be told apart."
    assert several == "A, B and C are higher than the company, D lower; every group stands apart"


def test_where_some_are_hidden_it_is_not_said_that_all_others_are_known():
    two = {"higher": ["A", "B"], "lower": [], "others": 0, "hidden": 10}
    three = {**two, "others": 2, "hidden": 1}

    assert sentence("departments_some", two) == (
        "Two of two departments shown stand apart from the company.",
        "Ten more can't be shown.",
    )
    assert (
        say("compare_apart", **two)
        == "A and B are higher than the company; the rest can't be shown"
    )
    assert (
        say("compare_apart", **three)
        == "A and B are higher than the company; nobody else shown stands apart"
    )
    assert sentence("departments_none", {"others": 2, "hidden": 10})[0].startswith(
        "The departments shown can't be told apart"
    )
    assert sentence("departments_none", {"others": 2})[0].startswith(
        "The departments can't be told apart"
    )
    assert "the other two shown can't be told apart" in sentence("departments_apart", three)[1]


def test_every_passport_says_what_it_rests_on_and_how_others_define_it():
    lacking = [p.id for p in catalogue.passports() if not (p.source and p.peers and p.check and p.question)]  # fmt: skip

    assert lacking == []
