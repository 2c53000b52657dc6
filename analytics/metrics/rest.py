"""How long is the day, is there a night, and whose messages arrive when people should be off?"""

from analytics.metrics.engine import CUTS, Measure
from analytics.metrics.passport import Cut, Grain, Passport, Words
from analytics.metrics.time_cost import (
    MAIL_CHECK,
    MICROSECONDS_AN_HOUR,
    MOST_HOURS_A_WEEK,
    NO_TIMES,
    NO_ZONE,
    UNTIMED,
    WHEN,
    ZONES_KNOWN,
)

STANDARD: tuple[Cut, ...] = tuple(CUTS)
EVERY: tuple[Grain, ...] = ("week", "month", "quarter", "all")
NO_ENDS = WHEN(
    f"{UNTIMED} when not bool_or(has_recipients) then 'no_recipients'"
    f" when avg(zone_known::int) < {ZONES_KNOWN} then 'no_time_zone'"
)
NO_ANSWERS = WHEN(
    f"{UNTIMED} when not bool_or(has_recipients) then 'no_recipients'"
    f" when not bool_or(has_replies) then 'no_replies'"
    f" when avg(zone_known::int) < {ZONES_KNOWN} then 'no_time_zone'"
)
# bin: (the column of `base`, its name on pages); all = those four, at the one whom they reach
DIRECTIONS = {
    "down": "from_above",
    "up": "from_below",
    "same": "from_beside",
    "unplaced": "from_unplaced",
}


def _outside_of(column: str) -> str:
    return f"{column}_outside"


