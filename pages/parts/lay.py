"""Uploaded files on disk, in a folder of their job's own: their names are labels and lead nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

NAME_LENGTH = 120  # of a stored file; longer names are cut, their ending kept
DEEPEST = 8  # folders inside one another


@dataclass(frozen=True)
class Upload:
    """One uploaded file: its name, or its path within a folder that was dropped whole."""

    id: str
    name: str
    content: memoryview | bytes
    in_folder: bool = False


def laid(folder: Path, files: Sequence[Upload]) -> list[Path]:
    """Write the files and return what is to be read: each file, or the folder that it came in."""
    tops = [
        _placed(folder, file) if file.in_folder else kept(folder, file.name, file.content)
        for file in files
    ]
    return list(dict.fromkeys(tops))


def kept(folder: Path, name: str, content: memoryview | bytes) -> Path:
    """Write one file into this very folder, whatever its name says, and return its path."""
    path = Path(_label(name.replace("\\", "/").rsplit("/", 1)[-1]).lstrip(".") or "file")
    label = path.stem[: NAME_LENGTH - len(path.suffix[:20])] + path.suffix[:20]
    spot, again = folder / label, 2
    while spot.exists():
        spot, again = folder / f"{again}-{label}", again + 1
    spot.write_bytes(content)
    return spot


def _placed(folder: Path, file: Upload) -> Path:
    """Write a file of a dropped folder in its place and return the topmost folder."""
    *above, last = file.name.replace("\\", "/").split("/")
    steps = [step for part in above if (step := _label(part).strip(" ."))][:DEEPEST]
    if not steps:
        return kept(folder, last, file.content)
    spot = folder.joinpath(*(f"{step[:NAME_LENGTH]}" for step in steps))
    try:
        spot.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        return kept(folder, last, file.content)
    if not last.startswith("."):  # hidden files are no exports
        kept(spot, last, file.content)
    return folder / steps[0][:NAME_LENGTH]


def _label(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable())
