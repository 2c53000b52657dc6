"""Adoption: how many of those who could use the tools do, how often, and whether they stay."""

from itertools import pairwise

from analytics.metrics.base import short
from analytics.metrics.engine import CUTS, Measure
from analytics.metrics.passport import Cut, Grain, Passport, Words

WHO = "enabled::int"
CONTRIBUTES = "acts > 0 and enabled"
NO_SEATS = "when not bool_or(has_seats) then 'no_seats'"
STANDARD: tuple[Cut, ...] = tuple(CUTS)
WITHOUT_TOOL: tuple[Cut, ...] = tuple(cut for cut in CUTS if "tool" not in cut)
# in any tool: a tool left out of the exports for a time would make its users look idle
ALL_TOLD = f"{NO_SEATS} {short('not bool_or(now_uptake)', 'lost_uptake')}"
SHORT = short("not bool_and(has_recent)", "misses_days")
LONGER: tuple[Grain, ...] = ("month", "quarter", "all")
HABIT_WEEKS = 3  # of the last four


def _unless(*conditions: str) -> str:
    """Return the reason of the first condition that holds, as an SQL aggregate."""
    return f"case {' '.join(conditions)} end"


SEATS = _unless(ALL_TOLD)


def _active(variant: str, x: str, reason: str = SEATS) -> Measure:
    return Measure("active_people", f"({x} and enabled)::int", WHO, variant=variant, reason=reason)


ACTIVE = (
    _active("", "acts > 0"),
    _active("viva", "messages > 0"),
    _active(
        "swoop", "interactions > 0",
        reason=_unless(ALL_TOLD, "when not bool_or(has_posts) then 'not_applicable'"),
    ),
    _active(
        "slack", "(views > 0 or messages > 0)",
        reason=_unless(ALL_TOLD, "when not bool_or(has_views) then 'no_views'"),
    ),
    Measure(
        "active_people", "(tools_written >= 2 and tools_enabled >= 2)::int", "(tools_enabled >= 2)::int",
        variant="adoption_score", cuts=WITHOUT_TOOL, grains=LONGER,
        reason=_unless(ALL_TOLD, SHORT, "when max(tools_enabled) < 2 then 'not_applicable'"),
    ),
)  # fmt: skip

# Each step holds the next: whoever is habitual is in exchange, contributes, is active, has a seat.
STEPS = {
    "enabled": "enabled",
    "active": "recent_acts + recent_views > 0 or (not has_views and recent_in > 0)",
    "contributing": "recent_acts > 0",
    "reciprocal": "recent_acts > 0 and recent_exchange",
    "habitual": f"recent_acts > 0 and recent_exchange and recent_active_weeks >= {HABIT_WEEKS}",
}
NO_TIES = "when not bool_or(has_ties) then 'no_recipients'"
FUNNEL = tuple(
    Measure(
        "adoption_funnel", f"(enabled and ({x}))::int", WHO, bin=step, position=i, grains=LONGER,
        reason=_unless(ALL_TOLD, SHORT, *([NO_TIES] if step in {"reciprocal", "habitual"} else [])),
    )
    for i, (step, x) in enumerate(STEPS.items())
)  # fmt: skip

# Whoever uses it without a habit: one yes or no a person, so its interval is that of a share, not of a difference of two.
GAP = (
    Measure(
        "technical_human_gap", f"(enabled and ({STEPS['active']}) and not ({STEPS['habitual']}))::int", WHO,
        grains=LONGER, reason=_unless(ALL_TOLD, SHORT, NO_TIES),
    ),
)  # fmt: skip

# Who is on one step and not on the next: one yes or no a person, as the gap is.
DROPS = tuple(
    Measure(
        "adoption_drop", f"(enabled and ({STEPS[step]}) and not ({STEPS[next_]}))::int", WHO, bin=next_, position=i,
        grains=LONGER, reason=_unless(ALL_TOLD, SHORT, *([NO_TIES] if next_ in {"reciprocal", "habitual"} else [])),
    )
    for i, (step, next_) in enumerate(pairwise(STEPS))
)  # fmt: skip

# Among the active people, so a workspace of mail logs alone can tell it; beside a tool with seats a log cannot.
NO_UPTAKE = _unless(
    "when not bool_or(has_uptake) then 'no_seats'", short("not bool_or(now_uptake)", "lost_uptake")
)
STICKINESS = (
    Measure(
        "stickiness", "active_working_days", "working_days * (acts > 0)::int",
        kind="clustered", grains=LONGER, reason=NO_UPTAKE,
    ),
    Measure(
        "stickiness", "active_days", "days * (acts > 0)::int",
        kind="clustered", variant="all_days", grains=LONGER, reason=NO_UPTAKE,
    ),
)  # fmt: skip

