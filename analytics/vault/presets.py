"""What a country asks to be settled before files come in, read from data/presets.toml."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import polars as pl

from analytics import places
from analytics.errors import AnalyticsError
from analytics.vault.settings import Settings
from analytics.vault.workspace import Workspace

FILE = places.ROOT / "data" / "presets.toml"
WORDS = {
    "purpose": "the purpose",
    "legal_basis": "the legal basis",
    "keep_days": "how long acts are kept",
    "agreement": "the reference of the agreement",
}
EXAMPLES = {
    "purpose": '"…"',
    "legal_basis": '"…"',
    "keep_days": "365",
    "agreement": '"…"',
}
AGREEMENT_MISSING = "agreement_missing"


class NotSettled(AnalyticsError):
    """A setting that the country asks for is missing, so no file may come in."""


@dataclass(frozen=True)
class Preset:
    """The rules of one country: `needs` are names of settings, days are whole days, `about` is for the page."""

    name: str
    needs: tuple[str, ...]
    refuses: bool
    keep_days: int
    about: str
    law: str = ""
    email_days: int | None = None


@cache
def presets() -> dict[str, Preset]:
    """Return the rules by country; "" holds what is asked where no country is set."""
    found = tomllib.loads(FILE.read_text("utf-8"))
    return {
        "" if key == "everywhere" else key: Preset(**rules | {"needs": tuple(rules["needs"])})
        for key, rules in found.items()
    }


def missing(settings: Settings) -> list[str]:
    """Return the settings that are asked for and not filled in; the demo company owes nobody anything."""
    if settings.demo:
        return []
    needs = presets()[settings.country].needs
    return [name for name in needs if getattr(settings, name) in ("", None)]


def notice(settings: Settings, workspace: str) -> str | None:
    """Return the sentence on what is not settled yet and where to say it; None when all is."""
    names = missing(settings)
    if not names:
        return None
    said = " ".join(f"--set {name}={EXAMPLES[name]}" for name in names)
    asks = (
        f"the rules for {presets()[settings.country].name} ask"
        if settings.country
        else "the GDPR asks"
    )
    return (
        f"Workspace {workspace} does not say yet {_listed([WORDS[name] for name in names])}: {asks} for it before files "
        f"come in. Say it on the Settings page, or with: python -m analytics settings --workspace {workspace} {said}"
    )


def refuse_unless_settled(settings: Settings, workspace: str) -> None:
    """Raise NotSettled when the country's rules turn files away until more is said."""
    if presets()[settings.country].refuses and (sentence := notice(settings, workspace)):
        raise NotSettled(sentence)


def refusal_of_mail(
    workspace: Workspace, events: Sequence[Path], today: date, file: str
) -> str | None:
    """Return why a file may not be kept: e-mail older than the country allows without an agreement.

    `events` are Parquet files with at (UTC) and action; `today` is the day of the import.
    """
    settings = workspace.settings
    rules = presets()[settings.country]
    if rules.email_days is None or settings.agreement or settings.demo:
        return None
    oldest = _oldest_mail(events)
    first = datetime.combine(today - timedelta(days=rules.email_days), time())
    if oldest is None or oldest >= first:
        return None
    return (
        f"{file}: it holds e-mail metadata {(today - oldest.date()).days} days old. In {rules.name}, what is older than "
        f"{rules.email_days} days needs an agreement with the unions or an authorisation ({rules.law}), so nothing of "
        f"this file was kept. Export the last {rules.email_days} days alone, or enter the reference of the agreement on "
        f'the Settings page, or with: python -m analytics settings --workspace {workspace.name} --set agreement="…"'
    )


def _oldest_mail(events: Sequence[Path]) -> datetime | None:
    if not events:
        return None
    mail = pl.scan_parquet(list(events), glob=False).filter(pl.col("action") == "email")
    found: datetime | None = mail.select(pl.col("at").min()).collect().item()
    return found.replace(tzinfo=None) if found else None


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
