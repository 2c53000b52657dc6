"""Time cost: the hours that tools take, when they fall, how much lands on people, and what it costs."""

from typing import Literal

import polars as pl

from analytics.metrics.base import short
from analytics.metrics.engine import CUTS, Measure
from analytics.metrics.passport import Cut, Grain, Passport, Words
from analytics.schema import polars_schema

# The most that one own act is given, in seconds: the union of intervals is released at these five.
CAPS = {"c0.5": 30, "c1": 60, "c2": 120, "c5": 300, "c10": 600}
USUAL = "c2"
MOST_HOURS_A_WEEK = 80
MOST_DELIVERIES_A_WEEK = 5_000
MICROSECONDS_AN_HOUR = 3.6e9
READING_SECONDS = {"mail": 60, "chat": 15}
SHARE_OPENED = 0.7
ZONES_KNOWN = 0.8

WHEN = "case {} end".format
# exports of one kind may begin later or end earlier than the others: what they would tell is then not known of a period
SEEN_LEAST = (
    0.8  # of the people of a group: with fewer in a calendar, their hours are not the group's
)
NOT_MET = (
    f"when not bool_or(has_meetings) then 'no_calendar' {short('not bool_or(now_meetings)', 'lost_meetings')}"
    f" when avg(in_calendar::int) < {SEEN_LEAST} then 'low_coverage'"
)
NO_MEETINGS = WHEN(NOT_MET)
NO_CALLS = WHEN(
    f"when not bool_or(has_calls) then 'no_calendar' {short('not bool_or(now_calls)', 'lost_calls')}"
)
UNTIMED = (
    "when not bool_or(has_writing) then 'not_applicable'"  # a calendar holds no messages
    " when not bool_or(has_times) then 'no_timestamps'"
)
NOT_TIMED = short("not bool_or(now_times)", "lost_times")
NO_TIMES = WHEN(f"{UNTIMED} {NOT_TIMED}")
# a total without one of its parts would be taken for less time
NO_CLOCK = WHEN(
    f"{short('bool_or(has_meetings) and not bool_or(now_meetings)', 'lost_meetings')}"
    f" when bool_or(has_meetings) and avg(in_calendar::int) < {SEEN_LEAST} then 'low_coverage'"
    f" {short('bool_or(has_times) and not bool_or(now_times)', 'lost_times')}"
    f" when bool_or(has_meetings or has_calls) then null {UNTIMED}"
)
NO_RECIPIENTS = WHEN(
    f"when not bool_or(has_recipients) then 'no_recipients' {short('not bool_or(now_recipients)', 'lost_recipients')}"
)
NO_ZONE = WHEN(f"{UNTIMED} when avg(zone_known::int) < {ZONES_KNOWN} then 'no_time_zone'")


def _hours(column: str) -> str:
    return f"greatest({column}, 0) / {MICROSECONDS_AN_HOUR}"


READING = (
    f"(mails_in * {READING_SECONDS['mail']} + (chats_in + channel) * {READING_SECONDS['chat']})"
    f" * {SHARE_OPENED} / 3600.0"
)


def _collaboration(variant: str, seconds: int) -> tuple[Measure, ...]:
    acts = f"act_us_{seconds}"
    bins = {
        "meeting": (_hours("meeting_us"), NO_MEETINGS),
        "call": (_hours("call_us"), NO_CALLS),
        "own_acts": (_hours(acts), NO_TIMES),
        "total": (_hours(f"(meeting_us + call_us + {acts})"), NO_CLOCK),
        "reading": (READING, NO_RECIPIENTS),
    }
    return tuple(
        Measure(
            "collaboration_hours", x, "working_weeks", kind="ratio", variant=variant, bin=name, position=i,
            most_a_week=MOST_HOURS_A_WEEK, reason=reason,
        )
        for i, (name, (x, reason)) in enumerate(bins.items())
    )  # fmt: skip


# What a cost has in common with the hours it is made of.
KEPT = ("grain", "period", "division", "department", "level", "location", "tool", "n", "coverage")

