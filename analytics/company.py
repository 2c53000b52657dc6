"""release.company: what the pages say about the ground of the figures."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from analytics import visibility
from analytics.ground import Ground
from analytics.metrics import working_time
from analytics.privacy.lattice import lies_in
from analytics.vault.milestones import parse
from analytics.vault.workspace import Workspace

if TYPE_CHECKING:
    from analytics.vault.settings import Settings

LISTED_LAST = """
select count(distinct person)
from org
join person using (person)
where kind = 'human' and valid_to > (select max(valid_from) from org)
"""


def rows(ground: Ground, workspace: Workspace, path: Path) -> pl.DataFrame:
    """Return release.company: what the pages say about the ground of the figures."""
    settings = ground.settings
    spans = ground.connection.sql(
        "select tool, min(first_day) as first_day, max(last_day) as last_day,"
        " count(*) filter (grain = 'week' and days > 0) as weeks from period group by tool order by tool nulls first"
    ).pl()
    newest = ground.people.filter(pl.col("quarter").is_null())
    if newest.is_empty():
        newest = ground.people.filter(pl.col("quarter") == pl.col("quarter").max())
    headcount = ground.headcount.filter(pl.col("quarter").is_null())["headcount"].sum()
    # without an act there is no period in which to count them: those whom the HR file lists last; else nobody knows
    staff = (
        int(headcount)
        or newest.height
        or ground.connection.sql(LISTED_LAST).fetchall()[0][0]
        or None
    )
    whole = spans.filter(pl.col("tool").is_null())
    tools = spans.filter(pl.col("tool").is_not_null())
    cost = settings.hourly_cost or (None, None, None)
    items: dict[str, object] = {
        "name": settings.company or workspace.name,
        "workspace": workspace.name,
        "release": str(int(path.stem)),
        "threshold": str(settings.threshold),
        "published_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "first_day": str(whole["first_day"][0]) if whole.height else None,
        "last_day": str(whole["last_day"][0]) if whole.height else None,
        "headcount": _text(staff),
        "visible": str(newest.height) if staff else None,
        "tools": ",".join(tools["tool"]),
        "time_zone": settings.time_zone,
        "demo": "true" if settings.demo else None,
        "purpose": settings.purpose or None,
        "legal_basis": settings.legal_basis or None,
        "agreement": settings.agreement or None,
        "country": settings.country or None,
        "divisions": _divisions(ground.people),
        "keep_days": _text(settings.keep_days),
        "keep_days_by_tool": ", ".join(settings.keep_days_by_tool) or None,
        "currency": settings.currency,
        "milestones": _milestones(settings),
        "hourly_low": _text(cost[0]),
        "hourly_base": _text(cost[1]),
        "hourly_high": _text(cost[2]),
    }
    fit = visibility.fits(ground.connection)
    known = visibility.spans(ground.connection)
    items |= working_time.told(ground.connection, settings)
    items |= visibility.tools(known, newest, staff, fit, settings.threshold)
    return pl.DataFrame(
        list(items.items()), schema={"item": pl.String, "value": pl.String}, orient="row"
    )


def milestones(settings: "Settings") -> list[tuple[date, str, str | None]]:
    """Return the dates that the company named, oldest first: day, name, department (null = everybody)."""
    named = [parse(entry) for entry in settings.milestones]
    return sorted(((one.on, one.name, one.department) for one in named), key=lambda one: one[0])


def _milestones(settings: "Settings") -> str | None:
    told = [{"on": str(on), "name": name, "department": group} for on, name, group in milestones(settings)]  # fmt: skip
    return json.dumps(told, ensure_ascii=False) if told else None


def _divisions(people: pl.DataFrame) -> str | None:
    """Return which department lies in which division, as JSON; null = there are none."""
    told = dict(lies_in(people).iter_rows())
    return json.dumps(told, ensure_ascii=False) if told else None


def _text(value: float | None) -> str | None:
    return None if value is None else str(value)
