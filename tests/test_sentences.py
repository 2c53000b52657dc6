"""Each sentence h1 to h17 at its condition, and just past it: where the condition holds it is said, else it is not."""

import json
from datetime import date

import polars as pl
import pytest

from analytics.findings import say, select, sentence
from analytics.vault.milestones import parse
from tests.drawn_release import SHAPES, figures, passport

DRAWN = figures()

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


def told(*rows, computable=None, milestones=()):
    """Return (finding, text) of everything said about these figures."""
    frame = pl.DataFrame(list(rows), schema=DRAWN.schema, strict=False)
    passports = [passport(metric) for metric in SHAPES]
    dated = [(one.on, one.name, one.department) for one in map(parse, milestones)]
    found = select(frame, passports, computable, dated)
    return {
        finding: " ".join(sentence(finding, json.loads(slots)))
        for finding, slots in found.select("finding", "slots").iter_rows()
    }


def test_h1_says_how_many_of_those_with_a_seat_used_the_tools():
    whole = row("active_people", value=0.62, grain="all", period=None)

    assert told(whole)["used"].startswith(
        "62 of 100 people with a seat used the tools in the whole period."
    )


def test_h1_says_until_when_where_the_quarter_is_not_over():
    frame = pl.DataFrame([row("active_people", value=0.62)], schema=DRAWN.schema, strict=False)
    found = select(frame, [], reach=(date(2026, 1, 5), date(2026, 5, 9)))

    slots = json.loads(found.filter(finding="used")["slots"][0])
    assert "in April to June 2026 (until 9 May)." in sentence("used", slots)[0]


def test_h1_names_the_tool_where_there_is_one():
    rows = [row("active_people", value=0.62, tool=tool, grain="all", period=None) for tool in (None, "slack")]  # fmt: skip

    assert "used Slack in" in told(*rows)["used"]


@pytest.mark.parametrize(("reason", "told_of"), [("no_seats", "used Slack in"), ("nearly_all_or_none", "used the tools in")])  # fmt: skip
def test_h1_names_a_tool_only_where_no_other_counts(reason, told_of):
    whole = {"value": 0.62, "grain": "all", "period": None}
    rows = [row("active_people", **whole), row("active_people", **whole, tool="slack")]
    other = row("active_people", value=None, grain="all", period=None, tool="teams", reason=reason)

    assert told_of in told(*rows, other)["used"]


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
    # what is beyond chance but small must not be called chance
    assert (
        finding != "no_change"
        or "within what chance explains, or too little to matter" in said[finding]
    )


def test_beside_a_change_the_rest_shows_no_other():
    moved = row("active_people", change=0.05, change_low=0.03, change_high=0.07)
    still = row("outside_hours_share", value=0.2, change=0.0, change_low=-0.01, change_high=0.01)

    assert {"change_up", "no_other_change"} < set(told(moved, still))
    assert "no_change" not in told(moved, still)
    assert "no_change" in told(still)


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


def test_h4_tells_of_the_measure_that_compares_departments_latest():
    before = [one | {"metric": "adoption_funnel", "bin": "reciprocal", "period": date(2025, 12, 29)} for one in departments("B")]  # fmt: skip

    assert told(*before, *departments("A"))["departments_apart"].startswith("A is higher")


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


# --------------------------------------------------------- what only a vendor or a calendar tells


def vendor(active, *windows, tool="viva_engage"):
    return [
        row("vendor_active", f"active/{window}", active / 197, grain="all", period=None, tool=tool,
            n=197, numerator=float(active), denominator=197.0)
        for window in windows
    ]  # fmt: skip


def test_h1_is_said_by_the_vendors_count_where_that_is_all_there_is():
    said = told(*vendor(7, "2026-06-28/2026-09-25", "2026-08-27/2026-09-25"))["used_by_vendor"]

    assert said.startswith(
        "7 of 197 people with a licence were active in Viva Engage in the 30 days to 25 September 2026,"
        " by the vendor's own count."
    )


def test_the_vendors_count_is_not_said_beside_our_own_of_the_same_tool_nor_where_it_is_hidden():
    ours = row("active_people", value=0.5, grain="all", period=None, tool="viva_engage")
    hidden = row("vendor_active", "active/2026-08-27/2026-09-25", None, grain="all", tool="teams")

    assert "used_by_vendor" not in told(*vendor(7, "2026-08-27/2026-09-25"), ours, hidden)


@pytest.mark.parametrize("value", [4.8, None])
def test_meetings_are_told_where_a_calendar_was_read(value):
    said = told(row("meeting_hours", value=value))

    assert ("meetings_take" in said) == (value is not None)
    assert value is None or said["meetings_take"].startswith(
        "Meetings take 4.8\u00a0h of a person's"
    )


# ---------------------------------------------------------------------- h12, h12\u2032 and h13

LAUNCH = "2026-03-02"


def trial(value=0.31, **more):
    return [row("smallest_visible_effect", "half/8", value, grain="all", period=None, **more)]


