"""Is use a habit, and how much of it is there? By twelve calendar weeks, for people with a seat in all of them."""

import tomllib

from analytics.metrics.adoption import ALL_TOLD, LONGER, SHORT, STANDARD
from analytics.metrics.base import short
from analytics.metrics.engine import Measure
from analytics.metrics.passport import Cut, Passport, Words
from analytics.metrics.periods import HABIT_WEEKS
from analytics.metrics.uptake import OF_THEM
from analytics.places import ROOT

NOVICE = 1  # acts a week, on average over the twelve weeks
MUCH = tomllib.loads((ROOT / "data" / "power.toml").read_text("utf-8"))
MONTH = 4
STAYED = "enabled_long"
# Weeks off shrink both: nine of twelve are eight of eleven or ten, seven of nine.
NEEDED = f"round({OF_THEM} * long_weeks / {HABIT_WEEKS}::double)"
IN_HABIT = f"(long_active_weeks > 0 and long_active_weeks >= {NEEDED})"
MEAN = f"long_acts / {HABIT_WEEKS}::double"
SHORT_LONG = short("not bool_and(has_long)", "habit_is_broken")
REASON = f"case {ALL_TOLD} {SHORT_LONG} end"
WHOLE: tuple[Cut, ...] = ("total", "tool")
CUTS: tuple[Cut, ...] = ("total", "tool", "department", "level", "location")

HABIT = (
    Measure("habit", f"({STAYED} and {IN_HABIT})::int", f"{STAYED}::int", grains=LONGER, reason=REASON),
    Measure(
        "habit", f"({STAYED} and {IN_HABIT})::int", f"{STAYED}::int", grains=("week",), cuts=WHOLE,
        reason=REASON,
    ),
    Measure(
        "habit", f"(enabled_recent and recent_active_weeks >= {MONTH})::int", "enabled_recent::int",
        variant="4w", grains=LONGER, cuts=WHOLE, reason=f"case {ALL_TOLD} {SHORT} end",
    ),
)  # fmt: skip


def power(tool: str) -> str:
    """Return SQL for the acts a week that are much in a tool, itself SQL."""
    named = " ".join(f"when '{name}' then {kind['acts']}" for kind in MUCH.values() for name in kind["tools"])  # fmt: skip
    return f"case {tool} {named} else {MUCH['usual']['acts']} end"


def segments(much: str) -> dict[str, str]:
    """Return what each segment takes, as SQL: in this order, as vivainsights has them, none where one before it holds."""
    return {
        "power": f"{IN_HABIT} and {MEAN} >= {much}",
        "habitual": f"{IN_HABIT} and {MEAN} < {much}",
        "novice": f"not {IN_HABIT} and {MEAN} >= {NOVICE}",
        "low": f"not {IN_HABIT} and {MEAN} > 0 and {MEAN} < {NOVICE}",
        "non": "long_acts = 0",
    }


OF_ALL = f"(select max({power('s.tool')}) from seated_tool s)"  # noqa: S608  # names are those of data/power.toml
SEGMENTS = segments(f"(case when tool is null then {OF_ALL} else {power('tool')} end)")
USAGE_SEGMENT = tuple(
    Measure(
        "usage_segment", f"({STAYED} and {x})::int", f"{STAYED}::int", bin=name, position=i,
        grains=LONGER, cuts=CUTS, reason=REASON,
    )
    for i, (name, x) in enumerate(({"enabled": "true"} | SEGMENTS).items())
)  # fmt: skip
MEASURES = (*HABIT, *USAGE_SEGMENT)

HOW_MUCH = "; ".join(
    f"{kind['acts']} in {', '.join(kind['tools']) or 'any other tool'}"
    for kind in sorted(MUCH.values(), key=lambda kind: not kind["tools"])
)
FROM_WHERE = " ".join(
    f"{name.capitalize()}: {kind['source']}." for name, kind in MUCH.items() if kind["tools"]
)
PASSPORTS = (
    Passport(
        id="habit",
        family="adoption",
        title="Part of the week",
        question="Is it part of the week?",
        unit="share",
        better="up",
        definition=(
            "The share of people who contributed in at least nine of the last twelve calendar weeks, of those who had a seat in all twelve. "
            "The twelve weeks are the last whole ones up to the end of the period; weeks without anything count as weeks. "
            "A week with three public holidays or more where somebody lives is left out, and the nine shrink in proportion. "
            "numerator = people with at least one act in nine weeks or more; denominator = people with a seat in all twelve. "
            "It cannot see leave: three weeks off use up all that a habit may miss."
        ),
        cuts=STANDARD,
        grains=("week", "month", "quarter", "all"),
        minimum="10 people with a seat for twelve weeks; by group from months on",
        smallest_worth_showing=0.05,
        tables=("seat", "person_day"),
        needs=("seats", "acts"),
        source="Microsoft, vivainsights 0.4.3, identify_habit: nine of twelve weeks, or four of four",
        peers="vivainsights counts rows instead of weeks, which differs as soon as a person's week is missing",
        check="Person query of vivainsights, two hours of multitasking in nine of twelve weeks: all 24 weeks with a full window equal, the last 0.263333",
        words=Words(
            up="for more people it is part of the week than before",
            down="for fewer people it is part of the week than before",
            same="for as many people it is part of the week as before",
            unseen="nobody can say for how many it is part of the week",
        ),
        variants={"": "Nine of the last twelve weeks", "4w": "All of the last four weeks"},
    ),
    Passport(
        id="usage_segment",
        family="adoption",
        title="How much use, how often",
        question="How many use it much, regularly, now and then, or not at all?",
        unit="share",
        better="neither",
        definition=(
            "Five groups without overlap of the people with a seat in all of the last twelve weeks, by what they did that others can see. "
            f"Power: nine weeks or more, and so many acts a week on average: {HOW_MUCH}; in all tools together the largest of these. Habitual: nine weeks or more. Novice: at least one act a week on average, without the habit. Low: less. Non: nothing. "
            "numerator = people in the group; denominator = people with a seat in all twelve weeks. "
            "It cannot tell what is much for somebody's work, and says nothing of single people."
        ),
        cuts=CUTS,
        grains=("month", "quarter", "all"),
        minimum="10 people with a seat for twelve weeks",
        smallest_worth_showing=0.05,
        tables=("seat", "person_day"),
        needs=("seats", "acts"),
        source="Microsoft, vivainsights 0.4.3, identify_usage_segments: twelve weeks, nine for a habit, 15 for power. " + FROM_WHERE,
        peers="vivainsights begins with the first week, when nobody can have a habit yet",
        check="Person query of vivainsights, hours of multitasking: 17 November 2024 novice 79 and habitual 221, 24 November novice 80 and habitual 220",
        words=Words(
            up="more people in this group than before",
            down="fewer people in this group than before",
            same="as many people in this group as before",
            unseen="nobody can say how much people use it",
        ),
        bins="enabled (everybody), power, habitual, novice, low, non",
    ),
)  # fmt: skip
