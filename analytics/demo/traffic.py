"""Mail of the demo company, as an interaction log."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from analytics.demo import plan
from analytics.demo.clock import CLOSES, DAY, OPENS, SATURDAY, WEEK, moments, utc, worked
from analytics.demo.people import days_off, distances, lateness

# how much likelier one writes to somebody this many steps away in the tree
NEARNESS = np.array([0.0, 30.0, 8.0, 2.2, 1.4, 1.0, 0.8, 0.7, 0.6, 0.6, 0.6, 0.6])
MAILS_A_WEEK = 5.0


@dataclass(frozen=True)
class Acts:
    """Mails or meetings: one entry an act, `recipients` one array of people an act."""

    id: list[str]
    sender: np.ndarray
    at: pl.Series
    recipients: list[np.ndarray]
    reply_to: list[str | None]
    minutes: np.ndarray | None = None


def mail(staff: pl.DataFrame, first: date, weeks: int, draw: np.random.Generator) -> Acts:
    """Return a year's mail with the planted flattening and the silent head."""
    n = staff.height
    department, manager = staff["department"].to_numpy(), staff["manager"].to_numpy()
    level = staff["level"].to_numpy()
    steps = distances(manager)
    busy = draw.lognormal(0.0, plan.APART, n)
    switch = round(weeks * plan.SWITCH)
    # who leads people writes to them as before, or superiors would be answered less
    mixing = (department == plan.FLATTENING) & ~np.isin(np.arange(n), manager)
    silent = (department == plan.SILENT) & (level == 1)
    senders, week_of, first_to = [], [], []
    for person in range(
        n
    ):  # the drawing of a company, not a measurement: a loop over people is fine here
        near = NEARNESS[np.minimum(steps[person], len(NEARNESS) - 1)] * busy
        near[person] = 0.0
        elsewhere = np.where(department == department[person], 0.0, busy)
        for start, stop, after in ((0, switch, False), (switch, weeks, True)):
            rate = (
                MAILS_A_WEEK
                * busy[person]
                * (plan.SILENT_WRITES if silent[person] and after else 1.0)
            )
            total = draw.poisson(rate * (stop - start))
            chance = near / near.sum()
            if mixing[person] and after:
                up = np.isin(np.arange(n), [manager[person], manager[manager[person]]]) / 2
                chance = (1 - plan.MIXED - plan.UPWARD) * chance + plan.MIXED * elsewhere / elsewhere.sum() + plan.UPWARD * up  # fmt: skip
            senders.append(np.full(total, person))
            week_of.append(draw.integers(start, stop, total))
            first_to.append(draw.choice(n, total, p=chance))
    sender, week, to = map(np.concatenate, (senders, week_of, first_to))
    local = moments(week, lateness(staff)[sender], draw)
    return with_answers(staff, first, weeks, (sender, week, to, local), silent, switch, draw)


def with_answers(
    staff: pl.DataFrame,
    first: date,
    weeks: int,
    sent: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    silent: np.ndarray,
    switch: int,
    draw: np.random.Generator,
) -> Acts:
    """Add answers, copies to colleagues and heads' news to everybody in the department."""
    sender, week, to, local = sent
    zone = staff["zone"].to_numpy()
    listening = {planned.name: planned.listening for planned in plan.DEPARTMENTS}
    heard = plan.ANSWERED + plan.ANSWERED_MORE * staff["department"].replace_strict(listening, default=0.0).to_numpy()  # fmt: skip
    answers = draw.random(len(sender)) < np.where(
        silent[to] & (week >= switch), plan.SILENT_ANSWERED, heard[sender]
    )
    delay = (
        draw.exponential(2.2 * 3600, int(answers.sum())).astype(np.int64) * 1_000_000 + 60_000_000
    )
    # who answers lives by another clock, perhaps an hour behind the one that the question was asked by
    own, theirs = (
        utc(first, local[answers], zone[who[answers]]).dt.epoch("us") for who in (sender, to)
    )
    behind = (theirs - own).to_numpy()
    answer_local = pushed_into_work(local[answers] - behind + delay, draw)
    ids = [f"<{i}@aurelia.example>" for i in range(len(sender))]
    answer_ids = [f"<a{i}@aurelia.example>" for i in np.flatnonzero(answers)]
    heads = np.flatnonzero(staff["level"].to_numpy() == 1)
    news_head = np.repeat(heads, weeks)
    news_week = np.tile(np.arange(weeks), len(heads))
    told = ~(silent[news_head] & (news_week >= switch))
    news_head, news_week = news_head[told], news_week[told]
    # on a day that is free nowhere: by chance one quarter would have fewer than the next
    news_second = plan.NEWS_DAY * DAY + draw.integers(OPENS, CLOSES, len(news_week))
    news_local = (news_week * WEEK + news_second) * 1_000_000
    department = staff["department"].to_numpy()
    members = {
        head: np.flatnonzero((department == department[head]) & (np.arange(staff.height) != head))
        for head in heads
    }
    peers = peers_of(staff)
    copies = draw.random(len(sender)) < 0.25  # noqa: PLR2004  # one mail in four has a second reader
    recipients = [
        np.array([a]) if not copy else np.unique([a, b])
        for a, b, copy in zip(to, colleagues(sender, peers, draw), copies, strict=True)
    ]
    recipients = [r[r != s] for r, s in zip(recipients, sender, strict=True)]
    everybody = np.concatenate([sender, to[answers], news_head])
    when = np.concatenate([local, answer_local, news_local])
    acts = Acts(
        id=ids + answer_ids + [f"<n{i}@aurelia.example>" for i in range(len(news_head))],
        sender=everybody,
        at=utc(first, when, zone[everybody]),
        recipients=recipients
        + [np.array([s]) for s in sender[answers]]
        + [members[h] for h in news_head],
        reply_to=[None] * len(ids)
        + [ids[i] for i in np.flatnonzero(answers)]
        + [None] * len(news_head),
    )
    return employed(acts, staff, first, weeks)


