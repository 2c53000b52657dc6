"""Who works in the demo company: people, places and the tree of managers."""

import math
from datetime import date, timedelta

import numpy as np
import polars as pl

from analytics import calendars
from analytics.demo import plan
from analytics.demo.names import FAMILY, GIVEN
from analytics.demo.plan import DEPARTMENTS, ENGINEERING, PLACES


def sizes(people: int) -> list[int]:
    """Return how many people each department has; the head of the company is one more."""
    exact = [department.share * (people - 1) for department in DEPARTMENTS]
    floor = [math.floor(part) for part in exact]
    order = sorted(range(len(exact)), key=lambda i: floor[i] - exact[i])
    for i in order[: people - 1 - sum(floor)]:
        floor[i] += 1
    return floor


def staff(people: int, first_day: date, last_day: date, draw: np.random.Generator) -> pl.DataFrame:
    """Return one row a person: number, department, level, manager (a number), place, zone, name, email, hired, leaves."""
    department, level, manager = [-1], [0], [-1]
    for index, size in enumerate(sizes(people)):
        tree(index, size, department, level, manager, draw)
    n = len(department)
    place = places(department, draw)
    names = unique_names(n, draw)
    emails = [address(name, i) for i, name in enumerate(names)]
    hired: list[date | None] = [
        first_day - timedelta(days=int(days)) for days in draw.integers(60, 3600, n)
    ]
    leaves: list[date | None] = [None] * n
    leaf = np.setdiff1d(np.arange(n), manager)
    named = np.array([DEPARTMENTS[i].name if i >= 0 else "Direzione" for i in department])
    for where, when, days in ((plan.COME, plan.COMING, hired), (plan.GO, plan.GOING, leaves)):
        own = leaf[(named[leaf] == where[0]) & (np.array(place)[leaf] == where[1])]
        for i in draw.choice(own, min(round(plan.MOVERS * n), len(own) // 2), replace=False):
            days[i] = first_day + draw.uniform(*when) * (last_day - first_day)
    return pl.DataFrame({
        "number": np.arange(n),
        "department": named,
        "level": level,
        "manager": manager,
        "place": place,
        "zone": [PLACES[name][0] for name in place],
        "name": names,
        "email": emails,
        "hired": hired,
        "leaves": pl.Series(leaves, dtype=pl.Date),
    })  # fmt: skip


def places(department: list[int], draw: np.random.Generator) -> list[str]:
    """Return where each person works, in every department in the planned shares, to one person: Engineering mostly in Berlin."""
    names = list(PLACES)
    own = np.array(department)
    place = np.empty(len(own), dtype=object)
    for number in np.unique(own):
        who = np.flatnonzero(own == number)
        share = 1 if DEPARTMENTS[number].name == ENGINEERING and number >= 0 else 2
        ends = np.cumsum([PLACES[name][share] for name in names])
        # a start of its own for each, so that the rounding of small ones evens out
        ranks = (draw.permutation(len(who)) + 0.37 * (number + 1) % 1) / len(who)
        place[who] = np.array(names)[np.minimum(np.searchsorted(ends, ranks), len(names) - 1)]
    return list(place)


def lateness(staff: pl.DataFrame) -> np.ndarray:
    """Return each person's planned share of acts outside working hours."""
    late = {department.name: department.late for department in DEPARTMENTS}
    there = np.where(staff["department"].to_numpy() == ENGINEERING, plan.ENGINEERING_THERE, plan.BERLIN_LATE)  # fmt: skip
    by_place = np.where(staff["place"].to_numpy() == "Berlin", there, 0.0)
    by_level = np.where(staff["level"].is_between(1, 2).to_numpy(), plan.MANAGERS_LATE, 0.0)
    own = staff["department"].replace_strict(late, default=plan.USUAL_LATE).to_numpy()
    return np.clip(own + np.maximum(by_place, by_level), 0, 1)


def days_off(place: np.ndarray, first: date, last: date) -> dict[str, set[date]]:
    """Return the public holidays of each place from first to last."""
    return {
        str(name): calendars.days_off(plan.HOLIDAYS[name], first, last) for name in np.unique(place)
    }


def tree(
    index: int,
    size: int,
    department: list[int],
    level: list[int],
    manager: list[int],
    draw: np.random.Generator,
) -> None:
    """Append one department: a head, managers of some twenty people, leads of some nine, staff."""
    start = len(department)
    managers = min(max(round(size / 20), 1), max(size - 1, 0))
    leads = max(min(round(size / 9), size - 1 - managers), 0) if size > 40 else 0  # noqa: PLR2004  # small ones have no leads
    plan = [(1, [0])] + [(2, [start])] * managers
    plan += [(3, list(range(start + 1, start + 1 + managers)))] * leads
    above = (
        range(start + 1 + managers, start + 1 + managers + leads)
        if leads
        else range(start + 1, start + 1 + managers)
    )
    rest = size - len(plan)
    plan += [(4 if leads else 3, list(above) or [start])] * rest
    for position, (step, bosses) in enumerate(plan[:size]):
        department.append(index)
        level.append(step)
        # staff spread evenly, so that every lead has a team
        manager.append(bosses[position % len(bosses)] if step > 2 else int(draw.choice(bosses)))  # noqa: PLR2004


def unique_names(n: int, draw: np.random.Generator) -> list[str]:
    """Return n different full names; when the lists run out a middle initial sets people apart."""
    pairs = draw.permutation(len(GIVEN) * len(FAMILY))
    names = []
    for i in range(n):
        turn, pick = divmod(i, len(pairs))
        given, family = divmod(int(pairs[pick]), len(FAMILY))
        initial = f" {chr(65 + turn % 26)}." if turn else ""
        names.append(f"{GIVEN[given]}{initial} {FAMILY[family]}")
    return names


def address(name: str, number: int) -> str:
    """Return the work address that belongs to a name."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", name.replace("ø", "o").replace("Ø", "O"))
    letters = "".join(
        c if c.isascii() and c.isalpha() else "." for c in plain if not unicodedata.combining(c)
    )
    return f"{letters.lower().replace('..', '.').strip('.')}.{number}@aurelia.example"


def distances(manager: np.ndarray) -> np.ndarray:
    """Return the steps between any two people in the tree, n × n."""
    n = len(manager)
    depth = np.zeros(n, int)
    for i in range(1, n):  # a manager always comes before the people who report to him
        depth[i] = depth[manager[i]] + 1
    width = depth.max() + 1
    lines = np.full((n, width), -1)
    for i in range(n):
        if i:
            lines[i] = lines[manager[i]]
        lines[i, depth[i]] = i
    common = np.zeros((n, n), np.int16)
    same = np.ones((n, n), bool)
    for step in range(width):
        same &= (lines[:, None, step] == lines[None, :, step]) & (lines[:, None, step] >= 0)
        common += same
    return (depth[:, None] + depth[None, :] - 2 * (common - 1)).astype(np.int16)
