"""Whose working week and public holidays count in this workspace, and for whom are they not known?"""

import calendar as weeks
from typing import TYPE_CHECKING

from analytics import calendars

if TYPE_CHECKING:
    import duckdb

    from analytics.vault.settings import Settings

NOT_KNOWN = "; not known for some people"
STANDS_IN = "; the company's also where a place's country is not known"
# Where the HR file has people last; a person without a place has location null.
LIVING = """
with last_place as (
    select person, last(location order by valid_from, location) as location from org group by person
)
select l.calendar, s.location, count(*) as people
from lives l
join person p using (person)
left join last_place s using (person)
where p.kind = 'human' and l.valid_to = date '9999-12-31'
group by l.calendar, s.location
order by people desc, l.calendar, s.location
"""


def told(con: "duckdb.DuckDBPyConnection", settings: "Settings") -> dict[str, object]:
    """Return items of release.company: working_time and days_off in words, working_hours and workdays, places_unknown (HR locations, by lines).

    No country, and no place, is named for fewer people than the threshold; null = nothing to say.
    """
    living = con.sql(LIVING).fetchall()
    people: dict[str, int] = {}
    for calendar, _, number in living:
        whose = calendar or settings.calendar
        people[whose] = people.get(whose, 0) + number
    shown = [whose for whose, number in people.items() if whose and number >= settings.threshold]
    places = [
        place
        for calendar, place, number in living
        if not calendar and place and number >= settings.threshold
    ]
    return {
        "working_time": hours(settings),
        "working_hours": f"{settings.day_starts}-{settings.day_ends}",
        "workdays": ",".join(map(str, settings.workdays)),
        "days_off": days_off(shown, _open(living, settings)),
        "places_unknown": "\n".join(sorted(places)) or None,
    }


def hours(settings: "Settings") -> str:
    """Return the working day and week in words: 9:00 to 17:00, Mon to Fri."""
    days = sorted(settings.workdays)
    names = [weeks.day_abbr[day - 1] for day in days]
    in_a_row = len(days) > 2 and days[-1] - days[0] == len(days) - 1  # noqa: PLR2004
    days_told = f"{names[0]} to {names[-1]}" if in_a_row else ", ".join(names)
    return f"{settings.day_starts}:00 to {settings.day_ends}:00, {days_told}"


def _open(living: list[tuple[str, str | None, int]], settings: "Settings") -> str:
    """Return for whom it is not known where they work, and what stands in for it; "" where all is known."""
    if not any(not calendar and place for calendar, place, _ in living):
        return "" if settings.calendar or all(calendar for calendar, _, _ in living) else NOT_KNOWN
    return STANDS_IN if settings.calendar else NOT_KNOWN


def days_off(shown: list[str], left_open: str) -> str | None:
    """Return whose public holidays are taken off, and what is left open; null = nobody's are known."""
    if not shown:
        return None
    return f"{', '.join(sorted(calendars.name_of(one) for one in shown))}{left_open}"
