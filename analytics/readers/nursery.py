"""How does each file get a process of its own without waiting for the libraries to load each time?

One process, started at the first file, loads every reader and then only waits. For each file it forks a minder,
the minder forks the worker that reads the file, waits for its end and tells of it. The nursery never touches
a file, so every worker starts as clean as a new process, half a second sooner.

It forks before any work is done: the libraries' pools of threads do not exist yet, so none is missing in a worker.
"""

import atexit
import contextlib
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from analytics.places import ROOT
from analytics.readers.jail import HELD_TOGETHER, Limits, die_with_parent, lock

START = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    "import jiter; from analytics.schema import tables; tables();"
    "from analytics.readers.worker import work; from analytics.readers.nursery import keep;"
    "keep(lambda job: work(job).to_dict())"
)
# Few threads: each brings a stack and a heap of its own, which count against the limit.
SURROUNDINGS = {
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "POLARS_MAX_THREADS": "2",
    "OMP_NUM_THREADS": "1",
    "_RJEM_MALLOC_CONF": "narenas:1",  # one heap for Polars' threads: a large file takes 40 MB less
}
ANSWER_LIMIT = 4 << 20
PIECE = 1 << 16
BURIED = 10  # seconds that a killed worker may take to be gone
Work = Callable[[dict[str, Any]], dict[str, Any]]

_one_at_a_time = threading.Lock()
_nursery: "tuple[int, subprocess.Popen[bytes], socket.socket] | None" = None
_working: set[int] = set()
_peak_mb = _seconds = 0.0


@dataclass(frozen=True)
class Ended:
    """How a worker ended: its answer, null where it gave none that can be read, and why not.

    code: its exit code, negative for a signal; null where it was stopped for taking too long.
    """

    answer: dict[str, Any] | None
    code: int | None


def peak_mb() -> float:
    """Return the most memory that any worker of this process has held so far, in MB (2^20 bytes).

    While two processes read one file, it is what both hold, and what they share counts twice.
    """
    return _peak_mb


def seconds() -> float:
    """Return the processor time that all workers of this process have taken so far."""
    return _seconds


def run(job: dict[str, Any], descriptor: int, limits: Limits) -> Ended:
    """Let a worker do a job on an open file and wait for its end."""
    with tempfile.TemporaryDirectory(prefix="convivio-") as empty:
        mine = _ask(descriptor)
        with mine:
            words = {"job": job, "limits": asdict(limits), "folder": empty}
            return _heard(mine, json.dumps(words).encode(), time.monotonic() + limits.seconds)


def stop_all() -> None:
    """End every worker of this process at once: who waits for one gets its death."""
    for pid in tuple(_working):
        _kill(pid)


def _ask(descriptor: int) -> socket.socket:
    """Ask the nursery for a worker on this file; return the line to it."""
    mine, theirs = socket.socketpair()
    with theirs, _one_at_a_time:
        for last in (False, True):
            try:
                socket.send_fds(_line(), [b"."], [descriptor, theirs.fileno()])
                break
            except OSError:  # it was ended from outside: a new one takes its place
                _close()
                if last:
                    mine.close()
                    raise
    return mine


def _line() -> socket.socket:
    """Return the line to this process's nursery, started if need be."""
    global _nursery  # noqa: PLW0603  # one for each process is the point
    if _nursery and _nursery[0] == os.getpid() and _nursery[1].poll() is None:
        return _nursery[2]
    mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own words
            [sys.executable, "-I", "-c", START, str(ROOT)],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # a library's last words may quote a file
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), **SURROUNDINGS},
            start_new_session=True,
        )
    _nursery = (os.getpid(), process, mine)
    return mine


@atexit.register
def _close() -> None:
    """Let the nursery go: it ends when nobody can ask it any more."""
    global _nursery
    nursery, _nursery = _nursery, None
    if nursery and nursery[0] == os.getpid():
        nursery[2].close()
        nursery[1].wait()


