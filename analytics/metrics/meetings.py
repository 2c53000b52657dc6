"""Meetings: which kinds take the hours, how much of it is in two at once, and how many levels sit together."""

from dataclasses import replace

from analytics.metrics.engine import Measure
from analytics.metrics.passport import Cut, Passport, Words
from analytics.metrics.time_cost import (
    EVERY,
    MICROSECONDS_AN_HOUR,
    NO_MEETINGS,
    NOT_MET,
    STANDARD,
    WHEN,
    ZONES_KNOWN,
)

SIZE_UNKNOWN = 0.2  # of the hours: above it nothing is said about sizes
CLASSES = ("one_to_one", "decision", "status", "bloated", "lengthy", "all_hands", "workshop")
FLAGS = ("large", "long", "large_long", "small_long")
LAYERS = {"three_levels": "layered_us", "over_head": "over_head_us"}

NO_SIZE = WHEN(
    f"{NOT_MET} when sum(unknown_us) > {SIZE_UNKNOWN} * sum(met_us) then 'no_recipients'"
)
NO_HOURS = WHEN(f"{NOT_MET} when avg(zone_known::int) < {ZONES_KNOWN} then 'no_time_zone'")
NO_SERIES = WHEN(f"{NOT_MET} when not bool_or(has_series) then 'no_data'")
NO_LEVELS = WHEN(f"{NOT_MET} when bool_and(level is null) then 'no_manager'")


def _hours(column: str) -> str:
    return f"{column} / {MICROSECONDS_AN_HOUR}"


def _of_meetings(
    metric: str, bin_: str | None, column: str, reason: str, place: int = 0
) -> Measure:
    return Measure(
        metric, _hours(column), _hours("met_us"), kind="clustered", bin=bin_, position=place,
        grains=SHOWN, reason=reason,
    )  # fmt: skip


SHOWN = tuple(
    grain for grain in EVERY if grain != "week"
)  # kinds of meetings of a week are few people's
OF_A_WEEK: tuple[Cut, ...] = ("total", "tool")  # and so is a week of a department


def weekly(*measures: Measure) -> tuple[Measure, ...]:
    """Return the measures, and each of them by week for the company and its tools."""
    cuts = [tuple(cut for cut in OF_A_WEEK if cut in measure.cuts) for measure in measures]
    of_weeks = (
        replace(measure, grains=("week",), cuts=cut)
        for measure, cut in zip(measures, cuts, strict=True)
    )
    return *measures, *of_weeks


MEASURES = (
    *(
        _of_meetings("meeting_mix", name, f"{name}_us", NO_SIZE, place)
        for place, name in enumerate((*CLASSES, "unknown"))
    ),
    *(
        _of_meetings("meeting_flags", name, f"{name}_us", NO_SIZE, place)
        for place, name in enumerate(FLAGS)
    ),
    _of_meetings("meeting_flags", "recurring", "series_us", NO_SERIES, len(FLAGS)),
    *weekly(
        _of_meetings("conflicting_hours", None, "conflict_us", NO_MEETINGS),
        _of_meetings("meetings_outside_hours", None, "outside_us", NO_HOURS),
    ),
    *(
        _of_meetings("redundant_hours", name, column, NO_LEVELS, place)
        for place, (name, column) in enumerate(LAYERS.items())
    ),
)  # fmt: skip

