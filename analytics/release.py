"""Reading a release: the only door for figures. Whatever is shown comes through here."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from analytics import places
from analytics.errors import AnalyticsError
from analytics.metrics.passport import LABELS as CUTS
from analytics.schema import tables

if TYPE_CHECKING:
    import duckdb
    import polars as pl

Grain = Literal["week", "month", "quarter", "all"]
KEPT_OPEN = 4  # a reader may still be on the release before while a new one is published

SAFE = {
    "enable_external_access": "false",
    "lock_configuration": "true",
    "python_enable_replacements": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": "1GB",
    "threads": "2",
}


class ReleaseError(AnalyticsError):
    """What was asked for is not in the release."""


def workspaces() -> list[str]:
    """Return the names of the workspaces that have a release, in alphabetical order."""
    base = places.home()
    if not base.is_dir():
        return []
    return sorted(entry.name for entry in base.iterdir() if (entry / "CURRENT").is_file())


def current(workspace: str) -> Path | None:
    """Return the file of the workspace's present release, or None when nothing was published yet.

    A damaged pointer falls back to the newest release file of the same workspace.
    """
    folder = places.folder(workspace)
    pointer, releases = folder / "CURRENT", folder / "releases"
    name = pointer.read_text().strip() if pointer.is_file() else ""
    named = releases / Path(name).name
    if name and named.is_file():
        return named
    kept = sorted(releases.glob("[0-9]*.duckdb")) if releases.is_dir() else []
    return kept[-1] if kept else None


@lru_cache(maxsize=KEPT_OPEN)
def open_release(path: Path) -> "Release":
    """Return the release in this file, opened read-only with everything outside it locked."""
    import duckdb

    if not path.is_file():
        raise ReleaseError(
            f"There is no release at {path.name}: import an export or run `make demo`."
        )
    try:
        return Release(path, duckdb.connect(str(path), read_only=True, config=SAFE))  # type: ignore[arg-type]
    except duckdb.Error as error:
        raise ReleaseError(
            f"The release {path.name} cannot be opened: its file is damaged. "
            "Import any file again to publish a new one."
        ) from error


@dataclass(frozen=True, eq=False)
class Release:
    """One published release: figures, flows, findings, passports, coverage, certificate, company."""

    path: Path
    connection: "duckdb.DuckDBPyConnection"

    @property
    def number(self) -> int:
        """Return the running number of the release."""
        return int(self.path.stem)

    def _rows(self, sql: str, *values: object) -> "pl.DataFrame":
        # one cursor a call: a connection refuses a second thread
        return self.connection.cursor().sql(sql, params=list(values)).pl()

    @cached_property
    def _kept(self) -> "dict[tuple[object, ...], pl.DataFrame]":
        return {}

    def _once(self, sql: str, *values: object) -> "pl.DataFrame":
        """Return rows asked once: every page asks for the same, and a release never changes."""
        asked = (sql, *values)
        if asked not in self._kept:
            self._kept[asked] = self._rows(sql, *values)
        return self._kept[asked]

    def _listed(self, sql: str, *values: str) -> list[Any]:
        """Return the only column, or the rows, asked once."""
        rows = self._once(sql, *values)
        return rows.rows() if rows.width > 1 else rows.to_series().to_list()

    @cached_property
    def _figure(self) -> str:
        """The table of figures; a release of an earlier version has no divisions."""
        columns = self._rows("select column_name from information_schema.columns"
                             " where table_name = 'figure' and column_name = 'division'")  # fmt: skip
        return "figure" if columns.height else "(select *, null::text as division from figure)"

    def divisions(self) -> dict[str, str]:
        """Return the division of each department that lies in one; empty where the HR file names none."""
        return dict(json.loads(self.company().get("divisions") or "{}"))

    def figures(
        self,
        metric: str,
        *,
        variant: str | None = "",
        grain: Grain = "all",
        by: str | None = None,
        start: date | None = None,
        end: date | None = None,
        **cell: str | None,
    ) -> "pl.DataFrame":
        """Return rows of release.figure, sorted by period, cuts and bin.

        `cell` names division, department, level, location, tool; what is neither named nor in `by`
        ("department", "department_tool" …) is taken all together. Periods from start up to,
        not including, end. `variant=None` returns all variants.
        """
        grouped = tuple(by.split("_")) if by else ()
        unknown = ({*grouped, *cell}) - set(CUTS)
        if unknown:
            raise ReleaseError(
                f"There is no cut by {', '.join(sorted(unknown))}: the release holds {', '.join(CUTS)}."
            )
        where, values = ["metric = ?", "grain = ?"], [metric, grain]
        if variant is not None:
            where.append("variant = ?")
            values.append(variant)
        for cut in CUTS:  # names from a fixed list; values are parameters
            if cell.get(cut) is not None:
                where.append(f"{cut} = ?")
                values.append(str(cell[cut]))
            else:
                where.append(f"{cut} is {'not ' if cut in grouped else ''}null")
        for sign, day in ((">=", start), ("<", end)):
            if day is not None and grain != "all":
                where.append(f"period {sign} ?")
                values.append(day.isoformat())
        columns = ", ".join(tables()["release.figure"])
        return self._rows(
            f"select {columns} from {self._figure} where {' and '.join(where)}"  # noqa: S608
            " order by period nulls first, division nulls first, department nulls first, level nulls first,"
            " location nulls first, tool nulls first, variant, position, bin nulls first",
            *values,
        )

    def mix_adjusted(
        self, metric: str, bin_: str | None, grain: Grain, period: date | None, mix: str = "level"
    ) -> "pl.DataFrame":
        """Return each department's value at the company's mix of levels or locations (statistics/mix.py).

        Worked out of published figures alone: what is hidden counts as the rest of its department.
        """
        import polars as pl

        from analytics.statistics.mix import mix_adjusted

        end = period + timedelta(days=1) if period else None

        def cells(*cuts: str) -> pl.DataFrame:
            by = "_".join(cuts) or None
            rows = self.figures(metric, grain=grain, by=by, start=period, end=end)
            return rows.filter(pl.col("bin").eq_missing(pl.lit(bin_, pl.String))).select(
                "n", "numerator", "denominator", group="department", stratum=mix
            )

        return mix_adjusted(
            pl.concat([cells("department"), cells("department", mix)]),
            pl.concat([cells(), cells(mix)]).drop("group"),
        )

    def passports(self) -> list[dict[str, Any]]:
        """Return every metric's passport, in the order of the catalogue."""
        return list(self._passports)

    @cached_property
    def _passports(self) -> tuple[dict[str, Any], ...]:
        rows = self._rows("select passport from passport order by position")
        return tuple(json.loads(text) for text in rows["passport"])

    def passport(self, metric: str) -> dict[str, Any]:
        """Return one metric's passport, or raise naming the metrics that exist."""
        known = {passport["id"]: passport for passport in self.passports()}
        if metric not in known:
            raise ReleaseError(f"There is no metric {metric!r}: choose one of {', '.join(known)}.")
        return known[metric]

    def findings(self) -> "pl.DataFrame":
        """Return release.finding, most important first; slots is a JSON object."""
        return self._once(
            "select rank, finding, verdict, page, metric, slots from finding order by rank"
        )

    def flows(
        self, cut: str = "level", grain: Grain = "all", period: date | None = None
    ) -> "pl.DataFrame":
        """Return release.flow of one cut, grain and period."""
        return self._once(
            "select grain, period, cut, source, target, ratio, reason from flow"
            " where cut = ? and grain = ? and period is not distinct from ?::date"
            " order by source, target",
            cut,
            grain,
            period.isoformat() if period else None,
        )

    def coverage(self) -> "pl.DataFrame":
        """Return release.coverage: people seen by tool, week and department (null = company)."""
        return self._once(
            "select tool, week, department, people, headcount, reason from coverage"
            " order by tool, week, department nulls first"
        )

    def computable(self) -> "pl.DataFrame":
        """Return release.computable: what these exports can tell, and what would tell the rest."""
        return self._once(
            "select metric, computable, reason, needs from computable order by position"
        )

    def _items(self, table: str) -> dict[str, Any]:
        return dict(self._listed(f"select item, value from {table}"))  # noqa: S608  # a fixed name

    def certificate(self) -> dict[str, str]:
        """Return what the audit tried and found."""
        return self._items("certificate")

    def company(self) -> dict[str, str | None]:
        """Return name, dates, headcount, tools and settings."""
        return self._items("company")

    def periods(self, grain: Grain) -> list[date]:
        """Return the first days of the periods of this grain that hold figures."""
        return self._listed(
            "select distinct period from figure where grain = ? and period is not null order by 1",
            grain,
        )

    def groups(self, cut: str) -> list[str]:
        """Return the groups of one cut that can be chosen: those with at least one figure shown."""
        if cut not in CUTS:
            raise ReleaseError(f"There is no cut by {cut}: the release holds {', '.join(CUTS)}.")
        others = " and ".join(f"{other} is null" for other in CUTS if other != cut)
        return self._listed(
            f"select distinct {cut} as name from {self._figure}"  # noqa: S608  # from a fixed list
            f" where {cut} is not null and {others} and value is not null"
            " and metric not like 'vendor%' order by 1"  # of a tool that only its vendor counts nothing else is known
        )
