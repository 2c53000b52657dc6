"""Which archives are not opened, whatever packed them? One rule for zip and tar."""

import re
from typing import TypeVar

from analytics.readers.base import UnreadableExport

MEGABYTE = 1 << 20
MEMBER_LIMIT = 768 * MEGABYTE  # one member is held in memory; 300,000 Slack users take about 540 MB
RATIO_LIMIT = 100  # real exports shrink 5 to 15 times, deflate can reach 1,030
RATIO_MATTERS_FROM = 8 * MEGABYTE  # below this even a wild ratio does no harm
TOTAL_RATIO_MATTERS_FROM = 64 * MEGABYTE
DRIVE = re.compile(r"^[A-Za-z]:")

Place = TypeVar("Place")


def check_member_size(name: str, size: int) -> None:
    """Raise for a member that is too large to be held in memory."""
    if size > MEMBER_LIMIT:
        raise bomb(name, f"a member is larger than {MEMBER_LIMIT // MEGABYTE} MB")


def check_total(name: str, unpacked: int, packed: int) -> None:
    """Raise where an archive grows to more than a hundred times its size."""
    if unpacked > max(TOTAL_RATIO_MATTERS_FROM, RATIO_LIMIT * packed):
        raise bomb(name, "it would unpack to more than a hundred times its size")


def checked_path(name: str, path: str) -> str:
    """Return a member's path with forward slashes; raises when it points out of the archive."""
    path = path.replace("\\", "/")
    if path.startswith("/") or DRIVE.match(path) or ".." in path.split("/") or "\0" in path:
        raise UnreadableExport(
            "zip_unsafe_path",
            f"{name}: a member of the archive points outside of it. No export tool writes this: do not open the"
            " archive elsewhere, and ask where it comes from.",
        )
    return path.removeprefix("./")


def add(name: str, places: dict[str, Place], path: str, place: Place) -> None:
    """Note where a member lies; raises where there is one of the same name."""
    if path in places:
        raise UnreadableExport(
            "zip_duplicate_member",
            f"{name}: the archive holds two members of the same name, so it is not clear which one counts."
            " Ask for the original export.",
        )
    places[path] = place


def linked(name: str) -> UnreadableExport:
    """Return the refusal of a member that is no file."""
    return UnreadableExport(
        "zip_symlink",
        f"{name}: a member of the archive is a link, not a file. Zip the files themselves.",
    )


def damaged(name: str, what: str) -> UnreadableExport:
    """Return the refusal of an archive that cannot be unpacked."""
    return UnreadableExport(
        "zip_corrupt", f"{name}: the archive is damaged: {what}. Download it again or zip it anew."
    )


def bomb(name: str, what: str) -> UnreadableExport:
    """Return the refusal of an archive that is made to fill memory."""
    return UnreadableExport(
        "zip_bomb",
        f"{name}: not opened, because {what}. Real exports never do: ask where the file comes from.",
    )