def _heard(line: socket.socket, words: bytes, until: float) -> Ended:
    """Give the worker its job, and hear its answer and then its minder's word of its end."""
    pid = 0
    try:
        first, _, rest = _until(line, until, lambda heard: b"\n" in heard).partition(b"\n")
        pid = int(first or 0)  # none where the nursery itself was ended
        _working.add(pid)
        line.sendall(words + b"\n")
        heard = rest + _until(line, until, lambda heard: len(heard) > ANSWER_LIMIT)
        return _told(heard)
    except TimeoutError:
        _end(line, pid)
        return Ended(None, None)
    except OSError:  # it was ended before it had its job
        return Ended(None, -signal.SIGKILL)
    except BaseException:
        _end(line, pid)
        raise
    finally:
        _working.discard(pid)


def _until(line: socket.socket, until: float, enough: Callable[[bytearray], bool]) -> bytes:
    """Return what comes, up to enough of it or to its end."""
    heard = bytearray()
    while not enough(heard):
        line.settimeout(max(until - time.monotonic(), 0.001))
        if not (piece := line.recv(PIECE)):
            break
        heard += piece
    return bytes(heard)


def _told(heard: bytes) -> Ended:
    """Take an answer and the minder's line behind it apart; half a line is a death."""
    global _peak_mb, _seconds
    answer, _, last = heard.rpartition(b"\n")
    try:
        code, kilobytes, milliseconds = map(int, last.split())
        told, together = json.loads(answer) if code == 0 else (None, 0)
        held = max(kilobytes, together) / 1024
        _peak_mb, _seconds = max(_peak_mb, held), _seconds + milliseconds / 1000
        return Ended(told, code)
    except ValueError:
        return Ended(None, -signal.SIGKILL)


def _end(line: socket.socket, pid: int) -> None:
    """End a worker that is at work, and wait until it is buried."""
    _kill(pid)
    with contextlib.suppress(OSError):
        _until(line, time.monotonic() + BURIED, lambda _: False)


def _kill(pid: int) -> None:
    if not pid:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


# ---------------------------------------------------------------------------------------- in the nursery


def keep(work: Work) -> None:
    """Fork a minder for each request, until nobody is left to ask: the whole life of the nursery."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # minders are not waited for
    gc.freeze()
    asked = socket.socket(fileno=os.dup(0))
    os.dup2(1, 0)
    while True:
        word, descriptors, _, _ = socket.recv_fds(asked, 1, 2)
        if not word:
            return
        nursery = os.getpid()
        if os.fork() == 0:
            asked.close()
            die_with_parent(nursery)
            with contextlib.suppress(BaseException):
                _mind(work, *descriptors)
            os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)


def _mind(work: Work, file: int, line: int) -> None:
    """Have the file read by a worker, bury it, and tell how it ended, the memory it held (kB) and its time (ms)."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    minder = os.getpid()
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            die_with_parent(minder)
            os.setpgid(0, 0)
            _serve(work, file, line)
            os._exit(0)
        os._exit(1)
    os.close(file)
    with contextlib.suppress(OSError):  # it did so itself already, or is gone
        os.setpgid(pid, pid)
    os.write(line, b"%d\n" % pid)
    # seen but not yet buried, so that its number cannot go to another process while its children are ended
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    _kill(pid)
    _, status, used = os.wait4(pid, 0)
    spent = int(1000 * (used.ru_utime + used.ru_stime))
    told = b"\n%d %d %d" % (os.waitstatus_to_exitcode(status), used.ru_maxrss, spent)
    socket.socket(fileno=line).sendall(told)


def _serve(work: Work, file: int, line: int) -> None:
    """Read the job, take on the limits, do it and answer: the whole life of a worker."""
    with socket.socket(fileno=line) as answer:
        with answer.makefile("rb") as stream:
            words = json.loads(stream.readline())
        os.chdir(words["folder"])
        lock(Limits(**words["limits"]))
        told = work({**words["job"], "descriptor": file})
        answer.sendall(json.dumps((told, max(HELD_TOGETHER, default=0))).encode())
