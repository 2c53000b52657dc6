"""Where workspaces lie, and what a workspace may be called."""

import os
import re
from pathlib import Path

from analytics.errors import AnalyticsError

ROOT = Path(__file__).resolve().parent.parent
NAME = re.compile(r"[a-z0-9-]{1,40}")


def home() -> Path:
    """Return the folder of all workspaces: $CONVIVIO_HOME, else data/workspaces beside the code."""
    return Path(os.environ.get("CONVIVIO_HOME") or ROOT / "data" / "workspaces")


def folder(workspace: str, base: Path | None = None) -> Path:
    """Return the folder of one workspace; raises when the name could leave the folder of workspaces."""
    if not NAME.fullmatch(workspace):
        raise AnalyticsError(
            "A workspace's name is made of a to z, 0 to 9 and hyphens, 40 at most: "
            "choose another name, such as acme-2026."
        )
    return (base or home()) / workspace


def inbox(workspace: str) -> Path:
    """Return the folder whose files wait to be imported into a workspace: data/inbox/<workspace>."""
    return ROOT / "data" / "inbox" / folder(workspace).name


def waiting(workspace: str) -> list[Path]:
    """Return the files and folders in a workspace's inbox, in alphabetical order."""
    found = inbox(workspace)
    entries = found.iterdir() if found.is_dir() else ()
    return sorted(entry for entry in entries if not entry.name.startswith("."))
