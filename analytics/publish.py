"""From the vault to a release: metrics over the lattice, statistics, audit, findings, one sealed file."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from analytics import beside, company, figures, findings, history, press, visibility
from analytics.ground import Ground, lay
from analytics.metrics import catalogue, hierarchy, seats, time_cost, week_hours
from analytics.metrics import panel as panels
from analytics.privacy.lattice import LABELS
from analytics.privacy.ledger import Seen
from analytics.telling import contradicted, covered, unseen, what_can_be_told
from analytics.vault import rollups, store
from analytics.vault.workspace import Workspace

Progress = Callable[[dict[str, Any]], None]


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
        ground = lay(connection, workspace)
        tell({"stage": "computing the figures", "done": 3, "total": 4})
        frames = compute(ground, workspace)
        path = workspace.next_release_path()
        frames["company"] = company.rows(ground, workspace, path)
        marks = panels.marks(connection)
    tell({"stage": "publishing", "done": 4, "total": 4})
    press.write(path, frames)
    seen = Seen(ground.raw, ground.people, ground.mask.frame.filter("shown"), marks)
    # written first: what nobody saw is better remembered than what was seen forgotten
    history.remember(workspace, ground.past, seen, int(path.stem), ground.settings.threshold)
    return workspace.publish_pointer(path)


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
    voices = unseen(catalogue.finished(connection, settings), computable)
    network, flow = hierarchy.figures(connection, ground.people, settings, ground.seed)
    finished = [figures.where_shown(part, ground.mask.frame) for part in (voices, network)]
    finished[0] = week_hours.among_departments(finished[0])
    rows = [press.conform("release.figure", part) for part in (linear, cost, *finished)]
    shown_before = history.figures(workspace)
    limited = {tool for tool in ground.past.starts if tool and settings.days_kept(tool)}
    figure = history.carry(
        pl.concat(rows),
        ground.mask.frame,
        ground.past,
        shown_before,
        limited | ({None} if limited else set()),
    )
    lines = ground.past.known.lines
    before = shown_before, lines[-1].last_day if lines else None
    figure = beside.figures(connection, figure, ground.mask.frame, settings.threshold, before)
    told = contradicted(computable, network)
    return {
        "figure": figure,
        "flow": between_shown(flow, figure),
        "finding": findings.select(
            figure, passports.values(), told, company.milestones(settings), ground.past.reach
        ),
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


def between_shown(flow: pl.DataFrame, figure: pl.DataFrame) -> pl.DataFrame:
    """Return the flows, those from or to a group of which that period shows no figure without their ratio.

    The mask alone would let a group through all of whose figures are hidden for what they would tell of others.
    """
    told = figure.filter(pl.col("reason").is_null(), pl.col("n").is_not_null())
    groups = pl.concat(
        told.filter(pl.col(other).is_null() for other in (*LABELS, "tool") if other != cut)
        .drop_nulls(cut)
        .select("grain", "period", cut=pl.lit(cut), group=cut)
        for cut in ("department", "level")
    ).unique()
    known = groups.with_columns(is_shown=pl.lit(value=True))
    for end in ("source", "target"):
        flow = flow.join(
            known.rename({"group": end}), on=["grain", "period", "cut", end], how="left", nulls_equal=True,
            maintain_order="left",
        ).with_columns(
            reason=pl.when(pl.col("reason").is_null() & pl.col("is_shown").is_null()).then(pl.lit("protected")).otherwise("reason")
        ).drop("is_shown")  # fmt: skip
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