def pushed_into_work(local: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Return the moments with nights and weekends moved to the next working morning, but for some evenings."""
    second = local // 1_000_000
    of_day = second % DAY
    day = second // DAY + (of_day > CLOSES)
    weekday = day % 7
    day += np.where(weekday >= SATURDAY, 7 - weekday, 0)
    moved = (day > second // DAY) | (of_day < OPENS)
    moved &= (of_day < CLOSES) | (draw.random(len(local)) > plan.ANSWERED_LATE)
    morning = OPENS + draw.integers(0, 3 * 3600, len(local))
    return np.where(moved, day * DAY + morning, second) * 1_000_000 + local % 1_000_000


def peers_of(staff: pl.DataFrame) -> list[np.ndarray]:
    """Return for each person those with the same manager, or the manager's manager alone."""
    manager = staff["manager"].to_numpy()
    teams = {m: np.flatnonzero(manager == m) for m in np.unique(manager)}
    return [teams[m] for m in manager]


def colleagues(
    sender: np.ndarray, peers: list[np.ndarray], draw: np.random.Generator
) -> np.ndarray:
    """Return one peer for each act."""
    pick = draw.random(len(sender))
    return np.array([peers[s][int(u * len(peers[s]))] for s, u in zip(sender, pick, strict=True)])


def employed(acts: Acts, staff: pl.DataFrame, first: date, weeks: int) -> Acts:
    """Keep the acts of people who are in the company and at work on the day, inside the weeks, with somebody to reach."""
    day = acts.at.dt.date().to_numpy()
    hired = staff["hired"].to_numpy()
    leaves = staff["leaves"].fill_null(date(9999, 1, 1)).to_numpy()
    place = staff["place"].to_numpy()[acts.sender]
    off = days_off(place, first, first + timedelta(weeks=weeks))
    start = np.datetime64(first)
    inside = (day >= start) & (day < start + np.timedelta64(weeks * 7, "D"))
    here = (
        (day >= hired[acts.sender])
        & (day < leaves[acts.sender])
        & inside
        & worked(acts.at, place, off)
    )
    reached = [
        r[(hired[r] <= d) & (leaves[r] > d)] for r, d in zip(acts.recipients, day, strict=True)
    ]
    keep = np.flatnonzero(here & np.array([len(r) > 0 for r in reached]))
    return Acts(
        id=[acts.id[i] for i in keep],
        sender=acts.sender[keep],
        at=acts.at[keep],
        recipients=[reached[i] for i in keep],
        reply_to=[acts.reply_to[i] for i in keep],
        minutes=None if acts.minutes is None else acts.minutes[keep],
    )


def write_log(acts: Acts, staff: pl.DataFrame, path: Path) -> Path:
    """Write the acts as an interaction log, one row a delivery, oldest first."""
    emails = staff["email"]
    counts = np.array([len(r) for r in acts.recipients])
    index = np.repeat(np.arange(len(counts)), counts)
    log = pl.DataFrame({
        "sent_at": acts.at.gather(index).dt.truncate("1s").dt.to_string("%Y-%m-%dT%H:%M:%SZ"),
        "from": emails.gather(acts.sender[index]),
        "to": emails.gather(np.concatenate(acts.recipients)),
        "kind": "email",
        "tool": "mail",
        "message_id": pl.Series(acts.id).gather(index),
        "in_reply_to": pl.Series(acts.reply_to, dtype=pl.String).gather(index),
    })  # fmt: skip
    log.sort("sent_at", "message_id").write_csv(path)
    return path
