"""Attention: what of the day is left whole, how often places change, and who puts reading before others."""

from analytics.metrics.base import short
from analytics.metrics.engine import Measure
from analytics.metrics.meetings import SHOWN, weekly
from analytics.metrics.passport import Cut, Passport, Words
from analytics.metrics.time_cost import (
    BY_REACH,
    EVERY,
    MAIL_CHECK,
    MOST_DELIVERIES_A_WEEK,
    MOST_HOURS_A_WEEK,
    NO_RECIPIENTS,
    NOT_MET,
    NOT_TIMED,
    READING_SECONDS,
    SEEN_LEAST,
    STANDARD,
    UNTIMED,
    WHEN,
    ZONES_KNOWN,
)

WORDS_A_MINUTE = 238  # Brysbaert 2019: 190 studies of silent reading, 18,573 people
A_DAY: tuple[Cut, ...] = tuple(cut for cut in STANDARD if "tool" not in cut)  # a day is all tools'

NO_DAY = WHEN(
    f"{NOT_MET} {UNTIMED} {NOT_TIMED} when avg(zone_known::int) < {ZONES_KNOWN} then 'no_time_zone'"
)
# few who are in no calendar may write most of it; to leave their acts out would tell theirs, by subtraction
NO_MULTITASKING = WHEN(
    f"{NOT_MET} when sum(in_calendar::int * timed_acts) < {SEEN_LEAST} * sum(timed_acts) then 'low_coverage'"
    f" {short('bool_or(has_calls) and not bool_or(now_calls)', 'lost_calls')}"
    f" {UNTIMED} {NOT_TIMED} when avg(zone_known::int) < {ZONES_KNOWN} then 'no_time_zone'"
)
NO_PLACES = WHEN(f"{UNTIMED} when not bool_or(has_places) then 'not_applicable'")

FREE = "(gap_s + hour_s + two_s)"
PARTS_OF_A_DAY = {
    "focus": "(hour_s + two_s)",
    "two": "two_s",
    "hour": "hour_s",
    "gap": "gap_s",
    "busy": "busy_s",
    "free": FREE,
    "working": "working_s",
}
CAUSED = {
    "total": "direct_out + mentioned_out + grouped_out + broadcast_out + channel_out",
    "direct": "direct_out",
    "mention": "mentioned_out",
    "group": "grouped_out",
    "broadcast": "broadcast_out",
    "channel": "channel_out",
}
READ_BY_OTHERS = (
    f"words_out / {WORDS_A_MINUTE * 60.0}"
    f" + (mails_out * {READING_SECONDS['mail']} + chats_out * {READING_SECONDS['chat']}) / 3600.0"
)

# the messages that reach one person in a working day
A_PERSONS_DAY = f"coalesce(({BY_REACH['total']}) / nullif(working_days, 0), 0)"


def _hours(seconds: str) -> str:
    return f"{seconds} / 3600.0"


def _focus(name: str, place: int) -> Measure:
    return Measure(
        "focus_hours", _hours(PARTS_OF_A_DAY[name]), "focus_days", kind="ratio", bin=name, position=place,
        grains=SHOWN, cuts=A_DAY, reason=NO_DAY,
    )  # fmt: skip


def _caused(name: str, place: int) -> Measure:
    return Measure(
        "load_caused", CAUSED[name], "working_days", kind="ratio", bin=name, position=place,
        most_a_week=MOST_DELIVERIES_A_WEEK, grains=SHOWN, reason=NO_RECIPIENTS,
    )  # fmt: skip


MEASURES = (
    *weekly(
        _focus("focus", 0),
        Measure(
            "multitasking_acts", "multitasking_acts", "timed_acts", kind="clustered",
            grains=SHOWN, cuts=A_DAY, reason=NO_MULTITASKING,
        ),
        Measure("context_switches", "switches", "near_acts", kind="clustered", grains=SHOWN, reason=NO_PLACES),
        _caused("total", 0),
        Measure(
            "reading_caused", READ_BY_OTHERS, "working_weeks", kind="ratio",
            most_a_week=MOST_HOURS_A_WEEK, grains=SHOWN, reason=NO_RECIPIENTS,
        ),
    ),
    *(_focus(name, place) for place, name in enumerate(PARTS_OF_A_DAY) if place),
    Measure(
        "fragmented_share", _hours("gap_s"), _hours(FREE), kind="clustered", grains=SHOWN, cuts=A_DAY, reason=NO_DAY
    ),
    *(_caused(name, place) for place, name in enumerate(CAUSED) if place),
    Measure("typical_load", A_PERSONS_DAY, kind="typical", grains=SHOWN, reason=NO_RECIPIENTS),
)  # fmt: skip

