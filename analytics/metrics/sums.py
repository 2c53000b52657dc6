"""Which figures add up to others? Written down once, for whoever must know what a hidden figure could be worked out from."""

from dataclasses import dataclass

from analytics.metrics import time_cost

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


ACTIVE: Figure = ("active_people", "", None)
SUMS = (
    Sum(ACTIVE, _fates("new", "retained", "resurrected")),
    Sum(ACTIVE, _fates("retained", "dormant"), before=True),
    # whoever is active has a habit or stands in the gap
    Sum(
        ("adoption_funnel", "", "active"),
        (("technical_human_gap", "", None), ("adoption_funnel", "", "habitual")),
    ),
    Sum(
        ("deliveries_per_day", "", "total"),
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
    Sum(("collaboration_hours", "", "meeting"), (("meeting_hours", "", None),)),
)

# Numerators of weeks add up to months, months to quarters, quarters to the whole period. Counts of people do not.
OVER_TIME = (
    "collaboration_hours",
    "meeting_hours",
    "deliveries_per_day",
    "outside_hours_share",
    "weekend_share",
    "stickiness",
)

# Metrics that may tell of each other: by a sum, or because they count the same, as the funnel of a month of four weeks does
# and whoever came within 13 weeks of exports of 13 weeks.
ALIKE = (
    ("active_people", "lifecycle", "adoption_funnel", "technical_human_gap", "time_to_adoption"),
    ("collaboration_hours", "meeting_hours"),
)

# A person counts for a part of one: fewer than three of these are few people, as they are where a person counts or not.
PARTS_OF_PEOPLE = ("adopter_category",)

# The denominator of stickiness is days times active people: it tells how many are active.
TOLD_BY_DENOMINATOR = {"stickiness": ACTIVE}
