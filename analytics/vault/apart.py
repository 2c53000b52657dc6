"""Which records of an import were set apart, and why? One line a record, with place and code, never content."""

import polars as pl

from analytics.readers.codes import set_apart
from analytics.sheets import csv_text
from analytics.vault import durable, imports
from analytics.vault.workspace import Workspace

SHOWN = 20_000  # lines: a spreadsheet opens them, and nobody mends more by hand


def lines(workspace: Workspace, import_id: str, most: int = SHOWN) -> pl.DataFrame:
    """Return file, place, code, records, why, what_helps; `records` add up to all that were set apart.

    What has no place of its own, or lies beyond `most` lines, is one line a code with place null.
    Raises UnknownImport.
    """
    entry = imports.known(workspace, import_id)
    counts = entry.report["rejected"]
    all_ = pl.DataFrame(
        {"code": list(counts), "all": list(counts.values())}, {"code": pl.String, "all": pl.Int64}
    )
    file = workspace.imports / entry.id / "reject.parquet"
    # line 10 after line 9, and not after line 1
    number = pl.col("place").str.extract(r"(\d+)$").cast(pl.Int64, strict=False)
    order = [pl.col("place").str.strip_chars_end("0123456789"), number]
    found = pl.scan_parquet(file, glob=False).select("place", "code").sort(order).head(most)
    placed = found.collect()
    placed = placed.with_columns(records=pl.lit(1, pl.Int64))
    shown = placed.group_by("code").agg(shown=pl.len().cast(pl.Int64))
    rest = all_.join(shown, on="code", how="left").select(
        pl.lit(None, pl.String).alias("place"),
        "code",
        records=pl.col("all") - pl.col("shown").fill_null(0),
    )
    lines = pl.concat([placed, rest.filter(pl.col("records") > 0).sort("code")])
    words = {code: set_apart(code) for code in lines["code"].unique()}
    return lines.select(
        pl.lit(entry.file).alias("file"),
        "place",
        "code",
        "records",
        why=pl.col("code").replace_strict(
            {code: why for code, (why, _) in words.items()}, return_dtype=pl.String
        ),
        what_helps=pl.col("code").replace_strict(
            {code: helps for code, (_, helps) in words.items()}, return_dtype=pl.String
        ),
    )


def write(workspace: Workspace, import_id: str) -> None:
    """Lay the lines beside the jobs, where the pages find them without opening the vault."""
    found = lines(workspace, import_id)
    if found.height:
        durable.write(workspace.jobs / f"apart-{import_id}.csv", csv_text(found), 0o600)
