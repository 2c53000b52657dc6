"""Is an org chart that does not belong to the traffic refused?"""

import numpy as np
import polars as pl
import pytest

from analytics.metrics.hierarchy import KEYS, figures
from analytics.metrics.org_match import org_match
from analytics.metrics.panel import panel
from analytics.vault.settings import Settings
from tests.vault_views import manufacturing


def result(shared, folder, release):
    con = manufacturing(shared, folder, release)
    return figures(con, panel(con, Settings()), Settings(), seed=1)


def test_people_who_write_to_their_manager_pass_and_shuffled_ones_do_not():
    draw = np.random.default_rng(4)
    lines = np.column_stack([np.arange(1, 60), (np.arange(1, 60) - 1) // 4])
    noise = draw.integers(0, 60, (300, 2))
    ties = np.concatenate([lines, noise])
    found = org_match(lines, ties, 60, seed=1)
    assert (found.in_touch, found.pairs, found.share) == (59, 59, 1)
    assert found.passes
    assert found.low <= found.mean <= found.high < 1
    moved = draw.permutation(60)
    assert not org_match(moved[lines], ties, 60, seed=1).passes


def test_direction_and_repeats_of_ties_do_not_matter():
    lines = np.array([[1, 0], [2, 0], [3, 1]])
    once, often = np.array([[0, 1], [1, 3]]), np.array([[1, 0], [0, 1], [3, 1], [3, 1]])
    assert org_match(lines, once, 4, seed=1) == org_match(lines, often, 4, seed=1)
    assert org_match(lines, once, 4, seed=1).in_touch == 2


def test_a_pair_with_the_low_digits_of_a_tie_is_not_in_touch():
    people = 2**13
    lines = np.array([[5000, 1], [5000, 1 + 2**11]])  # their numbers are 2^24 apart

    assert org_match(lines, np.array([[1, 5000]]), people, seed=1).in_touch == 1


def test_the_right_org_file_passes(shared, tmp_path):
    figure, _ = result(shared, tmp_path, "communication.csv")
    match = figure.filter(pl.col("metric") == "org_match", pl.col("tool").is_null()).row(
        0, named=True
    )
    assert match["value"] == pytest.approx(0.634, abs=5e-4)
    assert match["chance_high"] == pytest.approx(0.405, abs=0.03)
    assert match["reason"] is None


def test_the_renumbered_release_is_refused_with_every_figure(shared, tmp_path):
    figure, flow = result(shared, tmp_path, "renumbered_release.edges")
    match = figure.filter(pl.col("metric") == "org_match", pl.col("tool").is_null()).row(
        0, named=True
    )
    assert match["numerator"] / match["denominator"] == pytest.approx(0.222, abs=5e-4)
    assert match["chance_low"] < 0.235 < match["chance_high"]
    assert match["reason"] == "org_mismatch"
    assert figure["value"].null_count() == figure.height
    whole = figure.filter(pl.col("grain") == "all", pl.col("tool").is_null())
    assert whole["reason"].unique().to_list() == ["org_mismatch"]
    assert set(whole["metric"]) == {key[0] for key in KEYS}
    quarters = figure.filter(pl.col("grain") == "quarter", pl.col("reason") == "org_mismatch")
    assert quarters["period"].n_unique() == 3
    assert flow["ratio"].null_count() == flow.height > 0
