"""Random companies for the privacy tests: skewed departments, levels, sites, tools, people who move, come and go."""

from datetime import date

import numpy as np
import polars as pl

QUARTERS = (date(2025, 12, 29), date(2026, 3, 30), date(2026, 6, 29), date(2026, 9, 28))
LEVELS = (0.01, 0.05, 0.1, 0.3, 0.34, 0.2)
TOOLS = {"slack": 0.95, "mail": 0.6, "teams": 0.3}


def organisation(
    seed: int,
    people: int | None = None,
    quarters: int | None = None,
    tools: int | None = None,
    units: int | None = None,
    sites: int | None = None,
    divisions: int = 0,
) -> pl.DataFrame:
    """A panel: quarter (null = whole), person, department, level, location, branch, tools, weeks; with divisions also division.

    A tenth of the people stand in another division than their department, and some in none.
    """
    rng = np.random.default_rng(seed)
    people = people or int(rng.integers(60, 1201))
    quarters = quarters or int(rng.integers(1, 5))
    units = units or max(2, int(people**0.5 / rng.uniform(1, 2)))
    sites = sites or int(rng.integers(1, 7))
    tools = int(rng.integers(1, 4)) if tools is None else tools
    weight = rng.pareto(1.5, units) + 0.3
    home = rng.integers(0, sites, units)
    leaving, moving, unplaced = rng.uniform(0, 0.06), rng.uniform(0, 0.02), rng.choice([0, 0.02])

    def place() -> tuple:
        unit = int(rng.choice(units, p=weight / weight.sum()))
        site = int(home[unit]) if rng.random() < 0.7 else int(rng.integers(0, sites))
        kit = [name for name, share in list(TOOLS.items())[:tools] if rng.random() < share]
        department = None if rng.random() < unplaced else f"D{unit:03d}"
        return department, str(rng.choice(6, p=LEVELS)), f"Site {site}", ",".join(sorted(kit))

    staff = {person: place() for person in range(people)}
    rows, seen = [], {}
    for number in range(quarters):
        if number:
            for person in list(staff):
                if rng.random() < leaving:
                    del staff[person]
                    staff[people + len(rows) + person] = place()
                elif rng.random() < moving:
                    staff[person] = place()
        for person, where in staff.items():
            seen.setdefault(person, []).append(where)
            rows.append((QUARTERS[number], person, *where))
    rows += [(None, person, *where[-1]) for person, where in seen.items() if len(where) == quarters]
    found = panel(rows)
    return with_divisions(found, divisions, seed) if divisions else found


def with_divisions(panel: pl.DataFrame, divisions: int, seed: int) -> pl.DataFrame:
    """Add a division to a panel: that of the person's department, for some another one or none."""
    rng = np.random.default_rng(10_000 + seed)
    departments = panel["department"].unique().sort().to_list()
    weight = rng.pareto(1.5, divisions) + 0.3
    home = {name: f"V{rng.choice(divisions, p=weight / weight.sum())}" for name in departments}
    strays = {
        person: [None, f"V{rng.integers(divisions)}"][int(rng.integers(2))]
        for person in panel["person"].unique().sort().to_list()
        if rng.random() < 0.1
    }
    rows = panel.select("person", "department").rows()
    return panel.with_columns(
        division=pl.Series([strays.get(who, home[unit]) for who, unit in rows], dtype=pl.String)
    )


def panel(rows: list[tuple]) -> pl.DataFrame:
    """Rows of quarter, person, department, level, location, tools as a panel."""
    schema = {
        "quarter": pl.Date,
        "person": pl.Int64,
        "department": pl.String,
        "level": pl.String,
        "location": pl.String,
        "tools": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        division=pl.lit(None, pl.String), branch=pl.lit(None, pl.Int64), weeks=pl.lit(13, pl.Int32)
    )