MINIMUM = "10 people with meetings; four working weeks for a month or quarter"
BY_WEEK = f"{MINIMUM}; weeks for the company and its tools alone"
VIVA = "Viva Insights sample of 2,001 meetings (wpa_mt_data)"
PASSPORTS = (
    Passport(
        id="meeting_mix",
        family="time_cost",
        title="Kinds of meetings",
        question="Which kinds of meetings take the hours?",
        unit="share",
        better="neither",
        definition=(
            "The share of people's hours in meetings by how many are invited and how long it takes, first that fits: one to one (two, up to an hour); "
            "decision (3 to 8, up to an hour); status (9 to 18, up to an hour); bloated (19 to 50, up to two hours); lengthy (up to 18, one to two hours); "
            "all hands (51 or more); workshop (the rest, two hours or more). Time in two meetings belongs to the one that began first, of two that began together to the shorter one, and half to each where they end together too. "
            "numerator = hours in meetings of the kind; denominator = hours in meetings. "
            "It cannot see what a meeting was for: the names are those of the source, not a verdict."
        ),
        cuts=STANDARD,
        grains=SHOWN,
        minimum=MINIMUM,
        smallest_worth_showing=0.05,
        tables=("person_meeting", "meeting_kind"),
        needs=("meetings",),
        source="Meeting types of Viva Insights, as its open R package computes them (wpa, meetingtype_dist)",
        peers="Viva Insights counts hours of all attendees; Worklytics leaves out meetings above 25 people",
        check=f"{VIVA}: decision 3,298.966667 hours in 1,198, lengthy 1,533.9 in 193, one to one 226.366667 in 228, status 369.616667 in 71, workshop 4,881.55 in 309; meetings of one 1.25 in 2",
        words=Words(
            up="more of the meeting hours are of this kind than before",
            down="fewer of the meeting hours are of this kind than before",
            same="as many of the meeting hours are of this kind as before",
            unseen="nobody can say which kinds of meetings take the hours",
        ),
        bins="one_to_one, decision, status, bloated, lengthy, all_hands, workshop, unknown (how many were invited is not exported)",
    ),
    Passport(
        id="meeting_flags",
        family="time_cost",
        title="Large, long and recurring meetings",
        question="How many of the meeting hours are large, long or recurring?",
        unit="share",
        better="neither",
        definition=(
            "The share of people's hours in meetings that are large (nine or more invited), long (more than an hour), both, long without being large, "
            "or recurring (one of a series). They overlap and do not add up. "
            "numerator = hours in such meetings; denominator = hours in meetings. "
            "It cannot see whether a large or long meeting was worth it."
        ),
        cuts=STANDARD,
        grains=SHOWN,
        minimum=MINIMUM,
        smallest_worth_showing=0.05,
        tables=("person_meeting", "meeting_kind"),
        needs=("meetings",),
        source="Large and long as in the meeting queries of Viva Insights: nine or more people, more than one hour",
        peers="Viva Insights low-quality meeting hours, which mixes these with overlaps and multitasking",
        check=f"{VIVA}: large and long 540.683333 hours in 22, long without being large 5,874.766667 in 480",
        words=Words(
            up="more of the meeting hours are of this kind than before",
            down="fewer of the meeting hours are of this kind than before",
            same="as many of the meeting hours are of this kind as before",
            unseen="nobody can say how many of the meeting hours are large, long or recurring",
        ),
        bins="large, long, large_long (both), small_long (long without being large), recurring",
    ),
    Passport(
        id="conflicting_hours",
        family="time_cost",
        title="In two meetings at once",
        question="How much of the time in meetings is booked twice?",
        unit="share",
        better="down",
        definition=(
            "The share of people's hours in meetings during which they are in two or more at once; only the overlap counts, and it counts once. "
            "numerator = hours in two meetings or more; denominator = hours in meetings. "
            "It cannot see which of the two somebody went to: a calendar knows invitations."
        ),
        cuts=STANDARD,
        grains=EVERY,
        minimum=BY_WEEK,
        smallest_worth_showing=0.02,
        tables=("person_meeting",),
        needs=("meetings",),
        source="Microsoft Learn, Viva Insights: conflicting meeting hours (the overlap only)",
        peers="Viva Insights before 2021 counted the whole length of both meetings",
        check="Meetings 9-10, 9:30-11, 10:30-12 and 13-13:30: 1.0 of 3.5 hours = 0.285714; 9-10 and 10-11: 0",
        words=Words(
            up="more of the time in meetings is booked twice than before",
            down="less of the time in meetings is booked twice than before",
            same="as much of the time in meetings is booked twice as before",
            unseen="nobody can say how much of the time in meetings is booked twice",
        ),
    ),
    Passport(
        id="meetings_outside_hours",
        family="time_cost",
        title="Meetings outside working hours",
        question="How much of the time in meetings falls outside the working week?",
        unit="share",
        better="down",
        definition=(
            "The share of people's hours in meetings that fall outside the working hours of the day on which a meeting begins, in the local time of each who is invited; "
            "weekends and public holidays where the person lives count as outside. Overlaps count once. "
            "numerator = hours in meetings outside working hours; denominator = hours in meetings. "
            "It cannot see who really came, nor shifts, leave and part time."
        ),
        cuts=STANDARD,
        grains=EVERY,
        minimum=f"{BY_WEEK}; the time zone of 8 in 10 people",
        smallest_worth_showing=0.03,
        tables=("person_meeting", "working_day"),
        needs=("meetings",),
        source="Own definition; working hours from the settings of the workspace, Monday to Friday 9 to 17 unless changed; public holidays and weekends of countries: the library holidays",
        peers="Viva Insights after-hours meeting hours",
        check="By hand, 9 to 17: meetings of 16:30 to 18:00 and, overlapping it, 17:30 to 18:30, and one of an hour on a Saturday: 2.5 of 3 hours = 0.833333",
        words=Words(
            up="more of the time in meetings falls outside working hours than before",
            down="less of the time in meetings falls outside working hours than before",
            same="as much of the time in meetings falls outside working hours as before",
            unseen="nobody can say how much of the time in meetings falls outside working hours",
        ),
    ),
    Passport(
        id="redundant_hours",
        family="time_cost",
        title="Three levels in the room",
        question="How much of the time in meetings do three levels of a department sit together?",
        unit="share",
        better="neither",
        definition=(
            "The share of people's hours in meetings in which three or more levels of one department are present, and in which somebody is present together with "
            "their manager and the manager's manager. Places in the organisation are those of the day. "
            "numerator = hours in such meetings; denominator = hours in meetings. "
            "It cannot see why: it may be a town hall, or the way to be heard."
        ),
        cuts=STANDARD,
        grains=SHOWN,
        minimum=MINIMUM,
        smallest_worth_showing=0.05,
        tables=("person_meeting", "meeting_kind", "org"),
        needs=("meetings", "levels"),
        source="Viva Insights: organizational redundancy (three or more layers of one organisation attend)",
        peers="Viva Insights redundant meeting hours",
        check="Worked by hand: of two meetings of an hour, one with levels 1, 2 and 3 of a department, one with levels 1 and 2: for whoever is in both 1 of 2 hours",
        words=Words(
            up="three levels sit together for more of the meeting hours than before",
            down="three levels sit together for less of the meeting hours than before",
            same="three levels sit together for as much of the meeting hours as before",
            unseen="nobody can say how often three levels sit together",
        ),
        bins="three_levels (of one department), over_head (with one's manager and the manager's manager)",
    ),
)
