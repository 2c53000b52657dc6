"""Does a group differ, or is it mixed differently?"""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.statistics.mix import mix_adjusted

# Admissions to the six largest departments, autumn 1973: https://doi.org/10.1126/science.187.4175.398, as R's UCBAdmissions
BERKELEY = [
    ("A", 512, 825, 89, 108),
    ("B", 353, 560, 17, 25),
    ("C", 120, 325, 202, 593),
    ("D", 138, 417, 131, 375),
    ("E", 53, 191, 94, 393),
    ("F", 22, 373, 24, 341),
]


def cells(*rows):
    """Rows of group, stratum, n, numerator; the denominator is n."""
    frame = pl.DataFrame(
        rows,
        schema={
            "group": pl.String,
            "stratum": pl.String,
            "n": pl.Int64,
            "numerator": pl.Float64,
        },
        orient="row",
    )
    return frame.with_columns(denominator=pl.col("n").cast(pl.Float64))


def whole(frame):
    """The totals of each group beside its strata."""
    sums = [pl.col(name).sum() for name in ("n", "numerator", "denominator")]
    totals = frame.group_by("group").agg(sums).with_columns(stratum=pl.lit(None, pl.String))
    return pl.concat([frame, totals.select(frame.columns)])


def together(frame):
    """The company: all groups together, by stratum and in all."""
    company = frame.with_columns(group=pl.lit("company"))
    sums = [pl.col(name).sum() for name in ("n", "numerator", "denominator")]
    return whole(company.group_by("group", "stratum").agg(sums)).drop("group")


def berkeley():
    men = [("men", name, applied, yes) for name, yes, applied, _, _ in BERKELEY]
    women = [("women", name, applied, yes) for name, _, _, yes, applied in BERKELEY]
    return cells(*men, *women)


def test_mix_adjusted_value_of_berkeley_1973():
    found = mix_adjusted(whole(berkeley()), together(berkeley()))

    men, women = found.iter_rows(named=True)
    assert (men["group"], women["group"]) == ("men", "women")
    assert (men["value"], women["value"]) == pytest.approx((0.4452, 0.3035), abs=5e-5)
    assert (men["adjusted"], women["adjusted"]) == pytest.approx((0.387319, 0.429955), abs=5e-7)
    assert 100 * (men["adjusted"] - women["adjusted"]) == pytest.approx(-4.263680, abs=5e-7)
    assert (men["flips"], women["flips"]) == (True, True)


def test_kitagawa_split_of_berkeley_1973():
    """Men against women: the women stand where the company does."""
    women = berkeley().filter(pl.col("group") == "women")
    men = whole(berkeley().filter(pl.col("group") == "men"))

    found = mix_adjusted(men, together(women)).row(0, named=True)

    assert 100 * found["rate_part"] == pytest.approx(-3.602848, abs=5e-7)
    assert 100 * found["mix_part"] == pytest.approx(17.767391, abs=5e-7)
    assert 100 * (found["rate_part"] + found["mix_part"]) == pytest.approx(14.16, abs=5e-3)


def test_hidden_and_small_strata_are_pooled_with_the_others():
    company = together(
        cells(("", "1", 100, 50), ("", "2", 100, 40), ("", "3", 40, 5), ("", "4", 10, 0))
    )
    own = cells(
        ("a", None, 120, 70), ("a", "1", 60, 30), ("a", "2", 40, 28), ("a", "3", 13, None), ("a", "4", 7, 4),
    )  # fmt: skip

    found = mix_adjusted(own, company).row(0, named=True)

    assert found["value"] == pytest.approx(70 / 120)
    assert found["adjusted"] == pytest.approx(0.4 * 30 / 60 + 0.4 * 28 / 40 + 0.2 * 12 / 20)
    assert found["rate_part"] + found["mix_part"] == pytest.approx(70 / 120 - 95 / 250)


@pytest.mark.parametrize("company_others", [50, 51])
def test_others_beyond_a_fifth_are_too_many_unlike_people_to_adjust(company_others):
    company = together(cells(("", "1", 200, 100), ("", "2", company_others, 20)))
    own = whole(cells(("a", "1", 80, 40), ("a", "2", 20, 4)))
    own = own.filter(pl.col("stratum").ne_missing("2"))

    found = mix_adjusted(own, company)

    assert found["adjusted"].is_not_null().to_list() == [company_others == 50]


def test_where_a_group_has_nobody_the_company_stands_in():
    company = together(cells(("", "1", 100, 50), ("", "2", 100, 40), ("", "3", 50, 5)))
    own = whole(cells(("a", "1", 40, 10), ("a", "2", 20, 12)))

    found = mix_adjusted(own, company).row(0, named=True)

    assert found["adjusted"] == pytest.approx(0.4 * 10 / 40 + 0.4 * 12 / 20 + 0.2 * 5 / 50)


def test_too_few_people_and_one_stratum_alone_are_not_adjusted():
    company = together(cells(("", "1", 100, 50), ("", "2", 100, 40)))
    own = cells(
        ("few others", None, 45, 20), ("few others", "1", 40, 18),
        ("one", None, 60, 20),
        ("hidden", None, 60, None), ("hidden", "1", 30, 20),
    )  # fmt: skip

    found = mix_adjusted(own, company)

    assert found["group"].to_list() == ["few others", "one"]
    assert found["adjusted"].to_list() == [None, None]
    assert found["value"].to_list() == pytest.approx([20 / 45, 20 / 60])


def test_the_order_of_rows_changes_nothing():
    one, other = whole(berkeley()), whole(berkeley()).sample(fraction=1, shuffle=True, seed=4)

    assert_frame_equal(
        mix_adjusted(one, together(berkeley())), mix_adjusted(other, together(berkeley()))
    )
