"""Where is written what one query leaves to the next?"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb


@contextmanager
def folder(con: duckdb.DuckDBPyConnection) -> Iterator[Path]:
    """Give a folder that the connection may read, for as long as it is used: that of a vault sees its own folders only."""
    spill = Path(con.sql("select current_setting('temp_directory')").fetchall()[0][0])
    spill.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=spill) as own:
        yield Path(own)
