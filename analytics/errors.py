"""The errors that a person is meant to read."""

import errno
from pathlib import Path
from typing import Any


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
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else "?"
    return f"An error inside Convivio ({type(error).__name__} at {where}); with CONVIVIO_DEBUG=1 it says more."
