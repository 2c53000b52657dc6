"""Which accounts of different tools belong to one person, told without knowing who that is."""

import hashlib
import hmac
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import polars as pl

from analytics import places

MAIL = re.compile(r"[^@\s]+@[^@\s]+")
ORG = ""  # stands for the HR file where a tool is asked for
LOG = "interaction_log"  # its accounts carry the company's own ids, as the HR file does
TRAITS = {
    "tool": pl.String,
    "account": pl.String,
    "kind": pl.String,
    "not_person": pl.String,
    "is_concealed": pl.Boolean,
    "has_address": pl.Boolean,
}
NOT_PEOPLE = places.ROOT / "data" / "not_people.toml"
HASH = (
    r"^(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64})$"  # MD5, SHA-1, SHA-256 in hexadecimal
)


def identifier(tool: str, account: str, email: str | None) -> str:
    """Return what names an account across tools: the address where there is one, else the id.

    `tool` is ORG for ids that are the company's own (HR file, interaction log): they mean the same person everywhere.
    """
    if email:
        return f"mail:{email.strip().casefold()}"
    if MAIL.fullmatch(account.strip()):
        return f"mail:{account.strip().casefold()}"
    return f"{tool or 'id'}:{account.strip()}"


def pseudonym(secret: bytes, name: str) -> int:
    """Return a signed 64-bit key that nobody without the secret can make from a name (HMAC-SHA-256)."""
    digest = hmac.digest(secret, name.encode(), hashlib.sha256)
    return int.from_bytes(digest[:8], "big", signed=True)


def derived(secret: bytes, purpose: str) -> str:
    """Return a further key as 64 hexadecimal digits, from which the secret cannot be found."""
    return hmac.digest(secret, purpose.encode(), hashlib.sha256).hex()


def same_people(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return key -> person for keys that are another name of somebody, from pairs (address key, other key).

    Chains are followed: two addresses that share an id are one person. The smallest address
    key stands for the person, so that the order of the imports does not matter.
    """
    parent: dict[int, int] = {}

    def root(key: int) -> int:
        while (above := parent.setdefault(key, key)) != key:
            parent[key] = parent[above]
            key = above
        return key

    addresses = set()
    for address, other in pairs:
        addresses.add(address)
        parent[root(other)] = root(address)
    person: dict[int, int] = {}
    for address in sorted(addresses, reverse=True):
        person[root(address)] = address
    return {key: person[root(key)] for key in sorted(parent) if key != person[root(key)]}


@dataclass(frozen=True)
class Nobody:
    """One kind of account that is no person: what its address or name looks like, and the kind it is kept under."""

    kind: str
    becomes: Literal["service", "bot"]
    locals: tuple[str, ...]
    domains: tuple[str, ...]
    names: tuple[str, ...]

    def fits(self) -> pl.Expr:
        """Return whether an account is of this kind, from columns address (casefolded) and said (name or address)."""
        tests = [pl.col("said").str.contains(f"(?i){'|'.join(self.names)}")] if self.names else []
        if self.locals:
            words = "|".join(re.escape(word) for word in self.locals)
            tests.append(
                pl.col("address").str.contains(rf"^(?:{words})(?:[0-9]+|[._-][a-z]{{2}})?@")
            )
        if self.domains:
            ends = "|".join(re.escape(domain) for domain in self.domains)
            tests.append(pl.col("address").str.contains(rf"[@.](?:{ends})$"))
        return pl.any_horizontal(test.fill_null(value=False) for test in tests)


@cache
def nobodies() -> tuple[Nobody, ...]:
    """Return the rules of data/not_people.toml in their order."""
    found = tomllib.loads(NOT_PEOPLE.read_text("utf-8"))
    return tuple(
        Nobody(
            kind, said["becomes"], *(tuple(said[part]) for part in ("locals", "domains", "names"))
        )
        for kind, said in found.items()
    )


def traits(accounts: pl.DataFrame) -> pl.DataFrame:
    """Return what an account is, told from its name and address alone, columns of TRAITS.

    Takes tool, account, email, name, kind. `not_person` is the rule that makes it nobody, null = a person or the
    tool says itself that it is none; `is_concealed`: the export gives a hash for who it is.
    """
    address = pl.col("email").fill_null(pl.when(is_address("account")).then("account"))
    known = accounts.with_columns(
        address=address.str.strip_chars().str.to_lowercase(),
        said=pl.coalesce(pl.col("name").str.strip_chars().replace("", None), "email", "account"),
    ).with_columns(
        not_person=pl.when(pl.col("kind").is_in(["human", "guest"])).then(
            pl.coalesce(pl.when(rule.fits()).then(pl.lit(rule.kind)) for rule in nobodies())
        )
    )
    kinds = {rule.kind: rule.becomes for rule in nobodies()}
    hidden = [
        pl.col(part).is_null() | (pl.col(part).str.strip_chars() == "") | is_hash(part)
        for part in ("email", "name")
    ]
    return known.select(
        "tool",
        "account",
        kind=pl.col("not_person").replace_strict(kinds, default=None, return_dtype=pl.String),
        not_person="not_person",
        is_concealed=pl.all_horizontal(*hidden, is_hash("account") | is_hash("email")).fill_null(
            value=False
        ),
        has_address=pl.col("address").is_not_null() & ~is_hash("email").fill_null(value=False),
    ).with_columns(kind=pl.coalesce("kind", accounts["kind"]))


def is_address(column: str) -> pl.Expr:
    """Return whether a column holds an address."""
    return pl.col(column).str.contains(r"^\s*[^@\s]+@[^@\s]+\s*$")


def is_hash(column: str) -> pl.Expr:
    """Return whether a column holds a hash instead of a name; what stands after an @ does not matter."""
    return pl.col(column).str.strip_chars().str.extract(r"^([^@]*)").str.contains(HASH)
