"""Between what ends must a hidden sum lie? Linear programming over the whole lattice as the judge of the closed form."""

import numpy as np
import polars as pl
from scipy.optimize import linprog

from analytics.privacy import bounds, relations
from analytics.privacy.by_value import judged, withhold
from analytics.privacy.merge import merge_small
from analytics.privacy.suppress import mask
from tests.attacks.drawn_cells import PLACE, sums
from tests.attacks.organisations import organisation
from tests.attacks.test_random_organisations import next_smallest
from tests.proof import drawn

K = 10
SEEDS = range(drawn(12, 4))
TIGHT = 0.2
MOST = {"yes": 1.0, "meeting_hours": 80.0}


def company(seed: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Panel, mask and cells of a company in which some departments all say yes and some none."""
    panel = merge_small(organisation(seed, people=160, quarters=1, tools=1), K)
    panel = panel.filter(pl.col("quarter").is_not_null())
    draw = np.random.default_rng(seed)
    units = panel["department"].fill_null("none").unique().sort().to_list()
    likely = dict(zip(units, draw.choice([0.02, 0.3, 0.6, 0.95], len(units)), strict=True))
    chance = panel["department"].fill_null("none").replace_strict(likely, return_dtype=pl.Float64)
    numbers = {
        "yes": (draw.random(panel.height) < chance.to_numpy()).astype(float),
        "hours": np.minimum(draw.exponential(8, panel.height), 79.0),
    }
    masked = mask(panel, K, seed).frame
    return panel, masked, sums(panel, masked, numbers)


def boxes(
    panel: pl.DataFrame, shown: pl.DataFrame, secret: pl.DataFrame, most: float
) -> list[tuple]:
    """Value, low and high of every secret cell, given the shown ones and nothing below 0 or above `most` a person."""
    kinds = panel.group_by(*PLACE[:4], "tools").len().sort(*PLACE[:4], "tools")
    size = kinds["len"].to_numpy().astype(float)
    rows = [_row(kinds, cell) for cell in shown.iter_rows(named=True)]
    given = {
        "A_eq": np.array(rows),
        "b_eq": shown["sx"].to_numpy(),
        "bounds": [(0, most * s) for s in size],
    }
    found = []
    for cell in secret.iter_rows(named=True):
        row = _row(kinds, cell)
        low, high = linprog(row, **given, method="highs"), linprog(-row, **given, method="highs")
        assert low.status == high.status == 0
        found.append((cell["sx"], low.fun, -high.fun))
    return found


def _row(kinds: pl.DataFrame, cell: dict) -> np.ndarray:
    inside = np.ones(kinds.height, bool)
    for label in PLACE[:4]:
        if cell[label] is not None:
            inside &= kinds[label].eq_missing(cell[label]).to_numpy()
    if cell["tool"] is not None:
        inside &= kinds["tools"].str.split(",").list.contains(cell["tool"]).to_numpy()
    return inside.astype(float)


def tight(seed: int, rule: str) -> tuple[int, int]:
    """Secret sums tried, and those known to a fifth of themselves."""
    panel, masked, cells = company(seed)
    if rule == "textbook":
        shown = next_smallest(masked).select("quarter", *PLACE)
        told = cells.join(shown, on=["quarter", *PLACE], nulls_equal=True)
    else:
        released = withhold(cells, K, panel)
        told = released.filter(pl.col("reason").is_null())
    secrets = judged(cells, K).filter("is_secret")
    tried = hits = 0
    for metric, most in MOST.items():
        own = told.filter(pl.col("metric") == metric)
        hidden = secrets.filter(pl.col("metric") == metric).join(
            own, on=["cut", *PLACE], how="anti", nulls_equal=True
        )
        for value, low, high in boxes(panel, own, hidden, most):
            tried += 1
            hits += high - low <= TIGHT * value + 1e-6
    return tried, hits


def test_no_hidden_sum_is_known_to_a_fifth_of_itself():
    found = [tight(seed, "product") for seed in SEEDS]

    assert sum(tried for tried, _ in found) > 25 * len(found)
    assert [hits for _, hits in found] == [0] * len(found)


def test_the_textbook_repair_leaves_hidden_sums_boxed_in():
    assert any(tight(seed, "textbook")[1] for seed in SEEDS)


def test_without_widening_hidden_sums_are_boxed_in(monkeypatch):
    monkeypatch.setattr(bounds, "widen", lambda cells: cells)
    monkeypatch.setattr(relations, "protect", lambda cells, *_: cells)

    assert any(tight(seed, "product")[1] for seed in SEEDS)
