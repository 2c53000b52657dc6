"""From the vault to a release: metrics over the lattice, statistics, audit, findings, one sealed file."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics import beside, figures, findings, history, press, visibility
from analytics.metrics import catalogue, hierarchy, seats, time_cost, week_hours, working_time
from analytics.metrics import panel as panels
from analytics.metrics.passport import CUTS
from analytics.privacy import merge, suppress
from analytics.privacy.lattice import LABELS, lies_in
from analytics.privacy.ledger import Seen
from analytics.vault import ledger, rollups, store
from analytics.vault.milestones import parse
from analytics.vault.workspace import Workspace

if TYPE_CHECKING:
    import duckdb

    from analytics.vault.settings import Settings

LOW_COVERAGE = (
    0.8  # a group of whom we see less is not shown: it would speak for people it does not know
)
LISTED_LAST = """
select count(distinct person)
from org
join person using (person)
where kind = 'human' and valid_to > (select max(valid_from) from org)
"""
Progress = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Ground:
    """What every figure rests on: the store's connection, settings, people and what may be shown of them."""

    connection: "duckdb.DuckDBPyConnection"
    settings: "Settings"
    past: history.Past
    raw: pl.DataFrame  # the panel
    people: pl.DataFrame  # the panel with merged labels
    headcount: pl.DataFrame
    mask: suppress.Mask
    seed: int
    merged: int  # small groups that were joined with their neighbours


def publish(workspace: Workspace, progress: Progress | None = None) -> Path:
    """Compute a new release of the workspace, point to it, and return its file.

    Until the pointer moves, readers see the release before; a crash leaves it standing.
    """
    tell = progress or (lambda _: None)
    tell({"stage": "putting the imports together", "done": 1, "total": 4})
    built = store.build(workspace)
    with built.connect() as connection:
        rollups.build(connection, built.folder / "rollups", workspace.settings)
        tell({"stage": "choosing what may be shown", "done": 2, "total": 4})
        ground = lay(connection, workspace, built.fingerprint)
        tell({"stage": "computing the figures", "done": 3, "total": 4})
        frames = compute(ground, workspace)
        path = workspace.next_release_path()
        frames["company"] = company(ground, workspace, path)
        marks = panels.marks(connection)
    tell({"stage": "publishing", "done": 4, "total": 4})
    press.write(path, frames)
    seen = Seen(ground.raw, ground.people, ground.mask.frame.filter("shown"), marks)
    # written first: what nobody saw is better remembered than what was seen forgotten
    history.remember(workspace, ground.past, seen, int(path.stem), ground.settings.threshold)
    return workspace.publish_pointer(path)


def lay(connection: "duckdb.DuckDBPyConnection", workspace: Workspace, fingerprint: str) -> Ground:
    """Return the ground of a release: panel, merged labels, mask.

    The same store after the same releases gives the same ground.
    """
    settings = workspace.settings
    k = settings.threshold
    seed = int(hashlib.sha256(fingerprint.encode()).hexdigest()[:8], 16)
    fresh = panels.panel(connection, settings)
    past = history.read(connection, workspace)
    raw = past.panel(fresh, connection.sql("select person from person").pl()["person"])
    people = merge.merge_small(raw, k)
    mask = suppress.mask(people, k, seed, past.earlier())
    return Ground(
        connection=connection,
        settings=settings,
        past=past,
        raw=raw,
        people=people,
        headcount=headcounts(connection, raw, people),
        mask=history.hide_late(mask, people, past, connection, k, seed),
        seed=seed,
        merged=joined(raw, people),
    )


def joined(raw: pl.DataFrame, people: pl.DataFrame) -> int:
    """Return how many divisions, departments, levels and places stand under another label than their own."""
    keys = ["quarter", "person"]
    return sum(
        raw.select(*keys, own=label)
        .join(people.select(*keys, label), on=keys, nulls_equal=True)
        .filter(pl.col("own").ne_missing(pl.col(label)))["own"]
        .n_unique()
        for label in LABELS
    )


