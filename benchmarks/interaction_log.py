"""How fast and how flat is a large interaction log read? As ratios to reading its bytes and to a bare Polars scan.

python -m benchmarks.interaction_log [ROWS] [--quoted]
"""

import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

from analytics.readers import nursery, sandbox
from analytics.readers.base import Options

START = datetime(2026, 1, 1)  # noqa: DTZ001 - UTC
PEOPLE = 20_000


def write(path: Path, rows: int, quoted: bool) -> None:
    """Write acts of four rows each in time order, seven columns, in pieces."""
    random = np.random.default_rng(1)
    with path.open("wb") as file:
        for begin in range(0, rows, 1_000_000):
            n = min(1_000_000, rows - begin)
            act = np.arange(begin, begin + n) // 4
            frame = pl.DataFrame({"second": act * 3, "sender": act * 7919 % PEOPLE}).select(
                time=pl.lit(START) + pl.duration(seconds="second"),
                sender=pl.format("person{}@acme.example", "sender"),
                recipient=pl.format(
                    "person{}@acme.example", pl.Series(random.integers(0, PEOPLE, n))
                ),
                kind=pl.lit("email"),
                thread=pl.format("t{}", pl.Series(act // 3)),
                size=pl.Series(random.integers(0, 10**6, n)),
                folder=pl.lit("inbox"),
            )
            style = "always" if quoted else "necessary"
            frame.write_csv(file, include_header=begin == 0, quote_style=style)


def main() -> None:
    """Print seconds, rows a second, ratios and the peak memory of the child."""
    numbers = [int(word.replace("_", "")) for word in sys.argv[1:] if word[0].isdigit()]
    rows = numbers[0] if numbers else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.csv"
        write(log, rows, "--quoted" in sys.argv)
        begin = time.perf_counter()
        with log.open("rb") as file:
            while file.read(1 << 22):
                pass
        reading = time.perf_counter() - begin
        begin = time.perf_counter()
        pl.scan_csv(log, infer_schema=False).sink_parquet(Path(folder) / "bare.parquet")
        bare = time.perf_counter() - begin
        begin = time.perf_counter()
        report = sandbox.parse(log, Path(folder) / "out", Options())
        whole = time.perf_counter() - begin
        size = log.stat().st_size
    peak = nursery.peak_mb()
    print(
        f"{rows:,} rows, {size / 2**20:,.0f} MB: {report.outcome} {report.reject_code or ''} {report.message or ''}"
    )
    print(f"stored {report.stored:,}, {report.rows}, {report.warnings}")
    print(
        f"{whole:.1f} s = {rows / whole:,.0f} rows/s; bytes alone x {whole / reading:.0f}, bare scan to Parquet x {whole / bare:.1f}"
    )
    print(f"peak memory of the child {peak:,.0f} MB")


if __name__ == "__main__":
    main()
