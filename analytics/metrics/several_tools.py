"""Does one tool stand alone, or beside others? Counted person by person before anything is added up."""

from analytics.metrics.adoption import LONGER, NO_SEATS, WITHOUT_TOOL
from analytics.metrics.engine import Measure
from analytics.metrics.passport import Passport, Words

AT_LEAST = {"two": 2, "three": 3}
ENABLED_IN = "(tools_enabled >= {least})::int"
ALONE = "when max(tools_enabled) < {least} then 'not_applicable'"

# The first of "one tool or more" is active_people; the mean is over what people have a seat in.
MULTI_TOOL = (
    *(
        Measure(
            "multi_tool", f"(tools_active >= {least} and tools_enabled > 0)::int", "(tools_enabled > 0)::int", bin=name,
            position=i, grains=LONGER, cuts=WITHOUT_TOOL,
            reason=f"case {NO_SEATS} {ALONE.format(least=least)} end",
        )
        for i, (name, least) in enumerate(AT_LEAST.items())
    ),
    Measure(
        "multi_tool", "least(tools_active, tools_enabled)", "tools_enabled", kind="clustered", bin="of_enabled", position=2,
        grains=LONGER, cuts=WITHOUT_TOOL, reason=f"case {NO_SEATS} {ALONE.format(least=2)} end",
    ),
)  # fmt: skip
MEASURES = MULTI_TOOL

PASSPORTS = (
    Passport(
        id="multi_tool",
        family="adoption",
        title="Several tools",
        question="Do people use one tool alone, or several beside each other?",
        unit="share",
        better="neither",
        definition=(
            "The share of people with a seat who did something others can see in at least two tools in the period, and in at least three; "
            "of_enabled is the part of the tools open to people in which they did. "
            "numerator = people active in so many tools (of_enabled: tools in which people were active); denominator = people with a seat (of_enabled: the tools that they have a seat in). "
            "It cannot see tools without an export, and a tool that lists no accounts is left out."
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
        bins="two and three = at least so many tools; of_enabled = of the tools open to people",
    ),
)  # fmt: skip