def headcounts(
    connection: "duckdb.DuckDBPyConnection", raw: pl.DataFrame, people: pl.DataFrame
) -> pl.DataFrame:
    """Return quarter, division, department, level, location, headcount: everybody in the HR file, seen or not.

    Labels as merged in the panel; people whose label nobody in the panel has are counted without it.
    """
    spans = connection.sql(
        "select nullif(quarter, date '0001-01-01') as quarter, first_day, last_day from period"
        " where grain in ('quarter', 'all') and tool is null"
    ).pl()
    org = connection.sql(
        "select person, valid_from, valid_to, division, department, level::varchar as level, location from org"
        " join person using (person) where kind = 'human'"
    ).pl()
    day = pl.when(pl.col("quarter").is_null()).then("last_day").otherwise("first_day")
    placed = org.join(spans, how="cross").filter(
        pl.col("valid_from") <= day, pl.col("valid_to") > day
    )
    placed = placed.unique(["quarter", "person"], keep="any")
    keys = ["quarter", "person"]
    for label in LABELS:
        names = (
            raw.select(*keys, label)
            .join(people.select(*keys, merged=label), on=keys, nulls_equal=True)
            .select("quarter", label, "merged")
            .unique(["quarter", label], keep="any")
        )
        placed = (
            placed.join(names, on=["quarter", label], how="left", nulls_equal=True)
            .with_columns(pl.col("merged").alias(label))
            .drop("merged")
        )
    placed = (
        placed.join(lies_in(people), on="department", how="left")
        .with_columns(division=pl.coalesce("lies_in", "division"))
        .drop("lies_in")
    )
    return placed.group_by("quarter", *LABELS).agg(headcount=pl.len())


def compute(ground: Ground, workspace: Workspace) -> dict[str, pl.DataFrame]:
    """Return every table of the release but `company`."""
    passports = {passport.id: passport for passport in catalogue.passports()}
    connection, settings = ground.connection, ground.settings
    computable = what_can_be_told(ground, workspace)
    sums = unseen(
        covered(catalogue.cells(connection, ground.people, settings), ground.headcount), computable
    )
    linear = figures.finish(sums, ground.mask.frame, passports, settings.threshold, ground.people)
    linear = seats.over_headcount(linear, ground.headcount)
    cost = time_cost.cost(linear, settings.hourly_cost)
    voices = unseen(catalogue.finished(connection, ground.people, settings), computable)
    network, flow = hierarchy.figures(connection, ground.people, settings, ground.seed)
    finished = [figures.where_shown(part, ground.mask.frame) for part in (voices, network)]
    finished[0] = week_hours.among_departments(finished[0])
    rows = [press.conform("release.figure", part) for part in (linear, cost, *finished)]
    limited = {tool for tool in ground.past.starts if tool and settings.days_kept(tool)}
    figure = history.carry(
        pl.concat(rows),
        ground.mask.frame,
        ground.past,
        workspace.current_release(),
        limited | ({None} if limited else set()),
    )
    lines = ground.past.known.lines
    before = history.figures(workspace), lines[-1].last_day if lines else None
    figure = beside.figures(connection, figure, ground.mask.frame, settings.threshold, before)
    told = contradicted(computable, network)
    return {
        "figure": figure,
        "flow": between_shown(flow, ground.mask.frame),
        "finding": findings.select(figure, passports.values(), told, _dated(settings)),
        "passport": passport_rows(passports),
        "coverage": visibility.rows(
            connection, ground.headcount, ground.mask.frame, settings.threshold
        ),
        "computable": told,
        "certificate": certificate_rows(
            ground,
            figure,
            figures.certificate(
                sums, ground.mask.frame, passports, settings.threshold, linear, ground.people
            ),
        ),
    }


def covered(sums: pl.DataFrame, headcount: pl.DataFrame) -> pl.DataFrame:
    """Return the sums with `coverage`, people seen of the headcount, and the reason where it is low."""
    if headcount.is_empty() or sums.is_empty():
        return sums.with_columns(coverage=pl.lit(None, pl.Float64))
    parts = []
    for (cut,), part in sums.group_by("cut", maintain_order=True):
        labels = [label for label in CUTS[cut] if label != "tool"]
        every = (
            headcount.drop_nulls(labels).group_by("quarter", *labels).agg(pl.col("headcount").sum())
        )
        joined = part.join(every, on=["quarter", *labels], how="left", nulls_equal=True)
        parts.append(joined)
    share = (pl.col("n") / pl.col("headcount")).clip(0, 1).round_sig_figs(2)
    low = (
        (pl.col("coverage") < LOW_COVERAGE)
        & pl.col("reason").is_null()
        & pl.col("tool").is_null()
        & (pl.col("metric") != "retention")  # a cohort is a part of the people by its nature
    )
    return (
        pl.concat(parts)
        .with_columns(coverage=share)
        .with_columns(reason=pl.when(low).then(pl.lit("low_coverage")).otherwise("reason"))
        .drop("headcount")
    )


def what_can_be_told(ground: Ground, workspace: Workspace) -> pl.DataFrame:
    """Return release.computable for what the live imports together provide."""
    provided = {word for entry in ledger.live(workspace) for word in entry.report["provides"]}
    if ground.settings.time_zone:
        provided.add("time_zones")
    return visibility.can_be_told(
        provided,
        visibility.fits(ground.connection),
        # not the headcount: of a vendor's totals alone there is no period in which to count
        has_org=bool(ground.connection.sql("from org limit 1").fetchall()),
        has_cost=ground.settings.hourly_cost is not None,
    )


