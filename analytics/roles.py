"""Who may see what, as data: the sign-in, the pages and the works council's document read the same table."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["hr", "cio", "consultant", "reader", "representative", "visitor"]
ROLES: tuple[Role, ...] = (
    "consultant",
    "hr",
    "cio",
    "reader",
    "representative",
)  # first held counts
READERS: frozenset[Role] = frozenset({"hr", "cio", "consultant"})
SIGNED_IN: frozenset[Role] = READERS | {"reader", "representative"}
SHOWN: frozenset[Role] = READERS | {"reader"}  # who sees any figure at all
NAMES: dict[Role, str] = {
    "visitor": "Anyone, not signed in",
    "representative": "Employee representative",
    "reader": "Reader",
    "hr": "HR",
    "cio": "CIO",
    "consultant": "Consultant",
}


@dataclass(frozen=True)
class Sight:
    """One thing that can be seen or done, the pages that show it, and who may open them."""

    what: str
    pages: tuple[str, ...]
    roles: frozenset[Role]


SIGHTS = (
    Sight("How people are protected, definitions, certificate", ("trust",), SIGNED_IN | {"visitor"}),
    Sight("Settings: purpose, retention, smallest group", ("settings",), SIGNED_IN),
    Sight("The log of what was done and looked at", ("log",), READERS | {"representative"}),
    Sight("The overview, of the company or of one group of ten people or more", ("overview",), SHOWN),
    Sight("Every figure in detail, departments beside one another", ("adoption", "departments", "time_cost", "hierarchy", "relations"), READERS),
    Sight("Importing files and taking them out again; what was wrong in them", ("imports",), frozenset({"consultant"})),
    Sight("Names and addresses of accounts that may be one person's, to settle whose they are", ("identities",), frozenset({"consultant"})),
    Sight("Figures or messages of a single person", (), frozenset()),
)  # fmt: skip


def table() -> list[dict[str, str]]:
    """Return who sees what, one row a sight: {"What": …, role's name: "yes" or "no"}."""
    return [
        {"What": sight.what}
        | {name: "yes" if role in sight.roles else "no" for role, name in NAMES.items()}
        for sight in SIGHTS
    ]
