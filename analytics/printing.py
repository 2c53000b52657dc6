"""How the command line writes: rows as table, CSV or JSON on stdout, progress on stderr."""

import json
import sys
from collections.abc import Callable
from typing import Any

QUIET = ("read",)  # steps for programs alone


def reporter(*, as_json: bool) -> Callable[[dict[str, Any]], None]:
    """Return what prints progress to stderr: JSON lines for a program, a sentence for a person."""

    def show(step: dict[str, Any]) -> None:
        if as_json:
            print(json.dumps(step), file=sys.stderr, flush=True)
        elif step["stage"] not in QUIET:
            share = f" {step['done']}/{step['total']}" if step.get("total") else ""
            print(
                f"{step['stage']}{share} {step.get('file') or ''}".rstrip(),
                file=sys.stderr,
                flush=True,
            )

    return show


def write(rows: list[dict[str, Any]], form: str, wrap: str | None = None) -> None:
    """Print rows as a table, CSV or JSON."""
    if form == "json":
        print(json.dumps({wrap: rows} if wrap else rows, ensure_ascii=False, default=str))
        return
    if not rows:
        print("nothing")
        return
    if form == "csv":
        import polars as pl

        from analytics.sheets import csv_text

        print(csv_text(pl.DataFrame(rows, infer_schema_length=None)), end="")
        return
    names = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    texts = [[cell(row[name]) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[i]) for line in texts)) for i, name in enumerate(names)]
    for line in [names, *texts]:
        print(
            "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        )


def cell(value: object) -> str:
    """Return a value as the text of a table cell."""
    if value is None:
        return "—"
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def clock_question(file: dict[str, Any]) -> str:
    """Return what a file's clock leaves open, and how the answer is said on the command line."""
    from analytics.readers.clock_change import in_words

    how = {
        "still": "Say it with --time-zone, such as Europe/Rome; it holds for the workspace.",
        "twice": "Import the file again with --map zone=ZONE, such as Europe/Rome; it is remembered for such files.",
    }[file["clock"]["kind"]]
    return f"{file['file']}: {in_words(file['clock'])} {how}"


def write_ingest(result: dict[str, Any], form: str) -> None:
    """Print the import report: JSON, or one row a file."""
    if form == "json":
        print(json.dumps(result, ensure_ascii=False))
        return
    rows = [
        {
            "file": file["file"],
            "format": file["format"],
            "outcome": file["outcome"],
            "records": file["records"],
            "stored": file["stored"],
            "set apart": sum(file["rejected"].values()),
            "duplicates": file["duplicates"],
            "not records": file["non_records"],
            "reasons": ", ".join(f"{code} {count}" for code, count in file["rejected"].items()),
            "warnings": ", ".join(file["warnings"]),
        }
        for file in result["files"]
    ]
    if result["files"] or "not_published" not in result:
        write(rows, form)
    if form == "table":
        for file in result["files"]:
            if file.get("message"):
                print(file["message"])
            if file.get("clock"):
                print(clock_question(file))
            if file.get("remembered"):
                print(
                    f"{file['file']}: these columns are remembered as {file['remembered']}; "
                    "the next table with the same columns needs no --map."
                )
            elif file.get("named_on"):
                print(f"{file['file']}: read with the columns named on {file['named_on']}.")
        for name in result.get("left_out", []):
            print(f"Passed over: {name}")
        if people := result["people"]:
            print(
                f"People: {people['in_org']} in the HR file, {people['matched']} of them seen in the exports; "
                f"{people['unmatched']} accounts fit nobody in it."
            )
        print(f"Release: {result['release']}")
