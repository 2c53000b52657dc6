"""Is a kept file still what was written? SHA-256 of every file of a folder, in a file beside them."""

import hashlib
import json
from pathlib import Path

NAME = "sha256.json"


def digest(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(folder: Path, before: dict[str, str] | None = None) -> None:
    """Write sha256.json of the files in a folder; `before` holds those of files that lie elsewhere."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != NAME)
    found = (before or {}) | {path.name: digest(path) for path in files}
    (folder / NAME).write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


def read(folder: Path) -> dict[str, str]:
    """Return file name -> SHA-256, empty where a folder of an older version has none."""
    file = folder / NAME
    return dict(json.loads(file.read_text())) if file.exists() else {}
