"""Who takes up Slack in the demo company, how, and in which weeks: planned kinds in every department, not drawn ones."""

import numpy as np
import polars as pl

from analytics.demo import plan

NAMED = 4  # one message in so many names somebody


def adopters(staff: pl.DataFrame, draw: np.random.Generator) -> np.ndarray:
    """Return who ever takes up Slack: exactly the planned share of each department, spread evenly over levels and places.

    Managers get more mail once their people write upwards, and must not be more of those who took Slack up. Those who
    only answer customers are in this share, and not in Slack.
    """
    chosen = np.zeros(staff.height, bool)
    drawn = staff.select("number", "department", "level", "place").with_columns(at=pl.Series(draw.random(staff.height)))  # fmt: skip
    for number, planned in enumerate(plan.DEPARTMENTS):
        own = (
            drawn.filter(department=planned.name).sort("level", "place", "at")["number"].to_numpy()
        )
        if not len(own):
            continue
        share = max(round(planned.adopters * len(own)) - at_desk_alone(planned.name, len(own)), 0) / len(own)  # fmt: skip
        steps = np.floor(np.arange(len(own) + 1) * share + 0.37 * number % 1 + 1e-9)
        chosen[own] = np.diff(steps) > 0
    chosen[0] = True  # the head of the company takes part
    return chosen


def at_desk_alone(department: str, people: int) -> int:
    """Return how many of a department answer customers and are not in Slack."""
    _, alone = plan.DESK.get(department, (0, 0))
    return min(alone, people // 10)


def kinds(staff: pl.DataFrame, takers: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Return how each person takes part: usual, power, occasional, posting (and in no exchange), reading (named, and never writing) or none.

    As many of each as planned in every department: single people on a step of the funnel would be hidden, and with them
    the steps beside it. Who leads people or leaves is usual or reads.
    """
    kind = np.where(takers, "usual", "none").astype("<U10")
    department, leads = staff["department"].to_numpy(), np.isin(staff["number"], staff["manager"])
    stays, place = staff["leaves"].is_null().to_numpy(), staff["place"].to_numpy()
    for planned in plan.DEPARTMENTS:
        own = department == planned.name
        writing = draw.permutation(np.flatnonzero(own & takers & ~leads & stays))
        silent = draw.permutation(np.flatnonzero(own & ~takers))
        many = int((own & takers).sum())
        posting = min(max(plan.FEWEST, round(plan.POSTING * many)), len(writing) // 3)
        occasional = min(max(plan.FEWEST, round(plan.OCCASIONAL * many)), len(writing) // 3)
        kind[writing[:posting]] = "posting"
        kind[writing[posting : posting + occasional]] = "occasional"
        there = writing[place[writing] == usual_place(place[own])]
        kind[there[max(len(there) - plan.POWER.get(planned.name, 0), 0) :]] = "power"
        kind[silent[: round(plan.READING * len(silent))]] = "reading"
    return kind


def usual_place(place: np.ndarray) -> str | None:
    """Return where most people are, if there are any."""
    names, people = np.unique(place, return_counts=True)
    return str(names[people.argmax()]) if len(names) else None


def partners(staff: pl.DataFrame, kind: np.ndarray) -> dict[int, int]:
    """Return whom guests and a usual colleague of each name most: each other, or guests would be in no exchange."""
    department, stays = staff["department"].to_numpy(), staff["leaves"].is_null().to_numpy()
    found: dict[int, int] = {}
    for planned in plan.DEPARTMENTS:
        own = (department == planned.name) & stays
        guests, usual = (np.flatnonzero(own & (kind == one)) for one in ("occasional", "usual"))
        for guest, colleague in zip(guests.tolist(), usual.tolist(), strict=False):
            found |= {guest: colleague, colleague: guest}
    return found


def active_weeks(
    staff: pl.DataFrame, kind: np.ndarray, weeks: int, draw: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return (person, week) of every active week: an S-shaped uptake after the launch, then a habit with pauses.

    Whom the training brings begins with it or a week or two after it.
    """
    people = np.flatnonzero(~np.isin(kind, ("none", "reading")))
    own = kind[people]
    share = draw.uniform(0.02, 0.98, len(people))
    start = weeks * (plan.STEEPEST + 0.05 * np.log(share / (1 - share)))
    start = np.clip(start, weeks * plan.LAUNCH, weeks * plan.TAKEN_UP)
    late = trained(staff, people, draw)
    start[late] = round(weeks * plan.TRAINING) + draw.integers(0, 3, len(late))
    habit = np.where(own == "power", 1.0, draw.beta(28, 3, len(people)))
    grid = np.arange(weeks)
    gone = draw.integers(round(weeks * plan.LAUNCH), weeks, len(people))
    back = gone + draw.integers(*plan.AWAY_WEEKS, len(people))
    is_away = (grid >= gone[:, None]) & (grid < back[:, None])
    # single ones of those of whom a department has a few would be missing on their step
    beside = np.isin(people, [*partners(staff, kind)])
    is_away &= ((draw.random(len(people)) < plan.AWAY) & (own == "usual") & ~beside)[:, None]
    active = (grid >= start[:, None]) & ~is_away
    visits = draw.choice(plan.OCCASIONAL_AFTER, (len(people), weeks)).cumsum(axis=1)
    guest = (visits[:, :, None] == grid + min(plan.OCCASIONAL_AFTER)).any(axis=1)
    comes = draw.random((len(people), weeks)) < habit[:, None]
    active &= np.where((own == "occasional")[:, None], guest, comes)
    row, week = np.nonzero(active)
    return people[row], week


def trained(staff: pl.DataFrame, people: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Return which of the takers (places in `people`) come by the training: those beyond the usual share."""
    department = staff["department"].to_numpy()
    own = np.flatnonzero(department[people] == plan.TRAINED)
    everybody = int((department == plan.TRAINED).sum())
    usual = round(plan.USUAL * everybody) - at_desk_alone(plan.TRAINED, everybody)
    return draw.permutation(own)[usual:]


def named(members: np.ndarray, kind: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return those of a room whom its messages name, in turn: who writes there, and who is planned to read alone."""
    own = kind[members]
    groups = members[~np.isin(own, ("none", "reading"))], members[own == "reading"]
    return tuple(group for group in groups if len(group))


def who_is_named(
    row: int, sender: int, groups: tuple[np.ndarray, ...], beside: dict[int, int]
) -> int | None:
    """Return whom a message names, if anybody: one in four does, the sender's partner or somebody of the groups in turn."""
    turn, rest = divmod(row, NAMED)
    if rest or not groups:
        return None
    if sender in beside:
        return beside[sender]
    group = groups[turn % len(groups)]
    other = int(group[turn // len(groups) % len(group)])
    return other if other != sender else None