_ALL = " + ".join(DIRECTIONS.values())
_ALL_OUTSIDE = " + ".join(map(_outside_of, DIRECTIONS.values()))
PRESSURES = {
    "all": (_ALL_OUTSIDE, _ALL),
    **{name: (_outside_of(column), column) for name, column in DIRECTIONS.items()},
    "sent": ("sent_outside", "sent"),
}
MEASURES = (
    Measure(
        "day_span", f"stretch_us / {MICROSECONDS_AN_HOUR}", "stretch_days", kind="ratio",
        most_a_week=MOST_HOURS_A_WEEK, reason=NO_TIMES,
    ),
    Measure("short_rest_share", "short_nights", "nights", kind="clustered", reason=NO_ZONE),
    *(
        Measure(
            "pressure_outside_hours", x, y, kind="clustered", bin=name, position=i, reason=NO_ENDS
        )
        for i, (name, (x, y)) in enumerate(PRESSURES.items())
    ),
    Measure(
        "answered_outside_hours", "answered_outside", _ALL_OUTSIDE, kind="clustered",
        reason=NO_ANSWERS,
    ),
)  # fmt: skip
PASSPORTS = (
    Passport(
        id="day_span",
        family="time_cost",
        title="From the first act to the last",
        question="How long is the stretch of a day?",
        unit="hours",
        better="neither",
        definition=(
            "Hours from the first own act (post, reply, mail, file) of a local day to the last, on days with two or more. "
            "numerator = hours between them, at most 80 a person and week; denominator = days with two acts or more. "
            "It cannot see pauses, meetings and what is done without a trace: a stretch is not work, and a person who writes at eight and at eight again may have had the day off in between."
        ),
        cuts=STANDARD,
        grains=EVERY,
        minimum="10 people with a day of two acts",
        smallest_worth_showing=0.25,
        tables=("person_stretch",),
        needs=("acts",),
        source="Own definition, after the workday span of Worklytics",
        peers="Worklytics workday span; Viva Insights active connected hours counts hours with a signal instead",
        check=f"{MAIL_CHECK}, Warsaw time: 10,435 days of two mails or more, 4.108490 hours each",
        words=Words(
            up="the stretch from the first act of a day to the last is longer than before",
            down="the stretch from the first act of a day to the last is shorter than before",
            same="the stretch from the first act of a day to the last is as long as before",
            unseen="nobody can say how long the stretch of a day is",
        ),
    ),
    Passport(
        id="short_rest_share",
        family="time_cost",
        title="Nights under eleven hours",
        question="Is there a night between two days?",
        unit="share",
        better="down",
        definition=(
            "The share of nights with less than eleven hours between the last own act (post, reply, mail, file) of a day and the first of the next, among days that both have one, in the person's local time. "
            "numerator = such nights under eleven hours; denominator = nights between two days with an act. "
            "It cannot see who was on call or wrote late by choice, and is no verdict on anybody's working time: the eleven hours are the daily rest of Directive 2003/88/EC, art. 3, given as a line to read against."
        ),
        cuts=STANDARD,
        grains=EVERY,
        minimum="10 people with two days in a row; the time zone of 8 in 10 of them",
        smallest_worth_showing=0.01,
        tables=("person_stretch",),
        needs=("acts",),
        source="Own definition; eleven hours: Directive 2003/88/EC, art. 3",
        peers="None of the products compared publishes one",
        check=f"{MAIL_CHECK}, Warsaw time: 80 of 8,770 nights = 0.009122",
        words=Words(
            up="more nights are under eleven hours than before",
            down="fewer nights are under eleven hours than before",
            same="as many nights are under eleven hours as before",
            unseen="nobody can say how long the nights are",
        ),
    ),
    Passport(
        id="pressure_outside_hours",
        family="time_cost",
        title="Messages that arrive outside hours",
        question="Whose messages arrive when people should be off?",
        unit="share",
        better="down",
        definition=(
            "The share of messages that reach somebody by name (mail, direct message, mention, answer) outside the working hours of the one whom they reach, in that person's local time; weekends and public holidays count as outside. "
            "By direction: down is from a level nearer to the head, up from one further away, same from the same; unplaced where one end has no level. Sent: the same messages, counted at the sender. "
            "numerator = messages outside hours; denominator = messages. "
            "It cannot see when they are read, nor posts in channels that name nobody."
        ),
        cuts=STANDARD,
        grains=EVERY,
        minimum="10 people; the time zone of 8 in 10 of them; levels, for a direction",
        smallest_worth_showing=0.03,
        tables=("person_pressure", "org"),
        needs=("recipients",),
        source="Own definition; levels from the HR file",
        peers="Viva Insights counts after-hours mails and chats by sender's role in queries of one's own",
        check=f"{MAIL_CHECK}, Warsaw time, hours 8 to 17: down 5,630 of 29,366 = 0.191718, up 6,949 of 26,295 = 0.264271, same 5,259 of 27,016 = 0.194662, all 0.216094",
        words=Words(
            up="more of the messages arrive outside hours than before",
            down="fewer of the messages arrive outside hours than before",
            same="as many of the messages arrive outside hours as before",
            unseen="nobody can say how many messages arrive outside hours",
        ),
        bins="all (of the next four), down, up, same, unplaced (no level known), sent (the same, at the sender)",
    ),
    Passport(
        id="answered_outside_hours",
        family="time_cost",
        title="Answered outside hours",
        question="Are messages that arrive outside hours answered there too?",
        unit="share",
        better="down",
        definition=(
            "Of the messages that reach somebody by name outside their working hours, the share that the same person answers outside hours, that evening or another. "
            "numerator = messages answered outside hours; denominator = messages that arrive outside hours. "
            "It cannot see who read them and waited, nor answers that the export does not tie to their message."
        ),
        cuts=STANDARD,
        grains=EVERY,
        minimum="10 people; the time zone of 8 in 10 of them",
        smallest_worth_showing=0.03,
        tables=("person_pressure",),
        needs=("recipients", "replies"),
        source="Own definition",
        peers="None of the products compared publishes one",
        check="Worked by hand: of three messages at 18:00, one answered at 20:00, one the next morning at ten and one never, a third is answered outside hours",
        words=Words(
            up="more of what arrives outside hours is answered there than before",
            down="less of what arrives outside hours is answered there than before",
            same="as much of what arrives outside hours is answered there as before",
            unseen="nobody can say how much is answered outside hours",
        ),
    ),
)
