"""What are these files, and what would be taken from them? Told in seconds, and nothing is kept."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from analytics import mappings, places, reading
from analytics.readers import sandbox
from analytics.readers.base import NOTHING_SAID, Options
from analytics.readers.jail import Limits
from analytics.reading import File, Progress, Read
from analytics.vault.settings import read_settings

SECONDS = 60  # more than a preview ever takes; what takes longer is told without one
SHOWN = (
    "file", "within", "format", "outcome", "tool", "first", "last", "is_sample", "records", "stored", "rejected",
    "duplicates", "non_records", "warnings", "header", "table", "columns", "said", "questions", "clock", "named_on", "provides", "cannot_see", "reject_code",
    "message",
)  # fmt: skip


def recognise(
    paths: Sequence[Path],
    workspace: str | None = None,
    options: Options = NOTHING_SAID,
    progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """Return {"files": [{the keys of SHOWN}], "left_out": [names of junk]}.

    Columns that a workspace remembers are used; `named_on` is the day they were named. Of a large file only the format and what shows at once is told
    (`is_sample`): its counts are then those of the sample, and 0 where nothing was read.
    """
    known = mappings.known(workspace) if workspace else []
    remembered = tuple((mapping.table, mapping.options) for mapping in known)
    said = replace(options, zone=_zone(workspace))
    told, left_out = [], []
    with tempfile.TemporaryDirectory(prefix="convivio-look-") as scratch:

        def look(file: File) -> Read:
            parts = Path(tempfile.mkdtemp(dir=scratch))
            how = sandbox.How(file.way, not file.way, is_preview=True, remembered=remembered)
            limits = Limits(seconds=SECONDS)
            report = sandbox.parse(file.path, parts, said, file.name, limits, how=how)
            shutil.rmtree(parts)
            return Read(file, report, None, parts)

        with reading.beside_one_another(reading.files(paths), look, progress) as reads:
            for read in reads:
                if read.report:
                    left_out += [f"{read.file.name}: {name}" for name in read.report.left_out]
                if read.report and not read.report.is_box:
                    outcome = read.report.outcome
                    progress({"stage": "read", "file": read.file.name, "outcome": outcome})
                    told.append(_told(read.file, read.report, known))
    return {"files": told, "left_out": left_out}


def _zone(workspace: str | None) -> str | None:
    """Return where the company works, if it has said so."""
    if workspace is None:
        return None
    return read_settings(places.folder(workspace) / "settings.toml").time_zone


def _told(file: File, report: sandbox.Report, known: list[mappings.Mapping]) -> dict[str, Any]:
    earlier = mappings.find(known, report.table)
    more = {"within": file.within, "records": report.read, "named_on": earlier and earlier.said_on}
    values = report.to_dict() | more
    return {key: values[key] for key in SHOWN}
