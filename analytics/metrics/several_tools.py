"""Does one tool stand alone, or beside others? Counted person by person before anything is added up."""

import duckdb

from analytics.metrics.adoption import ALL_TOLD, CONTRIBUTES, LONGER, WITHOUT_TOOL
from analytics.metrics.engine import Measure
from analytics.metrics.passport import Cut, Passport, Words

PAIR = "tool_pair"
BY_TOOL: tuple[Cut, ...] = ("tool", "department_tool")
# bin: in how many tools somebody did something, and how many tools it takes to say so
COUNTS = {"just_one": ("= 1", 2), "just_two": ("= 2", 3), "three": (">= 3", 3), "two": (">= 2", 2)}
ALONE = "when max(tools_enabled) < {least} then 'not_applicable'"

# The first of "one tool or more" is active_people; the mean is over what people have a seat in.
MEASURES = (
    *(
        Measure(
            "multi_tool", f"(tools_active {count} and tools_enabled > 0)::int", "(tools_enabled > 0)::int", bin=name,
            position=i, grains=LONGER, cuts=WITHOUT_TOOL,
            reason=f"case {ALL_TOLD} {ALONE.format(least=least)} end",
        )
        for i, (name, (count, least)) in enumerate(COUNTS.items())
    ),
    Measure(
        "multi_tool", "least(tools_active, tools_enabled)", "tools_enabled", kind="clustered", bin="of_enabled",
        position=len(COUNTS), grains=LONGER, cuts=WITHOUT_TOOL, reason=f"case {ALL_TOLD} {ALONE.format(least=2)} end",
    ),
)  # fmt: skip


def pairs(con: duckdb.DuckDBPyConnection) -> tuple[Measure, ...]:
    """Return a measure for each of the most used tools: who, of the people active in a tool, is active in that one too.

    Needs uptake.make. A tool is not held against itself.
    """
    tools = con.sql("select tool, bit from paired_tool order by bit").fetchall()
    return tuple(
        Measure(
            PAIR, f"({CONTRIBUTES} and used & {bit} > 0)::int", f"({CONTRIBUTES})::int", bin=tool, position=i, apart_from=tool,
            grains=LONGER, cuts=BY_TOOL, reason=f"case {ALL_TOLD} end",
        )
        for i, (tool, bit) in enumerate(tools)
    )  # fmt: skip


PASSPORTS = (
    Passport(
        id="multi_tool",
        family="adoption",
        title="Several tools",
        question="Do people use one tool alone, or several beside each other?",
        unit="share",
        better="neither",
        definition=(
            "The share of people with a seat who did something others can see in just one tool in the period, in just two, in three or more, and in at least two; "
            "of_enabled is the part of the tools open to people in which they did. "
            "numerator = people active in so many tools (of_enabled: tools in which people were active); denominator = people with a seat (of_enabled: the tools that they have a seat in). "
            "It cannot see tools without an export; a tool that lists no accounts, or of which there are a vendor's counts alone, is left out."
        ),
        cuts=WITHOUT_TOOL,
        grains=("month", "quarter", "all"),
        minimum="10 people; two tools that list their accounts",
        smallest_worth_showing=0.05,
        tables=("seat", "person_day"),
        needs=("seats", "acts"),
        source="Own definition, counted person by person: a sum over tools would count people twice",
        peers="Microsoft Adoption Score asks for two ways of communicating, of mail, chat and posts (the variant adoption_score of active_people)",
        check="Four people with two tools, by hand: active in 4 of 8 seats, 0.5; one of the four in both, 0.25",
        words=Words(
            up="more people use several tools than before",
            down="fewer people use several tools than before",
            same="as many people use several tools as before",
            unseen="nobody can say how many use several tools",
        ),
        bins="just_one, just_two, three (or more): nobody twice; two = at least two; of_enabled = of the tools open to people",
    ),
    Passport(
        id=PAIR,
        family="adoption",
        title="One tool beside another",
        question="Who uses one tool: do they use the other too?",
        unit="share",
        better="neither",
        definition=(
            "Of the people who did something others can see in one tool, the share who did in another as well, for every two of the five most used tools. "
            "numerator = people active in both; denominator = people active in the first, with a seat in it. "
            "It cannot see whether one is used for the other's purpose, and a small tool always looks close to a large one: read both ways."
        ),
        cuts=BY_TOOL,
        grains=LONGER,
        minimum="10 people active in the first tool; two tools that list their accounts",
        smallest_worth_showing=0.05,
        tables=("seat", "person_day"),
        needs=("seats", "acts"),
        source="Own definition, counted person by person",
        peers="Microsoft Adoption Score counts people in two ways of communicating, not which two",
        check="Four people with two tools, by hand: of two in the chat one also mails, of two in mail one also chats: 0.5 either way",
        words=Words(
            up="more of its people use the other tool too than before",
            down="fewer of its people use the other tool too than before",
            same="as many of its people use the other tool too as before",
            unseen="nobody can say who uses two tools",
        ),
        bins="the other tool",
    ),
)  # fmt: skip
