"""The errors that a person is meant to read."""

import errno
import traceback
from pathlib import Path
from typing import Any

OURS = Path(__file__).resolve().parents[1]


class AnalyticsError(Exception):
    """Says in one sentence what is wrong, where, and what to do; never holds a name or a text."""


class UsageError(AnalyticsError):
    """The command was called with something that does not exist; ends with exit code 2."""


class NotPublished(AnalyticsError):
    """What was done is kept, but no figures could be computed from it: the release before stands, if there is one.

    `result` is what the command would have given, with what became of files; "not_published" in it says why.
    """

    def __init__(self, cause: Exception, workspace: str, release: int | None) -> None:
        before = "Those of before stand." if release else "There are none yet."
        super().__init__(
            f"What was done is kept, but the figures could not be computed from it. {before} {sentence(cause)}"
        )
        self.workspace = workspace
        self.result: dict[str, Any] = {
            "files": [],
            "people": None,
            "release": release,
            "not_published": str(self),
        }


def sentence(error: BaseException) -> str:
    """Return what went wrong in words for whoever can do something about it, never with the text of a file."""
    if isinstance(error, AnalyticsError):
        return str(error)
    is_full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    if is_full or "No space left on device" in str(error):  # DuckDB has errors of its own
        return "The disk is full: make room."
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":  # DuckDB's
        return "It needs more memory than there is: close other programs, or give the machine more."
    return f"An error inside Convivio ({type(error).__name__} at {place(error)}); with CONVIVIO_DEBUG=1 it says more."


def place(error: BaseException) -> str:
    """Return the last place in our own code that an error came through, such as `slack_export.py:120`.

    A library's own line helps nobody; it is told only where none of ours is known.
    """
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _is_ours(Path(frame.filename))]
    last = (ours or frames)[-1:]
    return f"{Path(last[0].filename).name}:{last[0].lineno}" if last else "unknown place"


def _is_ours(file: Path) -> bool:
    # the environment mostly lies in the folder of the project
    return file.is_relative_to(OURS) and "site-packages" not in file.parts
