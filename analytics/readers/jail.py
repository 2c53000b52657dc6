"""What may the process that parses a file do? Nothing but read that file and write its result.

Only the standard library is imported here, so that the limits stand before anything large is loaded.
"""

import contextlib
import ctypes
import os
import resource
import signal
from collections.abc import Iterator
from dataclasses import dataclass

MEGABYTE = 1 << 20
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SHARED = (resource.RLIMIT_DATA, resource.RLIMIT_CPU)  # what two processes may have together
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38

HELD_TOGETHER: list[int] = []  # kB, by this process and one beside it


@dataclass(frozen=True)
class Limits:
    """What one file may cost; the wall clock is watched from outside."""

    memory_mb: int = 1536
    seconds: int = 900
    file_mb: int = 4096
    open_files: int = 256


USUAL = Limits()


def lock(limits: Limits) -> None:
    """Bind this process to the limits, for good; called before the input is touched."""
    cpu_seconds = limits.seconds * 2  # two threads, or two processes, work on large files
    for what, wanted in (
        (resource.RLIMIT_DATA, limits.memory_mb * MEGABYTE),
        # Libraries reserve address space that they never touch (1.5 GB before the first byte is read),
        # so this only stops what is out of all proportion.
        (resource.RLIMIT_AS, 4 * limits.memory_mb * MEGABYTE),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.file_mb * MEGABYTE),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),  # a dump would hold message texts
    ):
        _, ceiling = resource.getrlimit(what)
        most = wanted if ceiling == resource.RLIM_INFINITY else min(wanted, ceiling)
        resource.setrlimit(what, (most, most))
    with contextlib.suppress(OSError, AttributeError):
        _leave_the_world(ctypes.CDLL(None, use_errno=True))


@contextlib.contextmanager
def halved() -> Iterator[None]:
    """Have half the memory and processor time that are left to this process, while another has the other half."""
    before = [(what, resource.getrlimit(what)) for what in SHARED]
    for what, (most, ceiling) in before:
        if most != resource.RLIM_INFINITY:
            resource.setrlimit(what, (most // 2, ceiling))
    try:
        yield
    finally:
        for what, limits in before:
            resource.setrlimit(what, limits)


def stay() -> None:
    """Bind this process to what it has just now, for good."""
    for what in SHARED:
        most, _ = resource.getrlimit(what)
        resource.setrlimit(what, (most, most))


def _leave_the_world(libc: ctypes.CDLL) -> None:
    """Gain no rights, be no one's to inspect, and have no network where the system lets us."""
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.unshare(CLONE_NEWNET) != 0 and os.geteuid() != 0:
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)


def die_with_parent(parent: int) -> None:
    """End this process when the process that forked it ends, also when that has just happened."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
