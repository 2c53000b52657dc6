"""What do damaged exports do to the readers? Run by hand: python -m benchmarks.fuzz [cases] [seed]

Each case is a fixture with bytes changed, cut, doubled, moved or re-encoded, read in a process with the readers' own
limits: a file by itself, or in the archive of the export that it belongs to. A death, a hang, an error that no reader foresaw or an account that does not add up is printed with its number:
the same seed and number give the same bytes again.
"""

import os
import random
import signal
import sys
import tempfile
import time
import zipfile
from collections import Counter
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from analytics.readers import registry
from analytics.readers.sandbox import Report
from analytics.readers.worker import work
from tests import golden

SECONDS = 10  # of the processor, a case: on a busy machine the clock says nothing of the reader
ASLEEP = 60  # seconds by the clock after which it hangs all the same
FOUND = ("file_crashed_parser",)


def files() -> list[Path]:
    """Return every single file of the fixtures, also those inside exports that are folders."""
    found = [file for export in sorted(golden.EXPORTS.iterdir()) for file in sorted(export.rglob("*"))]  # fmt: skip
    return [file for file in found if file.is_file() and file.name not in (golden.GOLDEN, golden.SAID)]  # fmt: skip


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return the bytes after one to three changes."""
    for _ in range(chance.randint(1, 3)):
        size = len(data)
        at = chance.randrange(size + 1)
        some = slice(at, at + chance.randint(1, 1 + size // 4))
        lines = data.split(b"\n")
        match chance.randrange(9):
            case 0:
                data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
            case 1:
                data = data[:at]
            case 2:
                data = data[: some.start] + data[some.stop :]
            case 3:
                data = data[: some.stop] + data[some]
            case 4:
                chance.shuffle(lines)
                data = b"\n".join(lines)
            case 5:
                odd = chance.choice(
                    [b'"', b"\x00", b"\xff\xfe", b"\r", b"{", b"]", b";", b"9" * 400]
                )
                data = data[:at] + odd + data[at:]
            case 6:
                data = data.decode("utf-8", "replace").encode("utf-16")
            case 7:
                data = data.decode("utf-8", "replace").encode("cp1252", "replace")
            case 8:
                chosen = chance.randrange(len(lines))
                data = b"\n".join([*lines[:chosen], lines[chosen] * 2, *lines[chosen:]])
    return data


def damaged(file: Path, folder: Path, chance: random.Random) -> Path:
    """Write the damaged file, alone or, every other time, zipped with the rest of its export; return where."""
    data = mutated(file.read_bytes(), chance)
    export = golden.EXPORTS.joinpath(*file.relative_to(golden.EXPORTS).parts[:2])
    if export == file or chance.random() < 1 / 2:
        path = folder / file.name
        path.write_bytes(data)
        return path
    path = folder / f"{export.name}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for member in sorted(export.rglob("*")):
            if member.is_file():
                whole = data if member == file else member.read_bytes()
                archive.writestr(str(member.relative_to(export)), whole)
    return path


def case(number: int, seed: int) -> str | None:
    """Read one damaged file; return what is wrong with how it ended, or None."""
    chance = random.Random(f"{seed}/{number}")
    file = chance.choice(files())
    with tempfile.TemporaryDirectory() as folder:
        path = damaged(file, Path(folder), chance)
        job = {
            "name": path.name,
            "descriptor": os.open(path, os.O_RDONLY),
            "out": str(Path(folder)),
            "options": {"columns": {}, "tool": None},
            "readers": [reader.__name__ for reader in registry.READERS],
        }
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.alarm(ASLEEP)
        report = work(job)
        signal.alarm(0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        lost = unaccounted(report, Path(folder))
    where = f"{number}: {file.parent.name}/{file.name}"
    if report.reject_code in FOUND:
        return f"{where}: {report.message}"
    if lost:
        return f"{where}: {lost}"
    if report.outcome == "reject" and not report.message:
        return f"{where}: refused without a word"
    return None


def unaccounted(report: Report, out: Path) -> str | None:
    """Return how the rows on disk differ from what the report says of them, or None."""
    if report.outcome == "reject":
        return None  # what a refused file left is removed by who started the process
    for table, rows in report.rows.items():
        kept = sum(pl.read_parquet(part).height for part in out.glob(f"{table}-*.parquet"))
        if kept != rows:
            return f"{kept} rows of {table}, {rows} reported"
    apart = pl.read_parquet(out / "reject.parquet")["code"].value_counts()
    if dict(apart.iter_rows()) != report.rejected:
        return f"{apart.height} reasons set apart, {len(report.rejected)} reported"
    return None


def batch(numbers: range, seed: int) -> list[str]:
    """Read the cases of one process; one that takes too long fails like any other."""

    def too_long(_signal, _frame):
        raise TimeoutError

    signal.signal(signal.SIGALRM, too_long)
    signal.signal(signal.SIGPROF, too_long)
    return [wrong for number in numbers if (wrong := case(number, seed))]


def main(cases: int, seed: int) -> None:
    """Read all cases, a hundred a process, two processes at once."""
    began, wrong = time.perf_counter(), []
    context = get_context("fork")
    with context.Pool(2, maxtasksperchild=1) as pool:
        parts = [range(start, min(start + 100, cases)) for start in range(0, cases, 100)]
        waiting = [(part, pool.apply_async(batch, (part, seed))) for part in parts]
        for part, one in waiting:
            try:
                wrong += one.get(timeout=ASLEEP * 20)
            except Exception as error:
                wrong.append(f"{part.start} to {part.stop - 1}: death or hang ({error!r})")
    for line in wrong:
        print(line)
    kinds = Counter(line.split(": ", 1)[1].split("/")[0] for line in wrong)
    print(f"{cases} cases, {len(wrong)} wrong {dict(kinds)}, {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:3]]
    main(*(given + [5_000, 1][len(given) :]))