def unseen(rows: pl.DataFrame, computable: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with the reason why, where no import of the workspace could tell the metric."""
    missing = computable.filter(~pl.col("computable")).select("metric", missing="reason")
    return (
        rows.join(missing, on="metric", how="left", maintain_order="left")
        .with_columns(reason=pl.coalesce("missing", "reason"))
        .drop("missing")
    )


def contradicted(computable: pl.DataFrame, network: pl.DataFrame) -> pl.DataFrame:
    """Return release.computable with what the data themselves rule out: an org chart that does not fit."""
    broken = (
        network.filter(pl.col("grain") == "all", pl.col("tool").is_null())
        .group_by("metric")
        .agg(misfit=pl.col("reason").eq_missing("org_mismatch").all())
        .filter("misfit")
    )
    return (
        computable.join(broken, on="metric", how="left", maintain_order="left")
        .with_columns(
            computable=pl.col("computable") & ~pl.col("misfit").fill_null(value=False),
            reason=pl.when("misfit").then(pl.lit("org_mismatch")).otherwise("reason"),
            needs=pl.when("misfit")
            .then(
                pl.lit("An HR file whose ids are those of the messages, dated inside the period.")
            )
            .otherwise("needs"),
        )
        .drop("misfit")
    )


def between_shown(flow: pl.DataFrame, mask: pl.DataFrame) -> pl.DataFrame:
    """Return the flows, those from or to a group that the mask hides in that period without their ratio."""
    groups = pl.concat(
        mask.filter(
            "shown", *(pl.col(other).is_null() for other in (*LABELS, "tool") if other != cut)
        )
        .drop_nulls(cut)
        .select(period="quarter", cut=pl.lit(cut), group=cut, is_shown=pl.lit(value=True))
        for cut in ("department", "level")
    )
    for end in ("source", "target"):
        flow = (
            flow.join(
                groups,
                left_on=["period", "cut", end],
                right_on=["period", "cut", "group"],
                how="left",
                nulls_equal=True,
                maintain_order="left",
            )
            .with_columns(
                reason=pl.when(pl.col("reason").is_null() & pl.col("is_shown").is_null())
                .then(pl.lit("protected"))
                .otherwise("reason")
            )
            .drop("is_shown")
        )
    return flow.with_columns(ratio=pl.when(pl.col("reason").is_null()).then("ratio"))


def passport_rows(passports: dict[str, Any]) -> pl.DataFrame:
    """Return release.passport."""
    return pl.DataFrame(
        [
            {
                "position": i,
                "metric": id_,
                "passport": json.dumps(passport.as_dict(), ensure_ascii=False),
            }
            for i, (id_, passport) in enumerate(passports.items())
        ]
    )


def certificate_rows(
    ground: Ground, figure: pl.DataFrame, by_value: dict[str, object]
) -> pl.DataFrame:
    """Return release.certificate: what the audit tried, and what was withheld, for its people or `by_value`."""
    hidden = figure.filter(
        pl.col("reason").is_in(["small_group", "protected", "dominated", "nearly_all_or_none"])
    )
    items = {
        **ground.mask.certificate,
        "merged": ground.merged,
        "figures": figure.filter(pl.col("value").is_not_null()).height,
        "withheld": hidden.height,
        "carried": figure.filter(pl.col("as_of").is_not_null()).height,
        **by_value,
        "panel_hash": hashlib.sha256(
            ground.people.sort(ground.people.columns).write_csv().encode()
        ).hexdigest()[:16],
    }
    return pl.DataFrame(
        [
            {"item": item, "value": value if isinstance(value, str) else json.dumps(value)}
            for item, value in items.items()
        ]
    )


def company(ground: Ground, workspace: Workspace, path: Path) -> pl.DataFrame:
    """Return release.company: what the pages say about the ground of the figures."""
    settings = ground.settings
    spans = ground.connection.sql(
        "select tool, min(first_day) as first_day, max(last_day) as last_day,"
        " count(*) filter (grain = 'week') as weeks from period group by tool order by tool nulls first"
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


def _dated(settings: "Settings") -> list[tuple[date, str, str | None]]:
    """Return the dates that the company named, oldest first: day, name, department (null = everybody)."""
    named = [parse(entry) for entry in settings.milestones]
    return sorted(((one.on, one.name, one.department) for one in named), key=lambda one: one[0])


def _milestones(settings: "Settings") -> str | None:
    told = [{"on": str(on), "name": name, "department": group} for on, name, group in _dated(settings)]  # fmt: skip
    return json.dumps(told, ensure_ascii=False) if told else None


def _divisions(people: pl.DataFrame) -> str | None:
    """Return which department lies in which division, as JSON; null = there are none."""
    told = dict(lies_in(people).iter_rows())
    return json.dumps(told, ensure_ascii=False) if told else None


def _text(value: float | None) -> str | None:
    return None if value is None else str(value)
