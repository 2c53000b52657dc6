"""What does a reader say of a survey? Its responses as text, and where in them questions, times and people lie."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from analytics.readers import forbidden
from analytics.readers.headers import SENSITIVE, plain

FEW_WORDS = 4  # a longer name of a column is a question
# a question about oneself: on health, faith, origin, sex, age or address it is not kept, whatever its scale
ABOUT_ONESELF = re.compile(
    r"\b(?:gender|sex|sexual|age|how old|born|birth\w*|nationality|citizenship|ethnic\w*|race|religio\w*|union member\w*"
    r"|disab\w*|(?:your|home|postal|street|e ?mail) address|postal code|phone number|illness|sick\w*|your health|my health"
    r"|marital|children|salary|income"
    r"|sesso|(?<!in )genere|eta|nascita|nato|nata|cittadinanza|etnic\w*|disabil\w*|malatti\w*|salute|figli|stipendio|reddito"
    r"|(?:tuo|suo) indirizzo|indirizzo (?:e ?mail|di casa|di posta)|(?:numero di|tuo|suo) telefono"
    r"|geschlecht|alter|geburt\w*|herkunft|behinder\w*|krank\w*|gesundheit\w*|kinder|gehalt|einkommen|anschrift"
    r"|(?:ihre|deine) adresse|telefonnummer"
    r"|sexe|naissance|nationalite|ethni\w*|handicap\w*|maladie\w*|sante|enfants|salaire|(?:votre|ton) adresse"
    r"|numero de telephone)\b"
)


@dataclass(frozen=True)
class Question:
    """A column that may be a question: its text, the export's own code of it, and the table of questions it stands in.

    `labels`: what the file says a code means. `is_text`: the export says that it is free text, `is_item`: the reader knows
    it for a question on a scale.
    """

    cell: str
    text: str
    code: str = ""
    block: str = ""
    labels: Mapping[str, str] | None = None
    is_text: bool = False
    is_item: bool = False


@dataclass(frozen=True)
class Sheet:
    """Responses as text, and which of the columns hold what; `respondent` is the tool's id of a response.

    has_own_ids: the tool gives no other response the same id; else it counts from 1 in every survey anew.
    rows: line, the cells, and code (why a response is set apart; null = it counts). seconds: how long it took.
    """

    tool: str
    rows: pl.DataFrame
    questions: tuple[Question, ...]
    place: str = "line"
    respondent: str | None = None
    email: str | None = None
    finished_at: str | None = None
    started_at: str | None = None
    seconds: str | None = None
    has_own_ids: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)  # other columns by name, for departments


def is_sentence(name: str) -> bool:
    """Say whether a column's name is something that was asked, not what a column claims to hold."""
    return len(plain(name).split()) > FEW_WORDS or name.strip().endswith(("?", "]"))


@cache
def kept_out(text: str) -> bool:
    """Say whether a question asks what is not kept: feelings, health, faith, origin, sex, age, address."""
    words = plain(text)
    short = len(words.split()) < FEW_WORDS and bool(SENSITIVE.search(words))
    return short or bool(ABOUT_ONESELF.search(words)) or forbidden.is_claimed(text)


def digest(text: str) -> str:
    """Return 16 hex digits that stand for a text which is not kept."""
    return hashlib.sha256(text.strip().casefold().encode()).hexdigest()[:16]


def statement(text: str) -> str:
    """Return the statement of a question in a table of questions: what stands in [ ] or behind the last dash."""
    row = re.search(r"\[([^\]]+)\]\s*$", text)
    return row[1] if row else re.split(r"\s[-–—]\s|-(?=[A-ZÀ-Ý])", text)[-1]
