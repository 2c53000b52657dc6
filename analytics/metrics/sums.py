"""Which figures add up to others? Written down once, for whoever must know what a hidden figure could be worked out from."""

from dataclasses import dataclass
from itertools import pairwise

from analytics.metrics import adoption, attention, meetings, rest, time_cost

Figure = tuple[str, str, str | None]  # metric, variant, bin


CAPPED = ("", *(cap for cap in time_cost.CAPS if cap != time_cost.USUAL))


@dataclass(frozen=True)
class Sum:
    """In every cell and period the numerator of `whole` is the sum of those of `parts`.

    before: that of `whole` in the period before, if both lie in one quarter and so are about the same people.
    """

    whole: Figure
    parts: tuple[Figure, ...]
    before: bool = False


def _fates(*bins: str) -> tuple[Figure, ...]:
    return tuple(("lifecycle", "", name) for name in bins)


def _kinds(*bins: str) -> tuple[Figure, ...]:
    return tuple(("meeting_mix", "", name) for name in bins)


def _day(*bins: str) -> tuple[Figure, ...]:
    return tuple(("focus_hours", "", name) for name in bins)


def _tools(*bins: str) -> tuple[Figure, ...]:
    return tuple(("multi_tool", "", name) for name in bins)


def _segments(*bins: str) -> tuple[Figure, ...]:
    return tuple(("usage_segment", "", name) for name in bins)


ACTIVE: Figure = ("active_people", "", None)
IN_MEETINGS: Figure = ("meeting_hours", "", None)
LANDING: Figure = ("deliveries_per_day", "", "total")
FOCUS, FREE, WORKING, GAP = _day("focus", "free", "working", "gap")
SUMS = (
    Sum(ACTIVE, _fates("new", "retained", "resurrected")),
    Sum(ACTIVE, _fates("retained", "dormant"), before=True),
    # whoever is active has a habit or stands in the gap
    Sum(
        ("adoption_funnel", "", "active"),
        (("technical_human_gap", "", None), ("adoption_funnel", "", "habitual")),
    ),
    # whoever is on a step stays there or is on the next; the gap is what is lost from the second step on
    *(
        Sum(
            ("adoption_funnel", "", step),
            (("adoption_drop", "", next_), ("adoption_funnel", "", next_)),
        )
        for step, next_ in pairwise(adoption.STEPS)
    ),
    Sum(
        ("technical_human_gap", "", None),
        tuple(("adoption_drop", "", step) for step in list(adoption.STEPS)[2:]),
    ),
    # whoever is active is so in one tool or in two at least, in two or in three at least
    Sum(ACTIVE, _tools("just_one", "two")),
    Sum(("multi_tool", "", "two"), _tools("just_two", "three")),
    # habit is power or habitual; whoever did anything in twelve weeks is in one of four, and so are the active of a period of twelve
    Sum(("habit", "", None), _segments("power", "habitual")),
    Sum(("usage_segment", "", "enabled"), _segments("power", "habitual", "novice", "low", "non")),
    Sum(ACTIVE, _segments("power", "habitual", "novice", "low")),
    Sum(
        LANDING,
        tuple(("deliveries_per_day", "", name) for name in time_cost.BY_REACH if name != "total"),
    ),
    *(
        Sum(
            ("collaboration_hours", variant, "total"),
            tuple(
                ("collaboration_hours", variant, name) for name in ("meeting", "call", "own_acts")
            ),
        )
        for variant in CAPPED
    ),
    # the cap is on own acts alone
    *(
        Sum(("collaboration_hours", "", name), (("collaboration_hours", variant, name),))
        for variant in CAPPED[1:]
        for name in ("meeting", "call", "reading")
    ),
    Sum(("collaboration_hours", "", "meeting"), (IN_MEETINGS,)),
    Sum(IN_MEETINGS, _kinds(*meetings.CLASSES, "unknown")),
    Sum(
        ("meeting_flags", "", "long"),
        (("meeting_flags", "", "large_long"), ("meeting_flags", "", "small_long")),
    ),
    Sum(FOCUS, _day("two", "hour")),
    Sum(FREE, _day("focus", "gap")),
    Sum(WORKING, _day("free", "busy")),
    Sum(GAP, (("fragmented_share", "", None),)),
    Sum(
        ("load_caused", "", "total"),
        tuple(("load_caused", "", name) for name in attention.CAUSED if name != "total"),
    ),
    Sum(
        ("pressure_outside_hours", "", "all"),
        tuple(("pressure_outside_hours", "", name) for name in rest.DIRECTIONS),
    ),
)

# Numerators of weeks add up to months, months to quarters, quarters to the whole period. Counts of people do not.
OVER_TIME = (
    "collaboration_hours",
    "meeting_hours",
    "meeting_mix",
    "meeting_flags",
    "conflicting_hours",
    "meetings_outside_hours",
    "redundant_hours",
    "focus_hours",
    "fragmented_share",
    "multitasking_acts",
    "context_switches",
    "load_caused",
    "reading_caused",
    "deliveries_per_day",
    "outside_hours_share",
    "weekend_share",
    "day_span",
    "short_rest_share",
    "pressure_outside_hours",
    "answered_outside_hours",
    "answered_share",
    "time_to_first_answer",
    "unanswered_share",
    "leader_question_ratio",
    "stickiness",
)

# Whoever did something once in a period counts: more weeks find more of them, so that periods of unlike length are no change.
ONCE = ("active_people", "seats", "multi_tool", "tool_pair", "stickiness", "lifecycle")

# Metrics that may tell of each other: by a sum, or because they count the same, as the funnel of a month of four weeks does
# and whoever came within 13 weeks of exports of 13 weeks.
ALIKE = (
    (
        "active_people", "lifecycle", "adoption_funnel", "technical_human_gap", "time_to_adoption", "habit",
        "usage_segment", "multi_tool", "seats", "adoption_drop", "tool_pair",
    ),
    ("collaboration_hours", "meeting_hours", "meeting_mix"),
    ("focus_hours", "fragmented_share"),
)  # fmt: skip

# People active in each tool of a group add up to the tools that its people are active in; and with two or three tools these are
# the people in one or more, in two or more and in three.
TOOLS_OF_PEOPLE: Figure = ("multi_tool", "", "of_enabled")
IN_SEVERAL: tuple[Figure, ...] = (
    ACTIVE,
    ("multi_tool", "", "two"),
    ("multi_tool", "", "three"),
)

# Who is active in both of two tools is the same number from either side; of two tools they are the people in two, of three
# tools each of these is in one pair, whoever is in all three in three pairs.
PAIR_OF_TOOLS = "tool_pair"

# A person counts for a part of one: fewer than three of these are few people, as they are where a person counts or not.
PARTS_OF_PEOPLE = ("adopter_category",)

# Shares of hours: that there were none of a kind is told, as it is where hours themselves are told.
OF_MEETINGS = (
    "meeting_mix",
    "meeting_flags",
    "conflicting_hours",
    "meetings_outside_hours",
    "redundant_hours",
)
OF_HOURS = (*OF_MEETINGS, "fragmented_share")

# Denominators that are figures themselves: days times active people, hours in meetings, free hours. And the middle of what
# is hidden tells about it.
TOLD_BY_DENOMINATOR = {
    "stickiness": ACTIVE,
    "tool_pair": ACTIVE,
    "fragmented_share": FREE,
    "typical_load": LANDING,
    **dict.fromkeys(OF_MEETINGS, IN_MEETINGS),
}