BY_REACH = {
    "total": "direct + mentioned + grouped + broadcast + channel",
    "direct": "direct",
    "mention": "mentioned",
    "group": "grouped",
    "broadcast": "broadcast",
    "channel": "channel",
}
MEASURES = (
    *(measure for cap, seconds in CAPS.items() for measure in _collaboration("" if cap == USUAL else cap, seconds)),
    Measure(
        "meeting_hours", _hours("meeting_us"), "working_weeks", kind="ratio",
        most_a_week=MOST_HOURS_A_WEEK, reason=NO_MEETINGS,
    ),
    Measure(
        "meeting_hours", _hours("accepted_us"), "working_weeks", kind="ratio", variant="accepted",
        most_a_week=MOST_HOURS_A_WEEK, grains=("month", "quarter", "all"),
        reason=WHEN(f"{NOT_MET} when not bool_or(has_accepted) then 'no_data'"),
    ),
    Measure("outside_hours_share", "outside_acts", "timed_acts", kind="clustered", reason=NO_ZONE),
    Measure("weekend_share", "weekend_acts", "timed_acts", kind="clustered", reason=NO_ZONE),
    *(
        Measure(
            "deliveries_per_day", x, "working_days", kind="ratio", bin=name, position=i,
            most_a_week=MOST_DELIVERIES_A_WEEK, reason=NO_RECIPIENTS,
        )
        for i, (name, x) in enumerate(BY_REACH.items())
    ),
)  # fmt: skip


def cost(figures: pl.DataFrame, hourly: tuple[float, float, float] | None) -> pl.DataFrame:
    """Return release.figure rows of `cost`: the group's hours in the period × low, base and high hourly cost.

    `figures`: rows of release.figure, from which those of collaboration_hours (usual cap, bin total) are
    priced as published: what is hidden there stays hidden. Money has two significant digits, low rounded
    down and high up. numerator = money at the base cost; denominator = hours. No hourly cost: null, no_cost.
    """
    hours = figures.filter(
        pl.col("metric") == "collaboration_hours", pl.col("variant") == "", pl.col("bin") == "total"
    )
    low, base, high = hourly or (None, None, None)
    spent = pl.when(pl.col("value").is_not_null()).then(pl.col("numerator"))
    told = dict.fromkeys(set(polars_schema("release.figure")) - set(KEPT))
    priced = told | {
        "metric": pl.lit("cost"),
        "variant": pl.lit(""),
        "position": pl.lit(0),
        "value": _two_digits(spent * _money(base), "round"),
        "low": _two_digits(spent * _money(low), "floor"),
        "high": _two_digits(spent * _money(high), "ceil"),
        "numerator": spent * _money(base),
        "denominator": spent * _money(1.0 if hourly else None),
        "reason": pl.coalesce("reason", pl.lit(None if hourly else "no_cost", pl.String)),
    }
    schema = polars_schema("release.figure")
    return hours.with_columns(**priced).select(
        pl.col(name).cast(type_) for name, type_ in schema.items()
    )


def _money(rate: float | None) -> pl.Expr:
    return pl.lit(rate, pl.Float64)


def _two_digits(money: pl.Expr, towards: Literal["round", "floor", "ceil"]) -> pl.Expr:
    step = pl.lit(10.0).pow(money.log10().floor() - 1)
    return (
        pl.when(money > 0).then(getattr((money / step).round(9), towards)() * step).otherwise(money)
    )


