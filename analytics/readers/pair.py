"""Can two processes read one export faster than one? Its records are parted in two, and each reads its share.

Python lets one thread at a time take records apart, so a second processor only helps a second process. What comes
out is the same either way: the shares, and so the rows and their order, depend on the export alone.
"""

import contextlib
import os
import resource
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec

from analytics.readers import jail
from analytics.readers.base import Sink

WORTH_IT = 32 << 20  # bytes: half a second of reading
LARGEST = 64 << 20  # bytes of one member: each of two has half of the memory
ROOM = 4  # times what is held already must fit into the memory of one
TASKS = Path("/proc/self/task")
LEARNED = "learned.json"

Share = TypeVar("Share")
Learned = TypeVar("Learned", bound=msgspec.Struct)
Read = Callable[[Share, Sink], Learned]


def parted(sizes: Counter[str], largest: int) -> list[set[str]]:
    """Part things of these sizes in two sets of like weight, or leave them whole where that is not worth it."""
    if sizes.total() < WORTH_IT or largest > LARGEST or len(sizes) < 2:  # noqa: PLR2004 - nothing to part
        return [set(sizes)]
    shares: list[set[str]] = [set(), set()]
    weights = [0, 0]
    for name, size in sizes.most_common():
        lighter = weights.index(min(weights))
        shares[lighter].add(name)
        weights[lighter] += size
    return shares


def read(
    shares: Sequence[Share], one: Read[Share, Learned], kind: type[Learned], sink: Sink
) -> list[Learned]:
    """Read one or two shares into the sink, in their order, and return what was learned of each.

    The second is read by a process of its own where there is room for one. Should that end early, for whatever
    reason, the share is read again here, so that what is wrong with it is told as ever.
    """
    if len(shares) == 1:
        return [one(shares[0], sink)]
    first, second = shares
    folder = sink.folder / "second"
    apart = partial(_read_apart, second, one, folder)
    try:
        if _is_room():
            os.environ["POLARS_MAX_THREADS"] = "1"  # of each; Polars has not looked at it yet
            with jail.halved(), _beside(apart) as is_done:
                learned = one(first, sink)
                is_read = is_done()
        else:
            learned, is_read = one(first, sink), False
        if not is_read:
            apart()
        counted, also = msgspec.json.decode((folder / LEARNED).read_bytes())
        sink.take(folder, counted)
        return [learned, msgspec.convert(also, kind)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _read_apart(share: Share, one: Read[Share, Learned], folder: Path) -> None:
    """Read a share into a folder of its own, and write beside the rows what was counted and learned."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    sink = Sink(folder)
    learned = one(share, sink)
    (folder / LEARNED).write_bytes(msgspec.json.encode((sink.counted(), learned)))


def _is_room() -> bool:
    """Say whether there is a second processor, half the memory is enough, and no thread would be lost in a fork."""
    most, _ = resource.getrlimit(resource.RLIMIT_DATA)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return (
        len(os.sched_getaffinity(0)) > 1
        and (most == resource.RLIM_INFINITY or ROOM * held <= most)
        and TASKS.exists()
        and len(list(TASKS.iterdir())) == 1
    )


@contextlib.contextmanager
def _beside(work: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Do some work in a process of its own meanwhile; gives what waits for its end and says whether it was done."""
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            jail.die_with_parent(parent)
            jail.stay()
            work()
            os._exit(0)
        os._exit(1)
    waiting = [child]
    try:
        yield lambda: _is_done(waiting.pop())
    finally:
        for left in waiting:
            os.kill(left, signal.SIGKILL)
            os.waitpid(left, 0)


def _is_done(child: int) -> bool:
    """Wait for a child's end, note what both have held, and say whether it did its work."""
    _, status, used = os.wait4(child, 0)
    own = resource.getrusage(resource.RUSAGE_SELF)
    jail.HELD_TOGETHER.append(used.ru_maxrss + own.ru_maxrss)
    return status == 0
