"""Is anybody listening? How many conversations are answered, how soon, how many never, and whether leaders ask."""

from dataclasses import replace

from analytics.metrics.engine import CUTS, Measure
from analytics.metrics.passport import Cut, Grain, Passport, Words

STANDARD: tuple[Cut, ...] = tuple(CUTS)
FEW_CUTS: tuple[Cut, ...] = ("total", "level", "tool")
SINGLE: tuple[Cut, ...] = tuple(cut for cut, labels in CUTS.items() if len(labels) < 2)  # noqa: PLR2004  # one label
LONG: tuple[Grain, ...] = ("month", "quarter", "all")
LONGER: tuple[Grain, ...] = ("quarter", "all")
FEWEST = 30  # conversations; fewer say too little
ALL, QUESTIONS = "all", "questions"
# bin: (which columns of `base`, why they are not known)
NO_THREADS = "case when not bool_or(has_answers) then 'no_replies' when not bool_or(has_threads) then 'sampled_threads'{more} end"
KINDS = {
    ALL: ("", NO_THREADS.format(more="")),
    QUESTIONS: (
        "_q",
        NO_THREADS.format(more=" when not bool_or(has_questions) then 'no_questions'"),
    ),
}
# variant: the columns asked and answered, by the hours on the clock
WITHIN = {"": ("asked", "heard"), "4h": ("asked", "heard_4"), "72h": ("asked_72", "heard_72")}
# bin: the column of those answered by then, in working time
EDGES = {
    "5m": "in_5", "15m": "in_15", "1h": "in_60", "4h": "in_240", "1d": "in_day", "3d": "in_three",
}  # fmt: skip
HEADLINE = "4h"


def _cuts(name: str) -> tuple[Cut, ...]:
    return STANDARD if name == ALL else SINGLE  # questions are few


def _answered(variant: str, name: str) -> Measure:
    y, x = WITHIN[variant]
    of, reason = KINDS[name]
    return Measure(
        "answered_share", f"{x}{of}", f"{y}{of}", kind="clustered", variant=variant, bin=name, position=list(KINDS).index(name),
        grains=LONGER if variant or name != ALL else LONG, cuts=FEW_CUTS if variant else _cuts(name), reason=reason,
    )  # fmt: skip


def _by_then(name: str, edge: str) -> Measure:
    of, reason = KINDS[name]
    return Measure(
        "time_to_first_answer", f"{EDGES[edge]}{of}", f"waited{of}", kind="clustered",
        variant="" if name == ALL else name, bin=edge, position=list(EDGES).index(edge),
        grains=LONGER, cuts=_cuts(name) if edge == HEADLINE else FEW_CUTS, reason=reason,
    )  # fmt: skip


MEASURES = (
    *(_answered(variant, name) for variant in WITHIN for name in KINDS),
    *(_by_then(name, edge) for name in KINDS for edge in EDGES),
    *(
        Measure(
            "unanswered_share", f"waited{of} - in_seven{of}", f"waited{of}", kind="clustered", bin=name, position=i,
            grains=LONGER, cuts=_cuts(name), reason=reason,
        )
        for i, (name, (of, reason)) in enumerate(KINDS.items())
    ),
    Measure(
        "leader_question_ratio", "told_asking", "told", kind="clustered", grains=LONGER, cuts=("total", "level"),
        reason="case when not bool_or(has_questions) then 'no_questions' end",
    ),
)  # fmt: skip

