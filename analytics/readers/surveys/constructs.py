"""What does a question measure? Known for one published scale by its words; proposed for others, never taken unasked."""

import re
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz

from analytics.readers.headers import plain

SAFETY = "psychological_safety"
NAMES = (
    SAFETY, "trust_in_leaders", "voice", "listened_to", "information_flow", "recognition", "overload", "tool_usefulness",
    "satisfaction", "recommendation",
)  # fmt: skip

# Team psychological safety: A. Edmondson, Administrative Science Quarterly 44 (1999). Which of them are turned is told
# by their words: published lists number them differently.
EDMONDSON = (
    ("If you make a mistake on this team, it is often held against you", True),
    ("Members of this team are able to bring up problems and tough issues", False),
    ("People on this team sometimes reject others for being different", True),
    ("It is safe to take a risk on this team", False),
    ("It is difficult to ask other members of this team for help", True),
    ("No one on this team would deliberately act in a way that undermines my efforts", False),
    ("Working with members of this team, my unique skills and talents are valued and utilized", False),
)  # fmt: skip
OTHER_LANGUAGES = (
    (0, "Si vous commettez une erreur dans cette équipe, elle sera souvent retenue contre vous"),
    (0, "Se você comete um erro neste time, isso será frequentemente jogado contra você"),
)
ALIKE = 90  # of 100: "in our team" for "on this team" passes, another item or its opposite does not
# words that turn a statement round weigh more than their letters
TURNS = re.compile(
    r"\b(?:not|no|never|rarely|seldom|hardly|often|always|isn t|aren t|don t|doesn t|unable|unsafe|easy|ne|pas|nao|nunca)\b"
)

WORDS = {
    "trust_in_leaders": r"(?=.*\b(?:trust\w*|fiducia|vertrau\w*|confiance)\b)"
    r"(?=.*\b(?:manage\w*|leader\w*|director\w*|direzione|capo|dirigent\w*|fuhrung\w*|vorgesetzt\w*|leitung|direction)\b)",
    "listened_to": r"\b(?:listen\w*|heard|ascolta\w*|zugehort|gehort|ecoute\w*)\b",
    "voice": r"\b(?:speak up|speak my mind|voice|my opinion\w*|dire la mia|esprim\w*|opinion\w*|meinung\w*|exprim\w*)\b",
    "information_flow": r"\b(?:informed|information|informazion\w*|informat\w*|informier\w*|informationen|informe\w*)\b",
    "recognition": r"\b(?:recogni\w*|appreciat\w*|valued|riconosc\w*|apprezzat\w*|anerkenn\w*|wertgeschatzt|reconnu\w*)\b",
    "overload": r"\b(?:workload|overload\w*|too many (?:messages|meetings|tools)|carico|sovraccarico|belastung\w*|uberlast\w*"
    r"|charge de travail|surcharge)\b",
    "tool_usefulness": r"(?=.*\b(?:useful\w*|helps?|utile|utili|aiuta|nutzlich|hilft|utiles?|aide)\b)"
    r"(?=.*\b(?:tools?|app|teams|slack|strument\w*|werkzeug\w*|outils?)\b)",
    "recommendation": r"\b(?:recommend\w*|consigli\w*|raccomand\w*|weiterempfehl\w*|empfehl\w*|recommand\w*)\b",
    "satisfaction": r"\b(?:satisf\w*|soddisf\w*|zufrieden\w*)\b",
}  # fmt: skip


@dataclass(frozen=True)
class Known:
    """An item of a published scale: its code, what it measures, and whether it is turned."""

    item: str
    construct: str
    is_reversed: bool


def _plain(text: str) -> str:
    words = plain(text)
    words = re.sub(r"\b(?:on|in|of) (?:this|our|my|your|the) team\b", "team", words)
    return re.sub(r"\b(?:utilised|used)\b", "utilized", words)


TEXTS = tuple(
    (number, _plain(text))
    for number, text in (*enumerate(text for text, _ in EDMONDSON), *OTHER_LANGUAGES)
)


def recognise(text: str) -> Known | None:
    """Return the item of a published scale that a question is, whatever stands above it in a table of questions."""
    wanted = _plain(text)
    best, number = max((_alike(known, wanted), number) for number, known in TEXTS)
    if best < ALIKE:
        return None
    return Known(f"edmondson_{number + 1}", SAFETY, EDMONDSON[number][1])


def _alike(known: str, wanted: str) -> float:
    # a stem may stand before the statement, nothing after it
    end = wanted[-len(known) - 8 :]
    if TURNS.findall(known) != TURNS.findall(end):
        return 0.0
    return max(fuzz.ratio(known, wanted), fuzz.ratio(known, wanted[-len(known) :]))


@cache
def suggest(text: str) -> str | None:
    """Return what the words of a question point to, for a person to confirm; null where nothing does."""
    words = plain(text)
    return next((name for name, pattern in WORDS.items() if re.search(pattern, words)), None)
