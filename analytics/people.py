"""Which accounts of different tools belong to one person, told without knowing who that is."""

import hashlib
import hmac
import re
from collections.abc import Iterable

MAIL = re.compile(r"[^@\s]+@[^@\s]+")
ORG = ""  # stands for the HR file where a tool is asked for
LOG = "interaction_log"  # its accounts carry the company's own ids, as the HR file does


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
