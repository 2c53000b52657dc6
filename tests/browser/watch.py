"""Which files of a folder are opened, by any process and by any library: asked of the kernel (inotify)."""

import contextlib
import ctypes
import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path

OPENED, IS_FOLDER = 0x20, 0x40000000
EVENT = struct.Struct("iIII")


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[set[str]]:
    """Fill a set with the files under `folder` that anybody opens meanwhile, by their path in it.

    A trace of Python's own `open` would miss what DuckDB and Polars open themselves. Folders made meanwhile are
    not looked into: their making shows in the folder above.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    names = {
        libc.inotify_add_watch(watch, bytes(path), OPENED): path.relative_to(folder)
        for path in folders
    }
    assert min(names) > 0, "the kernel refused to watch"
    found: set[str] = set()
    try:
        yield found
        time.sleep(0.1)  # what the kernel still has to tell
    finally:
        with contextlib.suppress(BlockingIOError):
            while content := os.read(watch, 1 << 16):
                found |= set(_files(content, names))
        os.close(watch)


def _files(content: bytes, names: dict[int, Path]) -> Iterator[str]:
    place = 0
    while place < len(content):
        number, mask, _, length = EVENT.unpack_from(content, place)
        name = content[place + EVENT.size : place + EVENT.size + length].rstrip(b"\0").decode()
        if name and not mask & IS_FOLDER:
            yield str(names[number] / name)
        place += EVENT.size + length
