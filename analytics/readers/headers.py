"""Which column of a table means what, whatever its spelling; and which columns may not come in at all."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from analytics.readers.base import NOTHING_SAID, Options, Sink, UnreadableExport

Aliases = Mapping[str, tuple[str, ...]]  # field -> plain spellings, the most trusted first

SENSITIVE = re.compile(
    r"\b(birth|birthday|dob|gender|sex|codice fiscale|tax|ssn|social security|salary|pay|payroll|wage"
    r"|compensation|hourly|rate|bonus|iban|bank|home|phone|mobile|fax|rating|performance|score"
    r"|review|religion|ethnicity|race|nationality|citizenship|disability|marital|children|union"
    r"|health|sick|password|passport|nascita|sesso|genere|stipendio|retribuzione|paga|indirizzo"
    r"|telefono|cellulare|sindacato|malattia|cittadinanza|geburtsdatum|geburtstag|geschlecht|gehalt"
    r"|anschrift|telefon|naissance|sexe|salaire|adresse|telephone|invalidita|banca)\b"
)
SHOWN_NAMES = 25
SHOWN_LENGTH = 40
REMEMBERED = 1 << 15  # names: each reader asks after the same ones
LONGEST_NAME = 80  # a longer cell is a sentence


@lru_cache(REMEMBERED)
def plain(name: str) -> str:
    """Return a header cell as lower-case words: "ReportsToID", "reports_to_id" and "Reports to ID" agree."""
    text = unicodedata.normalize("NFKC", name).replace("#", " no ").replace("°", "o")
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())


@dataclass(frozen=True)
class Assigned:
    """Where each field lies (position of its column) and what becomes of the other columns."""

    at: dict[str, int]
    names: tuple[str, ...]

    def spelling(self, field: str) -> str:
        """Return the plain name of a field's column."""
        return plain(self.names[self.at[field]])


def assign(
    names: Sequence[str], aliases: Aliases, options: Options = NOTHING_SAID, *, file: str = ""
) -> Assigned:
    """Return the column of each field that was found: first as mapped by hand, then by usual spelling.

    Raises UnreadableExport: column_missing when a column named by hand is not there,
    header_duplicate when a needed name stands twice.
    """
    spellings = [plain(name) for name in names]
    times = Counter(spelling for spelling in spellings if spelling)
    at = _by_hand(names, aliases, options, file)
    for field, wanted in aliases.items():
        found = next(
            (w for w in wanted if w in times and spellings.index(w) not in at.values()), None
        )
        if field in at or found is None:
            continue
        if times[found] > 1:
            raise UnreadableExport(
                "header_duplicate",
                f"{file}: the column “{found}” stands {times[found]} times in the header. "
                "Keep the right one, or name it so that it differs, and import again.",
            )
        at[field] = spellings.index(found)
    return Assigned(at, tuple(names))


def _by_hand(names: Sequence[str], aliases: Aliases, options: Options, file: str) -> dict[str, int]:
    at: dict[str, int] = {}
    for field, column in options.columns.items():
        if field not in aliases:
            continue
        exact = [i for i, name in enumerate(names) if name == column]
        alike = [i for i, name in enumerate(names) if plain(name) == plain(column)]
        if not (exact or alike):
            raise UnreadableExport(
                "column_missing",
                f"{file}: the column named for “{field}” is not in the file. "
                f"{found_names(names)} Give one of these names, spelt as in the file.",
            )
        at[field] = (exact or alike)[0]
    return at


def misnamed(
    rows: Sequence[Sequence[str]], aliases: Aliases, options: Options, file: str
) -> UnreadableExport | None:
    """Return the refusal of a table without the columns that were named by hand; null where all of them are there.

    `rows` are the first ones, of which any may be the header.
    """
    there = {plain(cell) for cells in rows for cell in cells}
    named = {field: column for field, column in options.columns.items() if field in aliases}
    lost = [field for field, column in named.items() if plain(column) not in there]
    if not lost:
        return None
    one = len(lost) == 1
    header = next((cells for cells in rows if len(cells) > 1 and looks_like_header(cells)), ())
    found = found_names(header) if header else "No line of it names columns."
    return UnreadableExport(
        "column_missing",
        f"{file}: the {'column' if one else 'columns'} named for {' and '.join(f'“{field}”' for field in lost)}"
        f" {'is' if one else 'are'} not in the file. {found} Give one of the file's own names, spelt as there.",
        header,
    )


def may_assign(
    names: Sequence[str], aliases: Aliases, enough: Callable[[set[str]], bool], options: Options
) -> bool:
    """Say whether a row can be the header of such a table; never raises."""
    try:
        return enough(set(assign(names, aliases, options).at))
    except UnreadableExport as refusal:
        return refusal.code == "header_duplicate"


def account_for_others(assigned: Assigned, sink: Sink) -> None:
    """Note which column was taken for what, and those not kept: sensitive ones by their own code, the rest as ignored."""
    sink.columns = {field: assigned.names[at] for field, at in assigned.at.items()}
    taken = set(assigned.at.values())
    for number, name in enumerate(assigned.names):
        if number in taken:
            continue
        if SENSITIVE.search(plain(name)):
            sink.warn("sensitive_column_dropped")
        else:
            sink.warn("column_ignored")
        sink.ignored.append(name[:SHOWN_LENGTH] or f"column {number + 1}")


def found_names(names: Sequence[str]) -> str:
    """Return a sentence listing a header, or saying that the first line is no header (and not what it holds)."""
    if not looks_like_header(names):
        return "The first line holds data, not column names."
    shown = ", ".join((name[:SHOWN_LENGTH] or "(no name)") for name in names[:SHOWN_NAMES])
    more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
    return f"Found: {shown}{more}."


def looks_like_header(names: Sequence[str]) -> bool:
    """Say whether every cell could be a column name: no address, number or date, no sentence, nothing unprintable."""
    filled = [name for name in names if name]
    return bool(filled) and not any(
        re.search(r"@|^(?!#$)[\W\d]+$|[\x00-\x08\x0e-\x1f\ufffd]", name) or len(name) > LONGEST_NAME
        for name in filled
    )
