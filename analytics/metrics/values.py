"""What does an expression of a measure give for each row of `base`, and from which table is it read?

Most are written over the sums of one rollup, which have no row of whoever did nothing: they are read from there, so that
these sums need not be joined to everybody. All others are read from `base`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import numpy as np

from analytics.metrics.base import FACTS
from analytics.metrics.lattice import Numbers, in_order
from analytics.metrics.steps import SUMMED

WORD = re.compile(r"[a-z_][a-z_0-9]*")
BASE = 'select "row", {values} from base'
SUMS = "select key, {values} from {table}_sum where key < {end}"
NOTHING = "select {values} from (select {zeros})"


@dataclass(frozen=True)
class Sources:
    """The table of sums that an expression is read from; those of `base` are not named."""

    tables: dict[str, str]

    @classmethod
    def of(cls, con: duckdb.DuckDBPyConnection, expressions: Iterable[str]) -> "Sources":
        """Find them: whatever is written over columns of one table alone, and is 0 where they are."""
        columns = {*FACTS}
        for table in ("span", "placed"):
            columns.update(con.table(table).columns)
        mentioned = {expression: words(expression) & columns for expression in expressions}
        tables: dict[str, str] = {}
        for table, own in SUMMED.items():
            over = [
                expression for expression, names in mentioned.items() if names and names <= {*own}
            ]
            if not over:
                continue
            zeros = ", ".join(f"0::bigint as {name}" for name in own)
            [nothing] = con.sql(NOTHING.format(values=_asked(over), zeros=zeros)).fetchall()
            tables |= {over[i]: table for i, value in enumerate(nothing) if value == 0}
        return cls(tables)

    def wanted(self, expressions: Iterable[str]) -> set[str]:
        """Return the words of those that are read from `base`: its columns, and others."""
        return {word for one in expressions if one not in self.tables for word in words(one)}

    def read(
        self, con: duckdb.DuckDBPyConnection, row_of: Numbers, size: int, expressions: Iterable[str]
    ) -> dict[str, Numbers]:
        """Return what each gives for each of the `size` rows; row_of: which row has a key, -1 = none."""
        together = defaultdict(list)
        for expression in sorted(expressions):
            together[self.tables.get(expression)].append(expression)
        found: dict[str, Numbers] = {}
        for table, over in together.items():
            found |= (
                _of_base(con, over) if table is None else _of_sums(con, table, row_of, size, over)
            )
        return found


def words(text: str) -> set[str]:
    """Return all words of an SQL expression, names of columns among them."""
    return {*WORD.findall(text)}


def _asked(expressions: list[str]) -> str:
    return ", ".join(f"({expression})::double as v{i}" for i, expression in enumerate(expressions))


def _of_base(con: duckdb.DuckDBPyConnection, expressions: list[str]) -> dict[str, Numbers]:
    rows = in_order(con.sql(BASE.format(values=_asked(expressions))).pl())
    return {one: rows[f"v{i}"].to_numpy() for i, one in enumerate(expressions)}


def _of_sums(
    con: duckdb.DuckDBPyConnection, table: str, row_of: Numbers, size: int, expressions: list[str]
) -> dict[str, Numbers]:
    query = SUMS.format(values=_asked(expressions), table=table, end=len(row_of))
    sums = con.sql(query).pl()
    row = row_of[sums["key"].to_numpy()]
    is_member = row >= 0
    row = row[is_member]
    found = {}
    for i, one in enumerate(expressions):
        found[one] = np.zeros(size)
        found[one][row] = sums[f"v{i}"].to_numpy()[is_member]
    return found
