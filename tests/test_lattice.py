from typing import get_args

from analytics.metrics.passport import CUTS, FAMILIES, Cut, declared


def test_the_file_declares_the_cuts_that_the_code_knows():
    assert set(CUTS) == set(get_args(Cut))


def test_a_part_carries_the_labels_of_its_parent_and_more():
    nested = set(FAMILIES) - {("division", "department")}  # a department's division is told beside
    assert all(set(CUTS[parent]) < set(CUTS[child]) for parent, child in nested)
    assert {child for _, child in FAMILIES} == set(CUTS) - {"total"}


def test_hiding_has_a_price_for_every_cut_and_the_company_is_dearest():
    for prices in declared().costs.values():
        assert set(prices) == set(CUTS)
        assert max(prices, key=prices.get) == "total"
