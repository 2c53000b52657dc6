"""What a page may know of a company's settings, and how it changes them: in a process of its own, logged.

Only settings.toml is read here; the vault, the key and the names stay closed to the process that serves pages.
"""

import os
import subprocess
import sys
from collections.abc import Mapping

from analytics import audit_log, calendars, places
from analytics.vault import presets
from analytics.vault.changes import shown
from analytics.vault.settings import Settings, read_settings

PATIENCE = 60  # seconds; writing takes one
Change = Mapping[str, str]


def read(workspace: str) -> Settings:
    """Return a company's settings, the usual ones where nothing was said; raises WrongSetting."""
    return read_settings(places.folder(workspace) / "settings.toml")


def missing(workspace: str) -> list[str]:
    """Return the settings to be filled in before the first import."""
    return presets.missing(read(workspace))


def rules() -> dict[str, presets.Preset]:
    """Return what is asked for by country; "" where none is set."""
    return presets.presets()


def countries() -> dict[str, str]:
    """Return the countries whose public holidays are known: {code: name}, by name."""
    return calendars.names()


def as_words(settings: Settings) -> dict[str, str]:
    """Return every setting as the words that `change` takes."""
    return {
        name: shown(value) for name, value in vars(settings).items() if not name.startswith("_")
    }


def change(workspace: str, said: Change, reason: str, who: str) -> str | None:
    """Change settings, {name: words}, making the workspace if need be; return the sentence why not, None when done.

    `who` is the address of whoever asks, for the log. Only what differs from now is sent.
    """
    now = as_words(read(workspace))
    differs = {name: words for name, words in said.items() if now.get(name) != words}
    if not differs and places.folder(workspace).joinpath("settings.toml").is_file():
        return None
    entries = [part for name, words in differs.items() for part in ("--set", f"{name}={words}")]
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter, our own command line
            [
                sys.executable, "-m", "analytics", "settings", "--workspace", workspace, f"--reason={reason}",
                "--format", "json", *entries,
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            cwd=places.ROOT,
            env={**os.environ, audit_log.ACTOR: who},
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "The settings could not be written in time. Nothing was changed; try again."
    if done.returncode == 0:
        return None
    said_last = done.stderr.strip().splitlines()
    return said_last[-1] if said_last else "The settings could not be written. Nothing was changed."
