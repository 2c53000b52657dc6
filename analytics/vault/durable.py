"""Writing so that a crash or a power cut leaves the old file or the new one, never a half."""

import os
import shutil
from pathlib import Path


def sync(path: Path) -> None:
    """Have the disk keep a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Have the disk keep a folder and every file in it."""
    for path in sorted(folder.rglob("*")):
        sync(path)
    sync(folder)


def write(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace a small file in one step."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with open(part, "w", encoding="utf-8", opener=lambda p, f: os.open(p, f, mode)) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync(path.parent)


def remove(path: Path) -> None:
    """Delete a file or a folder, or do nothing when there is none."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