CONVERSATION = (
    "A conversation is opened by a post or mail that answers nothing; it is answered when another person writes into its thread. "
    "Reactions are no answers, nor are bots; direct messages of a chat and conversations with customers are left out. "
)
CANNOT = "It cannot see answers given outside the thread, and not everything that is written wants one: hence those with a question mark apart."
QUESTION_BINS = "all = every conversation; questions = those opened with a question mark"
ELM = "Public chat of the Elm and Racket communities (github.com/preethac, Disentangled Slack chats): "
COMMON = Passport(
    id="",
    family="listening",
    title="",
    question="",
    unit="share",
    better="up",
    definition="",
    cuts=STANDARD,
    grains=LONG,
    minimum="30 conversations opened by 10 people; whole conversations in the exports",
    smallest_worth_showing=0.05,
    tables=("conversation", "person_asked"),
    needs=("acts", "replies"),
    source="",
    peers="",
    check="",
    words=Words("", "", "", ""),
    bins=QUESTION_BINS,
    fewest=FEWEST,
)
PASSPORTS = (
    replace(
        COMMON,
        id="answered_share",
        title="Conversations answered",
        question="Is anyone listening?",
        definition=(
            f"The share of conversations that somebody else answered within 24 hours on the clock. {CONVERSATION}"
            "A conversation counts where the exports reach 24 hours further and leave none of them out, in the period in which these are over. "
            f"numerator = conversations answered in time; denominator = conversations opened. {CANNOT}"
        ),
        source="Share of threads with a reply, by the one who opened them; interval over people, for one person's threads fare alike",
        peers="SWOOP: share of posts with a reply or reaction, goal 58 %; Adoption Score: share of messages with a reply",
        check=ELM + "1,104 of 1,791 (0.616415) and 663 of 1,086 (0.610497)",
        words=Words(
            "more of what people open is answered than before",
            "less of what people open is answered than before",
            "as much of what people open is answered as before",
            "nobody can say how much of what people open is answered",
        ),
        variants={
            "": "Within 24 hours on the clock",
            "4h": "Within 4 hours on the clock",
            "72h": "Within 72 hours on the clock",
        },
    ),
    replace(
        COMMON,
        id="time_to_first_answer",
        title="Time to the first answer",
        question="How long does one wait for an answer?",
        definition=(
            "The share of conversations answered within so much working time, those that never were kept in. The clock runs in the working hours "
            f"and on the working days of the one who asked; who is answered outside of them has not waited. {CONVERSATION}"
            "A conversation counts once seven whole working days have passed of which the exports leave none out, in the period in which that is so: everything told is about the same ones. "
            f"numerator = conversations answered by then; denominator = conversations opened. {CANNOT}"
        ),
        grains=LONGER,
        source="Kaplan and Meier 1958, Nonparametric estimation from incomplete observations: with everything in it followed to the end, the share is their estimate",
        peers="Mail tools publish the median of what was answered, which leaves out what never was and is four to eight times too good here",
        check=ELM
        + "by 5 minutes, 15 minutes, 1, 4 and 24 hours on the clock 0.278488, 0.434130, 0.537521, 0.588698, 0.616548; the median with the unanswered in it 0.445556 h",
        words=Words(
            "people are answered sooner than before",
            "people are answered later than before",
            "people are answered as soon as before",
            "nobody can say how long people wait for an answer",
        ),
        variants={"": "Every conversation", "questions": "Those opened with a question mark"},
        bins="5m, 15m, 1h, 4h of working time, 1d, 3d of whole working days",
    ),
    replace(
        COMMON,
        id="unanswered_share",
        title="Never answered",
        question="How much is left without an answer?",
        better="down",
        definition=(
            f"The share of conversations that nobody else had answered after seven working days. {CONVERSATION}"
            f"numerator = conversations without an answer by then; denominator = conversations opened. {CANNOT}"
        ),
        grains=LONGER,
        source="The rest of the time to the first answer; interval over people",
        peers="SWOOP names posts without a reply or reaction “unanswered”, without a time",
        check=ELM + "691 of 1,800 and 411 of 1,088 conversations have one voice",
        words=Words(
            "more is left without an answer than before",
            "less is left without an answer than before",
            "as much is left without an answer as before",
            "nobody can say how much is left without an answer",
        ),
    ),
    replace(
        COMMON,
        id="leader_question_ratio",
        title="Leaders' questions",
        question="Do leaders ask or announce?",
        definition=(
            "Of what people with reports post or mail to ten people or more without answering anything, the share with a question mark. "
            "numerator = such posts with a question mark; denominator = such posts. "
            "It cannot see whether a question is one: a question mark is a form, and says nothing of humility."
        ),
        cuts=("total", "level"),
        grains=LONGER,
        minimum="10 people with reports who posted so; the text in the export, which is let go once it was looked at for a question mark",
        tables=("event", "org", "membership"),
        needs=("acts", "managers"),
        source="Own construction; interval over people",
        peers="None of the products compared tells a question from an announcement",
        check="Ten leaders by hand, 6 2 0 5 1 3 8 0 4 1 posts with 2 0 0 1 1 0 4 0 2 0 questions: 10 of 30, 0.333333",
        words=Words(
            "leaders ask more than before",
            "leaders ask less than before",
            "leaders ask as much as before",
            "nobody can say how much leaders ask",
        ),
        bins="",
        fewest=0,
    ),
)
