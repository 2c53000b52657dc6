"""How long until people first take part, and who came first? From the day on which the exports know their seat."""

from analytics.metrics.adoption import NO_SEATS, WHO
from analytics.metrics.engine import CUTS, Measure
from analytics.metrics.passport import Cut, Passport, Words
from analytics.metrics.periods import HABIT_WEEKS
from analytics.metrics.uptake import FIRST_MASS, OF_THEM

HEADLINES = (4, 13)  # weeks: a month and a quarter
WEEKS = (1, 2, 3, 4, 6, 8, 10, 13, 17, 21, 26, 39, 52)
HABIT_BY = tuple(weeks for weeks in WEEKS if weeks > OF_THEM)
WATCHED_LEAST = 0.8  # of those with a seat: who is watched longest, by the tool that came first, is not like the others
CURVE: tuple[Cut, ...] = ("total", "tool")
STANDARD: tuple[Cut, ...] = tuple(CUTS)


def _within(weeks: int, day: str) -> tuple[str, str]:
    """Return (x, y): it was the day in the first `weeks`, among those whom the exports cover that long, without a break."""
    covered = f"{_reached(weeks)} and coalesce(opened_on + {7 * weeks} <= untold_on, true)"
    return f"({covered} and coalesce({day} < opened_on + {7 * weeks}, false))", f"({covered})"


def _reached(weeks: int) -> str:
    return f"enabled and opened_on + {7 * weeks} <= last_day + 1"


def _of_most(condition: str) -> str:
    return f"coalesce(avg(({condition})::int) filter (enabled) >= {WATCHED_LEAST}, false)"


def _time(position: int, weeks: int, variant: str = "", day: str = "first_on") -> Measure:
    x, y = _within(weeks, day)
    cuts = STANDARD if weeks in HEADLINES and not variant else CURVE
    return Measure(
        "time_to_adoption", f"{x}::int", f"{y}::int", kind="survival", variant=variant, bin=str(weeks), position=position,
        grains=("all",), cuts=cuts,
        reason=f"case {NO_SEATS} when {_of_most(y)} then null when {_of_most(_reached(weeks))} then 'missing_weeks' else 'short_history' end",
    )  # fmt: skip


# Everybody who began in the week in which the first 16 % are reached counts for the part of it that is needed.
EARLY = f"""
case when enabled and first_on is not null then greatest(0, least(1,
    ({FIRST_MASS} * count(*) filter (enabled) over (partition by period, tool)
     - count(*) filter (enabled and first_on is not null) over (partition by period, tool order by date_trunc('week', first_on) nulls last)
     + count(*) filter (enabled) over (partition by period, tool, date_trunc('week', first_on)))
    / count(*) filter (enabled) over (partition by period, tool, date_trunc('week', first_on))::double
)) else 0 end"""

TIME_TO_ADOPTION = (
    *(_time(position, weeks) for position, weeks in enumerate(WEEKS)),
    *(_time(position, weeks, "habit", "habit_on") for position, weeks in enumerate(HABIT_BY)),
)
ADOPTER_CATEGORY = (
    Measure(
        "adopter_category", EARLY, WHO, kind="clustered", bin="first", grains=("all",),
        cuts=("total", "department", "level"),
        reason=f"case {NO_SEATS} when not bool_and(seen_from_start) then 'short_history' when not bool_and(first_are_told) then 'missing_weeks' end",
    ),
)  # fmt: skip
MEASURES = (*TIME_TO_ADOPTION, *ADOPTER_CATEGORY)

PASSPORTS = (
    Passport(
        id="time_to_adoption",
        family="adoption",
        title="Time to the first contribution",
        question="How long is it from the seat to the first contribution?",
        unit="share",
        better="up",
        definition=(
            "The share of people with a seat who contributed for the first time within so many weeks, those who never did kept in. "
            "A contribution is anything deliberate that others can see. The clock starts on the day from which the exports know the seat. "
            "numerator = people who contributed at least once by then; denominator = people with a seat whom the exports cover that long. "
            "It cannot see what was before the exports began: in a tool older than them, the first week holds everybody who was there already. "
            "Whoever may have come in weeks that no export tells of is left out from then on. "
            "People who joined the company later are not in it. "
            f"Habit: within so many weeks the first {OF_THEM} weeks with a contribution within {HABIT_WEEKS}, holidays or not; it is there at the end of the last of them."
        ),
        cuts=STANDARD,
        grains=("all",),
        minimum="10 people; as many weeks of coverage as are told, for 8 in 10 of those with a seat",
        smallest_worth_showing=0.05,
        tables=("seat", "first_seen"),
        needs=("seats", "acts"),
        source="Kaplan and Meier 1958, Nonparametric estimation from incomplete observations; interval on the log–log scale after Greenwood",
        peers="vivainsights has the same life table, over person-weeks of a query (create_survival); dashboards usually give the median of those who came, which leaves out the others",
        check="Freireich 1963, weeks in remission: 0.752941 at 10 weeks (0.503200 to 0.889362), median 23 against 8, log-rank 16.792941; habit: person query of vivainsights, two hours of multitasking, 89 of 300 after 13 weeks and 242 after 35",
        words=Words(
            up="people come to contribute sooner than before",
            down="people come to contribute later than before",
            same="people come to contribute as soon as before",
            unseen="nobody can say how long it takes people to contribute",
        ),
        bins="weeks since the seat is known: " + ", ".join(map(str, WEEKS)),
        variants={
            "": "The first contribution",
            "habit": f"The first habit: {OF_THEM} weeks with a contribution within {HABIT_WEEKS}",
        },
    ),
    Passport(
        id="adopter_category",
        family="adoption",
        title="Who came first",
        question="Which departments hold more of the first to take part?",
        unit="share",
        better="neither",
        definition=(
            "The share of a group's people with a seat who are among the first 16 % of the company to contribute (Rogers' innovators and early adopters). "
            "Everybody who began in the week in which the 16 % are reached counts for the same fraction, and whoever never began counts as late. "
            "numerator = sum of these fractions; denominator = people with a seat. For the company as a whole it is 16 % by definition. "
            "It is told of the whole period alone: once the first are there no quarter changes who they are. "
            "It cannot be told where more than 16 % were there in the first week of the exports: then the start lies before them; nor where weeks are missing before the 16 % are reached."
        ),
        cuts=("total", "department", "level"),
        grains=("all",),
        minimum="10 people; exports that reach back to the start of the tool",
        smallest_worth_showing=0.05,
        tables=("seat", "first_seen"),
        needs=("seats", "acts"),
        source="Rogers 2003, Diffusion of Innovations, 5th edition: cuts at 2.5, 16, 50 and 84 % of all",
        peers="vivainsights ranks only those who came and gives ties one rank, so that a twentieth may be innovators (identify_rogers)",
        check="Person query of vivainsights, first week with a habit: Finance 0.087848, HR 0.253589, Operations 0.279904",
        words=Words(
            up="more of the first to take part are here than before",
            down="fewer of the first to take part are here than before",
            same="as many of the first to take part are here as before",
            unseen="nobody can say who took part first",
        ),
        bins="first = among the first 16 %",
    ),
)