MINIMUM = "10 people; four working weeks for a month or quarter"
BY_WEEK = f"{MINIMUM}; weeks for the company and its tools alone"
PASSPORTS = (
    Passport(
        id="focus_hours",
        family="time_cost",
        title="Time left whole",
        question="Is there uninterrupted time left?",
        unit="hours",
        better="up",
        definition=(
            "Hours of a working day in stretches of at least an hour without a meeting, a call or an own act (post, reply, mail, file; two minutes are taken for each). "
            "What reaches a person breaks no stretch: nobody knows when it was seen. Days count in weeks in which the person was seen at all. "
            "numerator = hours in such stretches inside working hours; denominator = working days. "
            "It cannot see what the time was used for, nor interruptions in person: it is at best."
        ),
        cuts=A_DAY,
        grains=EVERY,
        minimum=f"{BY_WEEK}; meetings and messages with their time; the time zone of 8 in 10 people",
        smallest_worth_showing=0.25,
        tables=("person_focus", "working_day"),
        needs=("meetings", "acts"),
        source="Own definition; working hours from the settings of the workspace, Monday to Friday 9 to 17 unless changed; days off as for outside_hours_share",
        peers="Viva Insights uninterrupted hours (an hour or more without a meeting); Worklytics flow, at least 3.5 hours a day as its orientation",
        check="9 to 17 with meetings 10-10:30, 11-12, 11:30-12:30 and 15-15:30: stretches of 1, 0.5, 2.5 and 1.5 hours; 5.0 of an hour or more, 2.5 of two or more",
        words=Words(
            up="more of the day is left whole than before",
            down="less of the day is left whole than before",
            same="as much of the day is left whole as before",
            unseen="nobody can say how much of the day is left whole",
        ),
        bins="focus (an hour or more), two (two hours or more), hour (one to two), gap (under one), busy (in meetings, calls and own acts), free (all but busy), working (all)",
    ),
    Passport(
        id="fragmented_share",
        family="time_cost",
        title="Time in gaps",
        question="How much of the free time lies in gaps under an hour?",
        unit="share",
        better="down",
        definition=(
            "Of the working hours that are free of meetings, calls and own acts, the share in gaps of less than an hour. "
            "numerator = hours in gaps under an hour; denominator = free hours. "
            "It cannot see what the time was used for, nor interruptions in person."
        ),
        cuts=A_DAY,
        grains=SHOWN,
        minimum=f"{MINIMUM}; meetings and messages with their time; the time zone of 8 in 10 people",
        smallest_worth_showing=0.03,
        tables=("person_focus",),
        needs=("meetings", "acts"),
        source="Own definition, the complement of focus_hours",
        peers="Worklytics counts fragmented hours as gaps between two meetings",
        check="The day of focus_hours: 0.5 of 5.5 free hours = 0.090909",
        words=Words(
            up="more of the free time lies in gaps than before",
            down="less of the free time lies in gaps than before",
            same="as much of the free time lies in gaps as before",
            unseen="nobody can say how much of the free time lies in gaps",
        ),
    ),
    Passport(
        id="multitasking_acts",
        family="time_cost",
        title="Written during meetings",
        question="How much is written while in a meeting?",
        unit="share",
        better="neither",
        definition=(
            "Of the own acts (posts, replies, mails, files), the share sent while the person is in a meeting or call. An act ends when it is sent: "
            "sent at the very end of a meeting it was written in it, sent at its start before it. Declined and cancelled meetings are none. "
            "numerator = own acts in meetings and calls; denominator = own acts with a time. "
            "Such acts take no time of their own in the hours in the tools. "
            "It cannot see who really came, whether what is written belongs to the meeting (its own chat counts too), nor what is read there."
        ),
        cuts=A_DAY,
        grains=EVERY,
        minimum=f"{BY_WEEK}; meetings and messages with their time; 8 in 10 of the people, and of the acts, in an export with meetings; the time zone of 8 in 10 people",
        smallest_worth_showing=0.02,
        tables=("person_clock", "person_day"),
        needs=("meetings", "acts"),
        source="Own definition",
        peers=(
            "Viva Insights multitasking hours: time in meetings and calls in which mails or chats are sent or read; earlier the hours of meetings with two mails "
            "an hour or more. Both are hours of meetings, this is a share of what is written"
        ),
        check="Worked by hand: a meeting 9 to 10, mails at 9:00, 9:30, 10:00 and 10:01: two of four, 9:30 and 10:00",
        words=Words(
            up="more of what people write is sent during meetings than before",
            down="less of what people write is sent during meetings than before",
            same="as much of what people write is sent during meetings as before",
            unseen="nobody can say how much is written during meetings",
        ),
    ),
    Passport(
        id="context_switches",
        family="time_cost",
        title="Changes of place",
        question="How often does the next message go to another place?",
        unit="share",
        better="down",
        definition=(
            "Of the own acts (posts, replies, mails, files) that follow another within half an hour, the share in a different channel, conversation or tool. "
            "Mails have no place of their own and are one a tool. "
            "numerator = acts in another place than the one before; denominator = acts that follow another within half an hour. "
            "It cannot see reading: it measures writing, not attention."
        ),
        cuts=STANDARD,
        grains=EVERY,
        minimum=BY_WEEK,
        smallest_worth_showing=0.03,
        tables=("person_switch",),
        needs=("acts",),
        source="Own definition",
        peers="None of the products compared publishes how it counts switches",
        check="Public Slack channels of a year (Software-related Slack Chats), a conversation as a place: Elm 600 of 10,106 = 0.059371, Racket 401 of 6,827 = 0.058737",
        words=Words(
            up="people change place more often as they write than before",
            down="people change place less often as they write than before",
            same="people change place as often as they write as before",
            unseen="nobody can say how often people change place",
        ),
    ),
    Passport(
        id="load_caused",
        family="time_cost",
        title="Messages put before others",
        question="Whose messages land on others?",
        unit="count",
        better="neither",
        definition=(
            "How many messages a person's acts put before other people in a working day, by who sends them: a mail to ten counts ten. "
            "Kinds as for messages landing on a person; posts in channels could have been read by every other member (as of the export). "
            "numerator = messages put before others, at most 5,000 a person and week; denominator = working days of the people in the group. "
            "It cannot see whether anybody opened or needed them: who informs many sends much."
        ),
        cuts=STANDARD,
        grains=EVERY,
        minimum=BY_WEEK,
        smallest_worth_showing=2.0,
        tables=("person_caused",),
        needs=("recipients",),
        source="Own definition",
        peers="Viva Insights: generated workload",
        check=f"{MAIL_CHECK}: 8 of 167 senders cause 0.261185 of 82,876 deliveries",
        words=Words(
            up="people put more messages before others than before",
            down="people put fewer messages before others than before",
            same="people put as many messages before others as before",
            unseen="nobody can say who puts messages before others",
        ),
        bins="total, direct, mention, group, broadcast, channel (could have been read)",
    ),
    Passport(
        id="reading_caused",
        family="time_cost",
        title="Reading put before others",
        question="How much reading do a person's messages make for others?",
        unit="hours",
        better="neither",
        definition=(
            "Hours that others would need to read what a person sends them by name, if everybody reads it: 238 words a minute where words are known, "
            "else 60 seconds a mail and 15 a chat message. Posts in channels are left out unless they name somebody. "
            "numerator = hours of reading for others, at most 80 a person and week; denominator = working weeks of the people in the group, public holidays where they live left out. "
            "It is an estimate of what was asked for, not of what was done."
        ),
        cuts=STANDARD,
        grains=EVERY,
        minimum=BY_WEEK,
        smallest_worth_showing=0.5,
        tables=("person_caused",),
        needs=("recipients",),
        source="Reading speed: Brysbaert 2019, 190 studies, 18,573 people; seconds a mail after SWOOP Analytics 2023; seconds a chat message are our assumption",
        peers="None of the products compared counts reading by words",
        check="One mail of 300 words to 2,000 people is 42.016807 hours",
        words=Words(
            up="people make more reading for others than before",
            down="people make less reading for others than before",
            same="people make as much reading for others as before",
            unseen="nobody can say how much reading people make for others",
        ),
    ),
    Passport(
        id="typical_load",
        family="time_cost",
        title="Messages landing on a typical person",
        question="How much lands on a person in the middle, not on the few who get most?",
        unit="count",
        better="down",
        definition=(
            "The messages that reach a person in a working day, as for deliveries_per_day, in the middle of the people: the mean of the logarithms, turned back. "
            "A few people with very much move it little, and its interval holds where that of the mean does not. Two significant digits. "
            "numerator = mean of ln(1 + messages a day) over the people, turned back; denominator = people of the group. "
            "It cannot be added up or multiplied by people: for hours and money the mean counts."
        ),
        cuts=STANDARD,
        grains=SHOWN,
        minimum=MINIMUM,
        smallest_worth_showing=2.0,
        tables=("person_day", "space_week", "membership"),
        needs=("recipients",),
        source="Own definition; on counts with long tails the t interval of a mean covers 84 times in 100 with ten people, on the scale of logarithms 94 to 95",
        peers="Products compared show means, or medians of large groups",
        check="Ten people with 0 1 1 2 3 5 8 20 40 120: 5.968549, from 1.367555 to 19.510892; their mean is 20",
        words=Words(
            up="more lands on a typical person than before",
            down="less lands on a typical person than before",
            same="as much lands on a typical person as before",
            unseen="nobody can say how much lands on a typical person",
        ),
    ),
)
