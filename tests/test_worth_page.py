"""The page Time: what is assumed can be moved, is carried by the address, and a range stays a range."""

import polars as pl
import pytest

from tests.drawn_release import draw_release
from tests.opened import opened


def gave_way(mails):
    """Return a change of a drawn release: mail that gave way to Slack, a person and day."""

    def changed(drawn):
        row = drawn.filter(metric="deliveries_per_day", tool="slack", grain="all", bin="total").head(1)  # fmt: skip
        row = row.filter(pl.col("department").is_null()).with_columns(
            metric=pl.lit("displaced"), bin=pl.lit("mails_written"), position=pl.lit(0, pl.Int64),
            value=pl.lit(mails), low=pl.lit(mails * 0.9), high=pl.lit(mails * 1.1),
        )  # fmt: skip
        days = pl.when(pl.col("metric") == "deliveries_per_day").then(5.0).otherwise(1.0)
        drawn = drawn.with_columns(pl.col("denominator") * days)  # five working days a week
        return pl.concat([drawn, row], how="vertical_relaxed")

    return changed


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("worth")
    draw_release(folder, change=gave_way(15.0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVIVIO_HOME", str(folder))
        yield folder


def costs_shown(**query):
    return opened("time_cost", time_cost_part="What it costs", **query)


def told(at):
    assert not at.exception, at.exception
    return "\n".join(str(element.value) for element in at.markdown)


def money(at):
    return next(line for line in told(at).splitlines() if "a year, likely" in line)


@pytest.mark.usefixtures("home")
def test_an_address_says_what_is_assumed_and_nonsense_is_not_followed():
    at = costs_shown(a_rate="30_40_50", a_weeks="40_40_40", a_opened="9_8_7")

    assert at.number_input(key="rate_likely").value == 40
    assert at.slider(key="range_weeks").value == (40, 40)
    assert at.slider(key="range_opened").value == pytest.approx((0.3, 1.0))
    assert "€" in money(at)
    assert "cannot be said" in told(at)


@pytest.mark.usefixtures("home")
def test_moving_an_assumption_moves_the_money_the_address_follows_and_one_button_puts_it_back():
    at = costs_shown(a_rate="30_40_50")
    before = money(at)

    at.slider(key="range_attended").set_value((0.3, 0.4)).run()
    after = money(at)

    assert after != before
    assert at.query_params["a_attended"] == "0.3_0.4_0.4"  # the likely value is pushed along
    assert at.number_input(key="likely_attended").value == pytest.approx(40)  # per cent

    at.button(key="reset_assumed").click().run()

    assert "a_attended" not in at.query_params
    assert at.slider(key="range_attended").value == pytest.approx((0.8, 1.0))
    assert "a_rate" not in at.query_params
    assert "type what an hour of work costs" in told(at)


@pytest.mark.usefixtures("home")
def test_a_tool_costs_saves_or_nobody_can_say_as_the_assumptions_have_it():
    nothing = {"a_opened": "0_0_0", "a_interrupting": "0_0_0"}

    saves = told(costs_shown(**nothing, a_mail_written="10_10_10"))
    unsaid = told(costs_shown())
    costs = told(costs_shown(a_opened="1_1_1", a_mail_written="0.5_0.5_0.5", a_mail_read="5_5_5"))  # fmt: skip

    assert "gives back more time than it takes" in saves.replace("\\", "")
    assert "cannot be said" in unsaid
    assert "takes more time than it gives back" in costs.replace("\\", "")


@pytest.mark.usefixtures("home")
def test_every_assumption_stands_on_the_page_with_its_source():
    from analytics import worth

    text = told(costs_shown()).replace("\\", "")

    for each in worth.assumptions().values():
        assert each.source.split(",")[0] in text, each.id
