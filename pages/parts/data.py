"""The figures on screen: one scope, one release, asked once and remembered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import polars as pl

from analytics import release as releases
from analytics.findings.verdicts import Verdict, change_verdict
from analytics.release import Grain, Release
from pages.parts import states
from pages.parts.filters import Scope, scope

GRAINS: tuple[Grain, ...] = ("week", "month", "quarter")
FEW_POINTS = 3  # a line through fewer says nothing
Row = Mapping[str, Any]
P = ParamSpec("P")
T = TypeVar("T")


# nothing asked here is ever changed in place, so all readers share one copy: a copy a reader costs more than the page
@lru_cache(maxsize=1200)
def _figures(path: Path, metric: str, options: tuple[tuple[str, Any], ...]) -> pl.DataFrame:
    """Return rows of a release; the path carries its number, so a new release is asked anew."""
    return releases.open_release(path).figures(metric, **dict(options))


@dataclass(frozen=True)
class _Question:
    """A function by its place and name: a page is run anew each time, and its functions are made anew."""

    name: str
    find: Callable[..., Any] = field(compare=False)


@lru_cache(maxsize=4000)
def _found(
    asked: _Question, path: Path, scope: Scope, rest: tuple[Any, ...], more: tuple[Any, ...]
) -> Any:  # noqa: ANN401  # whatever is found
    return asked.find(Figures(releases.open_release(path), scope), *rest, **dict(more))


def once(
    find: "Callable[Concatenate[Figures, P], T]",
) -> "Callable[Concatenate[Figures, P], T]":
    """Return the function with its answers remembered for all readers, as a release never changes.

    It must rest on nothing but the release, the scope and its other arguments, and nobody may change what it returns.
    """
    question = _Question(f"{find.__code__.co_filename} {find.__qualname__}", find)

    @wraps(find)
    def asked(figures: "Figures", *rest: P.args, **more: P.kwargs) -> T:
        kept: T = _found(question, figures.release.path, figures.scope, rest, tuple(more.items()))
        return kept

    return asked


@lru_cache(maxsize=20)
def _passports(path: Path) -> Mapping[str, dict[str, Any]]:
    return {passport["id"]: passport for passport in releases.open_release(path).passports()}


@dataclass(frozen=True, eq=False)
class Figures:
    """What the scope lets through. Nothing here computes over people: it only asks for released rows."""

    release: Release
    scope: Scope

    def passport(self, metric: str) -> dict[str, Any]:
        """Return a passport; an empty one where the release does not know the metric."""
        return _passports(self.release.path).get(
            metric, {"id": metric, "title": metric, "unit": "ratio"}
        )

    def unit(self, metric: str) -> str:
        """Return the metric's unit."""
        return str(self.passport(metric)["unit"])

    def smallest(self, metric: str) -> float:
        """Return the smallest difference of the metric worth showing."""
        return float(self.passport(metric).get("smallest_worth_showing") or 0.0)

    def ask(self, metric: str, **options: Any) -> pl.DataFrame:  # noqa: ANN401  # as Release.figures takes them
        """Return rows of release.figure, remembered for this release."""
        return _figures(self.release.path, metric, tuple(sorted(options.items())))

    def block(self, metric: str, variant: str | None = "", **more: Any) -> pl.DataFrame:  # noqa: ANN401
        """Return the rows (all bins) that sum the scope up: its period, its people, its tool."""
        where = {**self.scope.cell, **more}
        return self.ask(
            metric,
            variant=variant,
            grain=self.scope.block,
            start=self.scope.start,
            end=self._block_end(),
            **where,
        )

    @once
    def one(self, metric: str, bin_: str | None = None, variant: str = "") -> Row | None:
        """Return the one row that sums the scope up, or None where the release holds no such cell."""
        rows = self.block(metric, variant).filter(pl.col("bin").eq_missing(pl.lit(bin_, pl.String)))
        return rows.row(0, named=True) if rows.height else None

    @property
    def no_org(self) -> str | None:
        """Return the reason no_org where no HR file was imported: then nobody's department and level is known."""
        return "no_org" if (self.release.computable()["reason"] == "no_org").any() else None

    @once
    def series(self, metric: str, bin_: str | None = None, **cell: str | None) -> pl.DataFrame:
        """Return the rows over time at the scope's step, else at the next coarser one that the release holds.

        None is longer than the scope's period: a quarter may begin on the day of the month that is asked for.
        """
        rows = self.ask(metric, grain=self.scope.grain).clear()
        for grain in GRAINS[GRAINS.index(self.scope.grain) :]:
            if self.scope.block in GRAINS[: GRAINS.index(grain)]:
                return rows
            where = {**self.scope.cell, **cell}
            rows = self.ask(
                metric, grain=grain, start=self.scope.start, end=self.scope.end, **where
            )
            rows = rows.filter(pl.col("bin").eq_missing(pl.lit(bin_, pl.String)))
            if rows["value"].is_not_null().sum() >= FEW_POINTS:
                return rows
        return rows

    def bins(self, metric: str, variant: str = "", grain: Grain | None = None) -> pl.DataFrame:
        """Return all bins over time at a step."""
        return self.ask(
            metric,
            variant=variant,
            grain=grain or self.scope.grain,
            start=self.scope.start,
            end=self.scope.end,
            **self.scope.cell,
        )

    @once
    def latest(self, metric: str, bin_: str | None = None) -> Row | None:
        """Return the row whose change may be spoken of: the scope's period, else the last quarter in it."""
        if self.scope.block != "all":
            return self.one(metric, bin_)
        for grain in ("quarter", "month"):
            rows = self.ask(metric, grain=grain, **self.scope.cell)
            rows = rows.filter(
                pl.col("bin").eq_missing(pl.lit(bin_, pl.String)) & pl.col("value").is_not_null()
            )
            if rows.height > 1:
                return rows.row(-1, named=True)
        return self.one(metric, bin_)

    def verdict(self, metric: str, bin_: str | None = None) -> Verdict:
        """Return what may be said about the latest change."""
        return change_verdict(self.latest(metric, bin_), self.smallest(metric))

    @property
    def inside(self) -> str | None:
        """Return the cut inside which departments are compared: tool, level or location; null = the company."""
        return next((name for name in ("tool", "level", "location") if self.scope.cell[name]), None)

    @once
    def compared(
        self, metric: str, cut: str, bin_: str | None = None, variant: str = ""
    ) -> tuple[pl.DataFrame, Row | None]:
        """Return (one row a group, the company's row) at the grain at which groups are compared.

        That is the scope's period when its groups carry a verdict, else the last quarter inside it; always the whole
        period for what has no others. With a division chosen, departments are those of that division; what they are held against stays the company.
        """
        within = self.inside
        cell = {within: self.scope.cell[within]} if within else {}
        where: dict[str, Any] = {
            "by": f"{cut}_{within}" if within else cut,
            "variant": variant,
            **cell,
        }
        choices: list[tuple[Grain, date | None, date | None]] = [
            (self.scope.block, self.scope.start, self._block_end())
        ]
        quarters = [q for q in self.release.periods("quarter") if self._inside(q)]
        choices += [
            ("quarter", quarter, quarter + timedelta(days=1)) for quarter in reversed(quarters)
        ]
        if self.passport(metric).get("grains") == ["all"]:
            choices = [("all", None, None)]
        best: tuple[pl.DataFrame, Row | None] | None = None
        for grain, start, end in choices:
            rows = self.ask(metric, grain=grain, start=start, end=end, **where)
            rows = rows.filter(pl.col("bin").eq_missing(pl.lit(bin_, pl.String)))
            rows = self._of_division(rows, cut)
            company = self.ask(
                metric,
                variant=variant,
                grain=grain,
                start=start,
                end=end,
                **cell,
            )
            company = company.filter(pl.col("bin").eq_missing(pl.lit(bin_, pl.String)))
            found = (rows, company.row(0, named=True) if company.height else None)
            if rows["named"].is_not_null().any():
                return found
            if best is None or _tells(rows) > _tells(best[0]):
                best = found
        return best or (self.ask(metric, **where).clear(), None)

    def _of_division(self, rows: pl.DataFrame, cut: str) -> pl.DataFrame:
        if cut != "department" or self.scope.division is None:
            return rows
        lies_in = self.release.divisions()
        own = [name for name, division in lies_in.items() if division == self.scope.division]
        return rows.filter(pl.col("department").is_in(own))

    def _inside(self, first: date) -> bool:
        start, end = self.scope.start, self.scope.end
        return (start is None or first >= start) and (end is None or first < end)

    def _block_end(self) -> date | None:
        # one block begins on `start`: the next one must not be let in by an end in the middle of a week
        return None if self.scope.start is None else self.scope.start + timedelta(days=1)


def _tells(rows: pl.DataFrame) -> tuple[bool, bool]:
    """Return whether rows hold a value, and whether there are any that say why not."""
    return rows["value"].is_not_null().any(), not rows.is_empty()


def on_screen() -> Figures:
    """Return the figures on screen; without a release, say so and stop the page."""
    release = states.release()
    return Figures(release, scope(release))
