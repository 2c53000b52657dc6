"""What became of a file, under the names of the command line's contract: read now, known before, or refused."""

from typing import Any

from analytics.readers import sandbox
from analytics.reading import File
from analytics.vault import ledger, presets


def told(file: File, report: sandbox.Report, import_id: str | None) -> dict[str, Any]:
    """Return a report under the names of the command line's contract."""
    values = report.to_dict()
    for inner in ("holds", "left_out", "is_sample"):
        values.pop(inner)
    return {
        "file": values.pop("file"),
        "within": file.within,
        "remembered": None,
        "named_on": None,
        "format": values.pop("format"),
        "import": import_id,
        "outcome": values.pop("outcome"),
        "read": values.pop("rows"),
        "records": values.pop("read"),
        **values,
    }


def told_again(file: File, known: ledger.Entry) -> dict[str, Any]:
    """Return the first report of a known file, all of whose records are duplicates now."""
    again = told(file, sandbox.Report.from_dict(known.report), known.id)
    again["file"] = file.name
    if known.undone:
        return again | {"message": f"{file.name}: imported before and left out; taken in again."}
    return again | {
        "stored": 0,
        "duplicates": again["duplicates"] + again["stored"],
        "warnings": [*again["warnings"], "already_known"],
        "message": f"{file.name}: already known since {known.at[:10]}; nothing was changed.",
    }


def refused(name: str, format_: str | None, sentence: str) -> sandbox.Report:
    """Return the report of mail that may not be kept without an agreement."""
    return sandbox.Report(name, format_, reject_code=presets.AGREEMENT_MISSING, message=sentence)
