"""The demo company's conversations with customers, as Zendesk exports them: those about renewal wait longest."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
import numpy as np
import polars as pl

from analytics.demo import plan
from analytics.demo.clock import moments, utc
from analytics.demo.traffic import pushed_into_work

ACK_S = 3  # the system's receipt, which is no answer


def agents(staff: pl.DataFrame, takers: np.ndarray, first: date, department: str) -> pl.DataFrame:
    """Return who has a licence to answer customers in a department, with takes_part (in Slack) and is_idle, as planned."""
    stays = pl.col("leaves").is_null() & (pl.col("hired") <= first)
    own = staff.with_columns(takes_part=pl.Series(takers)).filter(stays, department=department)
    own = own.sort("level", "number", descending=True)
    within, alone = plan.DESK[department]
    slack = own.filter("takes_part").head(within + plan.IDLE.get(department, 0))
    return pl.concat([slack, own.filter(~pl.col("takes_part")).head(alone)]).with_columns(
        is_idle=pl.col("takes_part") & (pl.int_range(pl.len()) >= within)
    )


def write_tickets(
    staff: pl.DataFrame, desks: dict[str, pl.DataFrame], first: date, weeks: int, path: Path, draw: np.random.Generator
) -> Path:  # fmt: skip
    """Write a year's tickets with their comments, one JSON object a line; `desks`: who answers, by department."""
    lines, end = [], first + timedelta(weeks=weeks)  # what comes later is in a later export
    for phase, planned in plan.PHASES.items():
        idle, desk = (desks[planned.desk].filter(is_idle=is_idle) for is_idle in (True, False))
        count = round(planned.tickets * weeks)
        asked = moments(draw.integers(0, weeks, count), np.zeros(count), draw)
        wait = 60_000_000 + (draw.exponential(planned.hours * 3600, count) * 1e6).astype(np.int64)
        answered = pushed_into_work(asked + wait, draw)
        back = pushed_into_work(answered + wait, draw)
        zone = np.full(count, "Europe/Rome")
        when = [utc(first, us, zone).dt.truncate("1s") for us in (asked, asked + ACK_S * 1_000_000, answered, back)]  # fmt: skip
        at = [instant.dt.to_string("%Y-%m-%dT%H:%M:%SZ") for instant in when]
        in_time, back_in_time = (instant.dt.date() < end for instant in when[2:])
        customer = draw.integers(0, plan.CUSTOMERS, count)
        agent = draw.integers(0, desk.height, count)
        heard, asks_again = draw.random(count) < planned.answered, draw.random(count) < 0.1  # noqa: PLR2004  # one in ten
        for i in range(count):
            team = desk if heard[i] or not idle.height else idle
            person = team.row(int(agent[i]) % team.height, named=True)
            key, number = f"{phase}-{i}", int(customer[i])
            comments = [_comment(f"{key}.0", -1, at[1][i])]
            if heard[i] and in_time[i]:
                comments.append(_comment(f"{key}.1", person["number"], at[2][i]))
                if asks_again[i] and back_in_time[i]:
                    comments.append(_comment(f"{key}.2", 100_000 + number, at[3][i]))
            lines.append({
                "id": key, "created_at": at[0][i], "status": "open", "via": {}, "tags": [planned.tag], "comments": comments,
                "requester_id": 100_000 + number, "requester": {"id": 100_000 + number, "name": f"Cliente {number + 1}", "email": f"c{number}@cliente.example"},
                "assignee_id": person["number"], "assignee": {"id": person["number"], "name": person["name"], "email": person["email"]},
            })  # fmt: skip
    path.write_bytes(b"\n".join(msgspec.json.encode(line) for line in lines) + b"\n")
    return path


def _comment(key: str, author: int, at: str) -> dict[str, object]:
    return {"id": key, "author_id": author, "public": True, "created_at": at}