NO_BEFORE = short("not bool_and(has_previous)", "missed_before")
NO_FIRST = short("not bool_and(has_history)", "was_broken")
FATES = {
    "new": (f"{CONTRIBUTES} and acts_before = 0 and not seen_before", NO_FIRST),
    "retained": (f"{CONTRIBUTES} and acts_before > 0", NO_BEFORE),
    "resurrected": (f"{CONTRIBUTES} and acts_before = 0 and seen_before", NO_BEFORE),
    "dormant": ("enabled and acts = 0 and acts_before > 0", NO_BEFORE),
}
LIFECYCLE = tuple(
    Measure(
        "lifecycle", f"({x})::int", WHO, bin=fate, position=i,
        grains=("week", "month"), cuts=("total", "tool"), reason=_unless(ALL_TOLD, short),
    )
    for i, (fate, (x, short)) in enumerate(FATES.items())
)  # fmt: skip

MEASURES = (*ACTIVE, *FUNNEL, *GAP, *DROPS, *STICKINESS, *LIFECYCLE)

PASSPORTS = (
    Passport(
        id="active_people",
        family="adoption",
        title="Active people",
        question="How many of those who could use it do?",
        unit="share",
        better="up",
        definition=(
            "The share of people with a seat who did at least one deliberate thing that others can see in the period: a post, "
            "a reply, a mail, a reaction, a shared file, a call or a meeting they called. "
            "numerator = people with a seat and at least one such act; denominator = people with a seat on at least one day of the period. "
            "In any tool it is told where the exports hold four fifths of what usually happens on a day. "
            "It cannot see people who only read, and a longer period always shows more people than a shorter one."
        ),
        cuts=STANDARD,
        grains=("week", "month", "quarter", "all"),
        minimum="10 people; a whole working week, or four of them for a month or quarter",
        smallest_worth_showing=0.05,
        tables=("seat", "event", "person_day"),
        needs=("seats", "acts"),
        source="Definitions of the makers side by side; Slack help centre article 360057638533; Microsoft Learn, Viva Insights metric definitions and Adoption Score (Communication); SWOOP Analytics support, Interactive Users",
        peers="Slack counts reading as activity; Viva counts a sent mail or chat; Adoption Score asks for two ways of communicating; SWOOP counts posts, replies, reactions and mentions over three to six months",
        check="Manufacturing company mail (doi:10.7910/DVN/6Z3CGX), 30 June 2010: 73 people that day, 108 in 7 days, 125 in 28, 126 in 30",
        words=Words(
            up="more of the people with a seat take part than before",
            down="fewer of the people with a seat take part than before",
            same="as many of the people with a seat take part as before",
            unseen="nobody can say how many of the people with a seat take part",
        ),
        variants={
            "": "Contributing: any deliberate act that others can see",
            "viva": "As Viva counts: sent a mail or a chat message",
            "swoop": "As SWOOP counts: posted, replied or reacted",
            "slack": "As Slack counts: read or sent a message",
            "adoption_score": "As Adoption Score counts: wrote in two tools in the last four weeks, of those with a seat in two",
        },
    ),
    Passport(
        id="adoption_funnel",
        family="adoption",
        title="Adoption ladder",
        question="Where do people stop: at the seat, at reading, at writing alone?",
        unit="share",
        better="up",
        definition=(
            "Five steps, each holding the next, in the last four whole weeks of the period. Enabled: has a seat. Active: any sign, "
            "reading included where the export tells; where it does not, having been written to counts. Contributing: did something others can see. "
            "Reciprocal: acted towards somebody who acted towards them. Habitual: reciprocal, and contributing in at least three of the four weeks. "
            "numerator = people on the step; denominator = people with a seat. "
            "It cannot see answers given in another tool or by voice."
        ),
        cuts=STANDARD,
        grains=("month", "quarter", "all"),
        minimum="10 people; four whole weeks",
        smallest_worth_showing=0.05,
        tables=("seat", "person_day", "tie_week"),
        needs=("seats", "acts", "recipients"),
        source="Own definition; the window of 28 days follows Microsoft Adoption Score",
        peers="None of the products compared counts exchange or habit in a ladder",
        check="Manufacturing company mail (doi:10.7910/DVN/6Z3CGX), 28 days to 30 June 2010: 167 accounts, 132, 125, 114, 101",
        words=Words(
            up="more people are in a lasting exchange than before",
            down="fewer people are in a lasting exchange than before",
            same="as many people are in a lasting exchange as before",
            unseen="nobody can say how many people are in a lasting exchange",
        ),
        bins="enabled, active, contributing, reciprocal, habitual",
    ),
    Passport(
        id="technical_human_gap",
        family="adoption",
        title="Installed but not alive",
        question="Is the tool installed but not alive?",
        unit="share",
        better="down",
        definition=(
            "The share of people with a seat who use the tool but have no habit in it: the active step of the ladder less the habitual one, "
            "in the last four whole weeks of the period. "
            "numerator = people who are active and not habitual; denominator = people with a seat. "
            "Where many are active and the gap is wide, the tool reaches people and talk does not start; where few are active, the obstacle is access. "
            "It cannot see exchange in another tool or by voice, nor whether a habit would be of use."
        ),
        cuts=STANDARD,
        grains=("month", "quarter", "all"),
        minimum="10 people; four whole weeks",
        smallest_worth_showing=0.05,
        tables=("seat", "person_day", "tie_week"),
        needs=("seats", "acts", "recipients"),
        source="Own definition, from the first and the last step of the ladder that somebody takes",
        peers="None of the products compared has it: they count use, and exchange apart from it",
        check="Manufacturing company mail (doi:10.7910/DVN/6Z3CGX), 28 days to 30 June 2010: (132 − 101) / 167 = 0.185629",
        words=Words(
            up="more people use the tools without a habit than before",
            down="fewer people use the tools without a habit than before",
            same="as many people use the tools without a habit as before",
            unseen="nobody can say how many use the tools without a habit",
        ),
    ),
    Passport(
        id="adoption_drop",
        family="adoption",
        title="Lost from step to step",
        question="Between which two steps of the ladder do most people stay behind?",
        unit="share",
        better="down",
        definition=(
            "The share of people with a seat who are on one step of the ladder and not on the next, in the last four whole weeks of the period. "
            "numerator = people on the step before and not on this one; denominator = people with a seat. "
            "It cannot see why somebody stays where they are, nor whether they were further before."
        ),
        cuts=STANDARD,
        grains=("month", "quarter", "all"),
        minimum="10 people; four whole weeks",
        smallest_worth_showing=0.05,
        tables=("seat", "person_day", "tie_week"),
        needs=("seats", "acts", "recipients"),
        source="Own definition, the differences between the steps of adoption_funnel, each with an interval of its own",
        peers="None of the products compared counts a ladder",
        check="Manufacturing company mail (doi:10.7910/DVN/6Z3CGX), 28 days to 30 June 2010: of 167 accounts 35, 7, 11 and 13 stay behind, one step after the other",
        words=Words(
            up="more people stay behind at this step than before",
            down="fewer people stay behind at this step than before",
            same="as many people stay behind at this step as before",
            unseen="nobody can say where people stay behind",
        ),
        bins="the step that is not reached: active, contributing, reciprocal, habitual",
    ),
    Passport(
        id="stickiness",
        family="adoption",
        title="Days in use",
        question="Is it part of the working day, or a monthly visit?",
        unit="share",
        better="up",
        definition=(
            "Of the working days of the period, the share on which an active person did something others can see. "
            "numerator = working days with at least one act; denominator = working days of the people active in the period. "
            "Public holidays where somebody lives are no working days. It cannot see leave: a day of it counts as a day without use."
        ),
        cuts=STANDARD,
        grains=("month", "quarter", "all"),
        minimum="10 people; four weeks",
        smallest_worth_showing=0.05,
        tables=("event", "person_day"),
        needs=("acts",),
        source="The ratio of daily to monthly active people, in the form that is an average over people",
        peers="Discourse and PostHog divide daily by monthly active people over all days, weekends included: the variant all_days",
        check="Manufacturing company mail (doi:10.7910/DVN/6Z3CGX), 28 days to 30 September 2010, all days: 0.410578 either way",
        words=Words(
            up="people use it on more of their working days than before",
            down="people use it on fewer of their working days than before",
            same="people use it on as many of their working days as before",
            unseen="nobody can say on how many working days people use it",
        ),
        variants={"": "Working days", "all_days": "All days, as daily over monthly active people"},
    ),
    Passport(
        id="lifecycle",
        family="adoption",
        title="Who stays, returns, falls silent",
        question="Who joins, stays, comes back, falls silent?",
        unit="share",
        better="neither",
        definition=(
            "Four groups of people with a seat, without overlap. New: contributing for the first time. Retained: contributing in this period and the one before. "
            "Resurrected: in this one, not in the one before, but earlier. Dormant: in the one before, not in this one. "
            "numerator = people in the group; denominator = people with a seat. "
            "It cannot tell the first time from the first time seen: new is left out until the exports reach back eight weeks, and for eight weeks after some are missing. "
            "The people are those of the quarter's panel, so newcomers to the company appear a quarter later; the variant moving has them at once, rounded, for the company alone and where they are ten or more."
        ),
        cuts=("total", "tool"),
        grains=("week", "month"),
        minimum="10 people; two periods, nine weeks for new",
        smallest_worth_showing=0.03,
        tables=("seat", "person_day", "first_seen"),
        needs=("seats", "acts"),
        source="Growth accounting as used for consumer products, over people with a seat",
        peers="None of the products compared separates returning from new people",
        check="Manufacturing company mail (doi:10.7910/DVN/6Z3CGX), week of 20 September 2010: 117 = 1 new + 101 retained + 15 resurrected; 8 dormant",
        words=Words(
            up="more people in this group than before",
            down="fewer people in this group than before",
            same="as many people in this group as before",
            unseen="nobody can say who stayed and who fell silent",
        ),
        bins="new, retained, resurrected, dormant",
        variants={
            "": "The same people all quarter",
            "moving": "Everybody with a seat in the period, newcomers included",
        },
    ),
)
