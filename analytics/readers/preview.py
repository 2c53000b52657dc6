"""What can be said of a file within seconds? Small ones are read whole, long texts to some line, others not."""

import re
from typing import Literal

from analytics.readers import table_rows
from analytics.readers.files import Source

WHOLE_UP_TO = 8 << 20  # bytes: read in about two seconds
SAMPLE = 4 << 20
DAY = re.compile(r"(?:^|/)(\d{4}-\d\d-\d\d)\.json$")

# refusals that the rest of the file would not take back
SURE = ("forbidden_content", "dates_ambiguous", "too_many_columns", "header_duplicate")

Extent = Literal["whole", "sample", "none"]


def shorten(source: Source) -> Extent:
    """Cut a long text at the end of a line, and say how much of the file is to be read."""
    if source.kind == "folder" or not source.own_bytes():
        return "whole" if source.size <= WHOLE_UP_TO else "none"
    if source.size <= WHOLE_UP_TO:
        return "whole"
    if table_rows.kind(source) != "text":
        return "none"
    cut = source.head(SAMPLE).rfind(b"\n") + 1
    if not cut:
        return "none"
    source.size = cut
    return "sample"


def days(source: Source) -> tuple[str | None, str | None]:
    """Return the first and last day that the names of an export's day files tell, as ISO 8601."""
    found = [day[1] for member in source.members() if (day := DAY.search(member))]
    return min(found, default=None), max(found, default=None)