def moved(department, low=0.1, others=19, as_large=0, drift=0.0):
    """A department (None = everybody) that went from a quarter of its weeks to half of them."""
    values = {"before": 0.25, "after": 0.5, "change": 0.25}
    if department:
        values |= {"against": 0.2, "drift": drift, f"as_large/{others}": as_large / others}
    ends = {"change": {"low": low, "high": 0.4}}
    whole = {"grain": "all", "period": None, "department": department}
    return [
        row("uptake_after_milestone", f"{LAUNCH}/{part}", value, **whole, **ends.get(part, {}))
        for part, value in values.items()
    ]


DATES = {"milestone_apart", "milestone_alike", "milestone_few", "milestone_still", "milestone_whole", "trial_shows"}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "finding", "text"),
    [
        ({}, "milestone_apart", "After Training, Sales moved 20 points more than other departments; 0 of 19 others moved as much."),
        ({"as_large": 1}, "milestone_alike", "Sales after Training: it moved, but other departments moved too."),
        ({"drift": 0.06}, "milestone_alike", "Sales after Training: it moved, but other departments moved too."),
        ({"others": 18}, "milestone_few", "Sales after Training: too few departments to tell."),
        ({"low": 0.0}, "milestone_still", "Sales after Training: no change we can tell."),
    ],
)  # fmt: skip
def test_h12_is_said_only_beyond_chance_and_from_a_steady_start(changed, finding, text):
    said = told(*moved("Sales", **changed), *trial(), milestones=[f"{LAUNCH}@Sales=Training"])

    assert DATES & set(said) - {"trial_shows"} == {finding}
    assert said[finding].startswith(text)


def test_of_a_date_for_everybody_only_before_and_after_is_said():
    said = told(*moved(None), milestones=[f"{LAUNCH}=Launch"])

    assert DATES & set(said) == {"milestone_whole"}
    assert said["milestone_whole"].startswith(
        "Before Launch people contributed in 25% of their weeks, after it in 50%. "
    )


def test_h13_says_what_a_trial_could_show_where_no_date_is_told():
    said = told(*trial(), milestones=[f"{LAUNCH}=Launch"])

    assert said["trial_shows"].startswith(
        "With eight departments a trial would show only an effect above 31 points."
    )


def test_h13_is_not_said_where_there_are_too_few_departments():
    assert "trial_shows" not in told(*trial(None, reason="too_few_groups"))


# ------------------------------------------------------------------------------------------- h14


def late(*named):
    levels = {"0\u20131": 0.1, "2": 0.3, "3": 0.08}
    whole = row("pressure_outside_hours", "sent", value=0.12)
    return [whole, *(row("pressure_outside_hours", "sent", value, level=name, named=name in named) for name, value in levels.items())]  # fmt: skip


def test_h14_names_the_level_whose_messages_go_out_late():
    said = told(*late("2"))["late_from"]

    assert said.startswith("Messages outside hours come more from level 2 than from the others.")
    assert (
        "others. 30% of what they write reaches others outside those people's working hours" in said
    )
    assert "of what everybody writes, 12%" in said


def test_h14_says_up_to_where_several_levels_write_late():
    levels = {"0\u20131": 0.1, "2": 0.3, "4": 0.2}
    rows = [row("pressure_outside_hours", "sent", v, level=name, named=v > 0.1) for name, v in levels.items()]  # fmt: skip
    said = told(row("pressure_outside_hours", "sent", value=0.12), *rows)["late_from"]

    assert said.startswith("Messages outside hours come more from levels 2 and 4 than")
    assert "others. Up to 30% of what they write" in said


@pytest.mark.parametrize("named", [(), ("3",)])
def test_h14_is_not_said_of_a_level_that_is_not_named_or_lies_below(named):
    assert "late_from" not in told(*late(*named))


# ------------------------------------------------------------------------------------------- h17


@pytest.mark.parametrize(
    ("reason", "is_said"), [("not_identified", True), ("short_history", False), (None, False)]
)
def test_h17_says_that_no_forecast_is_possible_only_where_the_data_cannot_settle_it(
    reason, is_said
):
    value = None if reason else 0.7
    curve = row("adoption_forecast", "ceiling", value, grain="all", period=None, reason=reason)

    said = told(curve)

    assert ("forecast_open" in said) == is_said
    assert not is_said or said["forecast_open"].startswith("The forecast is not possible yet.")


@pytest.mark.parametrize("computable", [None, CANNOT])
def test_every_finding_leads_somewhere(computable):
    found = select(DRAWN, [passport(metric) for metric in SHAPES], computable)

    assert 3 <= found.height <= 5
    assert set(found["page"]) <= {"adoption", "departments", "time_cost", "hierarchy", "trust", "imports"}  # fmt: skip


@pytest.mark.parametrize(("way", "change"), [("up", 0.29), ("down", -0.29)])
def test_what_went_up_or_down_by_so_much_has_no_sign(way, change):
    ends = {"change_low": change - 0.1, "change_high": change + 0.1}

    said = say(f"trend_{way}", unit="share", change=change, grain="quarter", **ends)

    assert said == f"Conversation went {way} by 29 points since the quarter before"