STANDARD: tuple[Cut, ...] = tuple(CUTS)
EVERY: tuple[Grain, ...] = ("week", "month", "quarter", "all")
MAIL_CHECK = "Manufacturing company mail (doi:10.7910/DVN/6Z3CGX)"
PASSPORTS = (
    Passport(
        id="collaboration_hours",
        family="time_cost",
        title="Hours in the tools",
        question="How much working time do meetings, calls, writing and reading take?",
        unit="hours",
        better="neither",
        definition=(
            "Hours a person and working week, overlaps counted once. Meetings and calls take from start to end. An own act (post, reply, mail, file) "
            "is given the time since whatever came before it, at most two minutes (variants: half a minute to ten). Reading is a guess and kept apart: "
            "60 seconds a mail, 15 seconds a chat message, 70 in 100 opened; posts in channels could have been read by every member. Nobody knows when it happened. "
            "numerator = hours, at most 80 a person and week; denominator = working weeks of the people in the group, public holidays where they live left out. "
            "It cannot see thinking, documents or talk in the corridor; it is not working time."
        ),
        cuts=STANDARD,
        grains=EVERY,
        minimum="10 people; a whole working week, or four of them for a month or quarter; an export that tells of it for 8 in 10 of the working days; 8 in 10 of the people in an export with meetings",
        smallest_worth_showing=0.5,
        tables=("person_clock", "person_day", "space_week"),
        needs=("acts",),
        source="Own definition, after the exclusive time of Worklytics (time bounded by the neighbouring acts). Reading: seconds a mail after SWOOP Analytics 2023 (80 minutes a day reading mail); chat seconds and share opened are our assumption; reading speed 238 words a minute, Brysbaert 2019",
        peers="Viva Insights collaboration hours, overlaps counted once as well; its minutes a mail and message are not published, so the figures differ",
        check=f"{MAIL_CHECK}: 58,412 sent mails take 468.2425, 908.822778, 1,744.916667, 4,069.321389 and 7,643.460278 hours at the five caps",
        words=Words(
            up="the tools take more hours a week than before",
            down="the tools take fewer hours a week than before",
            same="the tools take as many hours a week as before",
            unseen="nobody can say how many hours the tools take",
        ),
        variants={
            "": "At most 2 minutes an own act",
            "c0.5": "At most half a minute an own act",
            "c1": "At most 1 minute an own act",
            "c5": "At most 5 minutes an own act",
            "c10": "At most 10 minutes an own act",
        },
        bins="meeting, call, own_acts, total (of the three), reading (an assumption, never inside the total)",
    ),
    Passport(
        id="meeting_hours",
        family="time_cost",
        title="Hours in meetings",
        question="How many hours a week do meetings take?",
        unit="hours",
        better="down",
        definition=(
            "Hours a person and working week in meetings of two or more, overlapping meetings counted once. "
            "numerator = hours between start and end, at most 80 a person and week; denominator = working weeks of the people in the group, public holidays where they live left out. "
            "It cannot see who really came: a calendar knows invitations."
        ),
        cuts=STANDARD,
        grains=EVERY,
        minimum="10 people; a whole working week, or four of them for a month or quarter; an export that tells of it for 8 in 10 of the working days; 8 in 10 of the people in an export with meetings",
        smallest_worth_showing=0.5,
        tables=("person_clock",),
        needs=("meetings",),
        source="Microsoft Learn, Viva Insights metric definitions (overlaps counted once)",
        peers="Viva Insights meeting hours; Worklytics counts only meetings with 25 or fewer people",
        check="Two meetings, 14:00-15:00 and 14:30-15:30, are 1.5 hours (Viva Insights glossary); four of 4.5 hours that overlap are 3.5",
        words=Words(
            up="meetings take more hours a week than before",
            down="meetings take fewer hours a week than before",
            same="meetings take as many hours a week as before",
            unseen="nobody can say how many hours meetings take",
        ),
        variants={
            "": "Whoever is invited and did not decline; no cancelled meetings, none of whole days",
            "accepted": "Who called it, said yes or was seen there",
        },
    ),
    Passport(
        id="outside_hours_share",
        family="time_cost",
        title="Outside working hours",
        question="How much happens outside the working week?",
        unit="share",
        better="down",
        definition=(
            "The share of own acts (posts, replies, mails, files) outside working hours, in the person's local time; weekends and public holidays of the person's place count as outside. "
            "numerator = acts outside; denominator = acts with a time. "
            "A person's place is where the HR file has them on the day, if its country is known, else that of the company; zone: as the tool says, else of the place, else of the company. "
            "It cannot see shifts, leave and part time, and writing late may be a choice. Reactions are left out: exports give them no time of their own."
        ),
        cuts=STANDARD,
        grains=EVERY,
        minimum="10 people; the time zone of 8 in 10 of them",
        smallest_worth_showing=0.03,
        tables=("person_day", "working_day"),
        needs=("acts",),
        source="Own definition; working hours from the settings of the workspace, Monday to Friday 9 to 17 unless changed; public holidays and weekends of countries: the library holidays",
        peers="Viva Insights after-hours collaboration; Worklytics, Monday to Friday 9 to 17",
        check=f"{MAIL_CHECK}, hours 8 to 17: 0.392060 of mails outside read as UTC, 0.192854 as Warsaw time: a wrong zone doubles the answer",
        words=Words(
            up="more of the work in the tools falls outside working hours than before",
            down="less of the work in the tools falls outside working hours than before",
            same="as much of the work in the tools falls outside working hours as before",
            unseen="nobody can say how much falls outside working hours",
        ),
    ),
    Passport(
        id="weekend_share",
        family="time_cost",
        title="On days off",
        question="How much happens on days off?",
        unit="share",
        better="down",
        definition=(
            "The share of own acts (posts, replies, mails, files) on days that are no working days where the person works, in local time: weekends, and public holidays where the country is known. "
            "numerator = acts on days off; denominator = acts with a time. "
            "It cannot see leave and part time."
        ),
        cuts=STANDARD,
        grains=EVERY,
        minimum="10 people; the time zone of 8 in 10 of them",
        smallest_worth_showing=0.01,
        tables=("person_day", "working_day"),
        needs=("acts",),
        source="Own definition; working days from the settings of the workspace, Monday to Friday unless changed; public holidays and weekends of countries: the library holidays",
        peers="Worklytics weekend hours (0.5 to 1.5 a week as its orientation)",
        check=f"{MAIL_CHECK}: 0.004502 of mails in Warsaw time",
        words=Words(
            up="more of the work in the tools falls on days off than before",
            down="less of the work in the tools falls on days off than before",
            same="as much of the work in the tools falls on days off as before",
            unseen="nobody can say how much falls on days off",
        ),
    ),
    Passport(
        id="deliveries_per_day",
        family="time_cost",
        title="Messages landing on a person",
        question="How much lands on a person in a working day?",
        unit="count",
        better="down",
        definition=(
            "Messages that reach a person, for every working day. Direct: to this person alone. Mention: named, or answered, in a channel. Group: with up to nine addressees. "
            "Broadcast: with ten or more. Channel: posts of the person's channels by others, which could have been read (members as of the export). "
            "numerator = messages received, at most 5,000 a person and week; denominator = working days of the people in the group, public holidays where they live left out. "
            "In any tool it is told where the exports hold four fifths of what usually happens on a day. It cannot see whether anybody opened them. Reactions and invitations are not counted."
        ),
        cuts=STANDARD,
        grains=EVERY,
        minimum="10 people; a whole working week, or four of them for a month or quarter; an export that tells of it for 8 in 10 of the working days",
        smallest_worth_showing=2.0,
        tables=("person_day", "space_week", "membership"),
        needs=("recipients",),
        source="Own definition; orientation: 117 mails and 153 Teams messages a day among Microsoft 365 users, Microsoft Work Trend Index special report, June 2025",
        peers="Viva Insights counts mails and chats received; channel posts are counted by none of the products compared",
        check=f"{MAIL_CHECK}: 82,876 deliveries to 167 accounts on 194 working days = 2.558059; 0.113628 of them broadcast",
        words=Words(
            up="more lands on a person in a day than before",
            down="less lands on a person in a day than before",
            same="as much lands on a person in a day as before",
            unseen="nobody can say how much lands on a person",
        ),
        bins="total, direct, mention, group, broadcast, channel (could have been read)",
    ),
    Passport(
        id="cost",
        family="time_cost",
        title="What the hours cost",
        question="What are the hours in the tools worth?",
        unit="money",
        better="neither",
        definition=(
            "Hours of meetings, calls and own acts (at most two minutes each) in the period, times the hourly cost that was set: low, base and high. "
            "numerator = hours × hourly cost; denominator = hours. The ends are those of the hourly cost, not of chance. "
            "It cannot see what the hours brought: it is the price of time, not a loss."
        ),
        cuts=STANDARD,
        grains=EVERY,
        minimum="an hourly cost in the settings; 10 people",
        smallest_worth_showing=0.0,
        tables=("person_clock",),
        needs=("acts",),
        source="Own definition; no hourly cost is assumed",
        peers="Some products assume an hourly cost in silence (75 dollars in one of them)",
        check="8 people × 1 hour × 75 × 46 weeks = 27,600",
        words=Words(
            up="the hours in the tools cost more than before",
            down="the hours in the tools cost less than before",
            same="the hours in the tools cost as much as before",
            unseen="nobody can say what the hours cost",
        ),
    ),
)
