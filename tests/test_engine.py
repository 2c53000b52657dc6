"""The two-stage query: any tool before adding up, zeros included, and every cell equal to a plain count."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy import stats

from analytics.metrics import engine, steps
from analytics.metrics.engine import CUTS, LABELS, PAIRS, SUMS, Measure
from analytics.metrics.panel import panel
from tests.drawn import ALWAYS, NEVER, Settings, local_columns, store, write

SETTINGS = Settings()
ACTS = Measure("acts", "acts", "weeks", kind="ratio")
SILENT = Measure("silent", "(timed_acts = 0)::int", "weeks")
ACTIVE = Measure("active", "(acts > 0 and enabled)::int", "enabled::int")
CAME = Measure("came", "(acts > 0 and acts_before = 0)::int", "enabled::int")


def cells(con, *measures, settings=SETTINGS, **where):
    found = engine.cells(con, panel(con, settings), settings, measures)
    return found.filter(**where) if where else found


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """Forty people, three departments (one person without), three levels, two places, two tools, 14 weeks."""
    random = np.random.default_rng(7)
    people = pl.DataFrame({"person": np.arange(1, 41)})
    acts = 3000
    events = pl.DataFrame({
        "us": (1_767_571_200 + random.integers(0, 14 * 7 * 86_400, acts)) * 1_000_000,
        "actor": random.integers(1, 39, acts),
        "tool": random.choice(["mail", "slack"], acts, p=[0.2, 0.8]),
    }).with_row_index("event", 1)  # fmt: skip
    events = local_columns(
        events.with_columns(
            pl.col("event").cast(pl.Int64), action=pl.lit("post"), is_timed=pl.lit(True),
            **dict.fromkeys(("space", "thread", "in_reply_to", "recipients", "seconds", "words", "is_question", "mentions")),
        ),
        "UTC",
    )  # fmt: skip
    org = people.select(
        "person",
        valid_from=pl.lit(ALWAYS), valid_to=pl.lit(NEVER), team=None, manager=None, branch=None, hired_on=None,
        division=pl.format("V{}", pl.col("person") % 3 % 2),
        department=pl.when(pl.col("person") < 40).then(pl.format("D{}", pl.col("person") % 3)),
        level=pl.col("person") % 4 % 3,
        location=pl.format("L{}", pl.col("person") % 2),
    )  # fmt: skip
    seat = pl.concat([
        people.select("person", tool=pl.lit("slack"), valid_from=pl.lit(ALWAYS), valid_to=pl.lit(NEVER)),
        people.filter(pl.col("person") % 3 > 0).select("person", tool=pl.lit("mail"), valid_from=pl.lit(ALWAYS), valid_to=pl.lit(NEVER)),
    ])  # fmt: skip
    person = people.with_columns(
        kind=pl.lit("human"), time_zone=pl.lit("UTC"), zone_known=pl.lit(True), in_org=pl.lit(True)
    )
    frames = {"event": events, "org": org, "seat": seat, "person": person}
    return write(tmp_path_factory.mktemp("company"), frames), frames


@pytest.fixture(scope="module")
def every(company):
    return cells(company[0], ACTS, SILENT, CAME)


@pytest.fixture(scope="module")
def summed(every):
    return every.filter(metric="acts")


def plainly(frames, grain, labels):
    """Count acts of every person, period and group with nothing but joins: period, *labels -> n, sx, sxx, x1, x2."""
    period = pl.lit(None, pl.Date) if grain == "all" else pl.col(grain)
    by_tool = "tool" in labels
    events = frames["event"].with_columns(period=period)
    members = frames["org"].select(
        "person", "division", "department", pl.col("level").cast(pl.String), "location"
    )
    if by_tool:
        members = members.join(frames["seat"].select("person", "tool"), on="person")
    rows = members.join(events.select("period").unique(), how="cross")
    keys = ["person", "period", *(["tool"] if by_tool else [])]
    done = events.rename({"actor": "person"}).group_by(keys).agg(x=pl.len())
    rows = rows.join(done, on=keys, how="left", nulls_equal=True).with_columns(
        pl.col("x").fill_null(0)
    )
    rows = rows.drop_nulls(list(labels))
    x = pl.col("x")
    return rows.group_by("period", *labels).agg(
        n=pl.len(), sx=x.sum(), sxx=(x * x).sum(), sl=x.log1p().sum(),
        x1=x.max(), x2=x.sort(descending=True).get(1, null_on_oob=True).fill_null(0),
    )  # fmt: skip


@pytest.mark.parametrize("grain", ["week", "month", "quarter", "all"])
@pytest.mark.parametrize("cut", CUTS)
def test_every_cell_equals_a_plain_count(company, summed, grain, cut):
    _, frames = company
    # Mail without a seat is nobody's uptake in mail; in any tool it counts, as the person has a seat in slack.
    labels = CUTS[cut]

    found = summed.filter(grain=grain, cut=cut)

    names = ["period", *labels]
    numbers = ["n", "sx", "sxx", "sl", "x1", "x2"]
    expected = plainly(frames, grain, labels).sort(names)
    assert found.select(names).sort(names).equals(expected.select(names))
    assert found.sort(names).select(numbers).to_numpy() == pytest.approx(
        expected.select(numbers).to_numpy()
    )
    others = [label for label in LABELS if label not in labels]
    assert found.select(others).null_count().row(0) == (found.height,) * len(others)


def test_periods_taken_in_parts_give_the_same_as_all_at_once(monkeypatch, company, every):
    monkeypatch.setattr(
        steps, "ROWS", 10 * 40 * 3
    )  # ten weeks of forty people in two tools and any

    in_parts = cells(company[0], ACTS, SILENT, CAME)

    keys = ("metric", "grain", "period", "cut", *LABELS)
    assert in_parts.sort(keys).equals(every.sort(keys))


def test_somebody_without_a_department_is_in_the_total_and_in_no_department(summed):
    people = dict(summed.filter(grain="all").group_by("cut").agg(pl.col("n").sum()).iter_rows())

    assert (people["total"], people["department"], people["department_level"]) == (40, 39, 39)


def test_whoever_did_nothing_counts_where_a_measure_asks_for_it(company, every):
    """The sums that it is written over have no row of them."""
    silent = every.filter(metric="silent", grain="week", cut="total").sort("period")
    wrote = company[1]["event"].group_by("week").agg(people=pl.col("actor").n_unique()).sort("week")
    assert silent["sx"].to_list() == (40 - wrote["people"]).to_list()
    assert silent["sx"].min() >= 2  # two never write


def test_rank_sums_are_mid_ranks_over_the_company(company, summed):
    _, frames = company
    found = summed.filter(grain="all", cut="department").sort("department")

    acts = plainly(frames, "all", ("department",))
    people = frames["org"].join(
        frames["event"].group_by("actor").len("x"), left_on="person", right_on="actor", how="left"
    )
    ranks = stats.rankdata(people["x"].fill_null(0).to_numpy())
    by_department = people.with_columns(r=pl.Series(ranks)).drop_nulls("department").group_by("department").agg(
        sr=pl.col("r").sum(), srr=(pl.col("r") ** 2).sum()
    ).sort("department")  # fmt: skip

    assert acts.height == found.height == 3
    assert found["sr"].to_list() == by_department["sr"].to_list()
    assert found["srr"].to_list() == pytest.approx(by_department["srr"].to_list())


def test_weeks_are_not_ranked(summed):
    weeks = summed.filter(grain="week")

    assert weeks.select("sr", "srr").null_count().row(0) == (weeks.height, weeks.height)


def test_a_change_is_summed_over_the_people_of_both_periods(tmp_path):
    con = store(
        tmp_path,
        event="""
        at               | actor
        2026-01-05 09:00 | 1
        2026-01-06 09:00 | 1
        2026-01-07 09:00 | 2
        2026-01-12 09:00 | 1
        2026-01-13 09:00 | 3
        2026-01-14 09:00 | 3
        2026-01-15 09:00 | 3
        2026-01-16 09:00 | 3
        """,
    )

    first, second = cells(con, ACTS, grain="week", cut="total").sort("period").to_dicts()

    assert [first["pair_n"], first["now_x"], first["then_x"]] == [0, 0, 0]
    assert {name: second[name] for name in PAIRS} == {
        "pair_n": 3,
        "now_x": 5, "now_y": 3, "now_xx": 17, "now_xy": 5, "now_yy": 3,
        "then_x": 3, "then_y": 3, "then_xx": 5, "then_xy": 3, "then_yy": 3,
        "cross_xx": 2, "cross_xy": 5, "cross_yx": 3, "cross_yy": 3,
    }  # fmt: skip


def test_a_joiner_of_the_second_quarter_is_in_no_pair(tmp_path):
    con = store(
        tmp_path,
        event="at | actor\n 2026-01-05 09:00 | 1\n 2026-02-11 09:00 | 2\n 2026-06-26 09:00 | 2",
        org="person | hired_on\n 1 | 2020-01-01\n 2 | 2026-02-01",
    )

    found = cells(con, ACTS, grain="quarter", cut="total").sort("period")

    assert found.select("period", "n", "pair_n").rows() == [
        (date(2025, 12, 29), 1, 0),
        (date(2026, 3, 30), 2, 1),
    ]


def test_what_one_person_adds_is_capped_and_the_capped_are_counted(tmp_path):
    posts = "\n".join(
        f"2026-01-{day:02} 09:{minute:02} | 1" for day in range(5, 10) for minute in range(4)
    )
    con = store(tmp_path, event=f"at | actor\n{posts}\n2026-01-09 10:00 | 2")

    found = cells(con, Measure("acts", "acts", "weeks", most_a_week=6), grain="week", cut="total")

    assert found.select("n", "sx", "x1", "x2", "n_capped").row(0) == (2, 7, 6, 1, 1)


def test_one_person_is_a_cell_of_one(tmp_path):
    con = store(
        tmp_path, event="at | actor\n 2026-01-05 09:00 | 1", seat="tool | person\n slack | 1"
    )

    found = cells(con, ACTIVE, grain="all")

    assert found.select("cut", "tool", *SUMS[:4]).rows() == [
        ("tool", "slack", 1, 1, 1, 1),
        ("total", None, 1, 1, 1, 1),
    ]


def test_a_period_without_an_act_is_a_zero_and_not_a_gap(tmp_path):
    con = store(
        tmp_path,
        event="at | actor\n 2026-01-05 09:00 | 1\n 2026-01-23 09:00 | 1",
        seat="tool | person\n slack | 1\n slack | 2",
    )

    found = cells(con, ACTIVE, grain="week", cut="total").sort("period")

    assert found.select("period", "sx", "sy").rows() == [
        (date(2026, 1, 5), 1, 2),
        (date(2026, 1, 12), 0, 2),
        (date(2026, 1, 19), 1, 2),
    ]


DAILY = Measure("acts_a_day", "acts", "working_days", kind="ratio")


def test_of_the_days_between_two_exports_nothing_is_known_and_they_are_no_zeros(tmp_path):
    # one person acts on every working day but those from 23 January to 9 February, of which there is no export
    days = [date(2026, 1, 5) + timedelta(days=n) for n in (*range(18), *range(37, 54))]
    acts = "\n".join(f"{day} 09:00 | 1" for day in days if day.isoweekday() < 6)
    con = store(
        tmp_path,
        event=f"at | actor\n{acts}",
        gap="tool | valid_from | valid_to\n slack | 2026-01-23 | 2026-02-11",
    )

    found = cells(con, DAILY, cut="total").sort("period")
    weeks = found.filter(grain="week")
    told = weeks.select("sx", "sy", "reason").rows()

    assert told == [
        (5, 5, None), (5, 5, None),
        *((days, days, "missing_weeks") for days in (4, 0, 0, 3)),
        (5, 5, None), (5, 5, None),
    ]  # fmt: skip
    # the week before is not the one before the gap
    assert weeks.select("pair_n").to_series().to_list() == [0, 1, 0, 0, 0, 0, 0, 1]
    assert found.filter(grain="all").select("sx", "sy", "weeks").rows() == [(27, 27, 5.4)]


def test_a_gap_of_one_tool_is_none_of_the_company_where_another_is_told(tmp_path):
    days = [date(2026, 1, 5) + timedelta(days=n) for n in range(26)]
    acts = [f"{day} 09:00 | mail | 1" for day in days if day.isoweekday() < 6]
    acts += [f"{day} 09:00 | slack | 1" for day in (days[0], days[4], days[14], days[25])]
    con = store(
        tmp_path,
        event="at | tool | actor\n" + "\n".join(acts),
        gap="tool | valid_from | valid_to\n slack | 2026-01-10 | 2026-01-19",
    )

    found = cells(con, DAILY, grain="week").sort("tool", "period", nulls_last=False)

    of = {tool: part["sy"].to_list() for (tool,), part in found.group_by("tool")}
    assert of == {None: [5, 5, 5, 5], "mail": [5, 5, 5, 5], "slack": [5, 0, 5, 5]}


def test_a_week_that_the_exports_cut_in_two_is_not_told(tmp_path):
    con = store(tmp_path, event="at | actor\n 2026-01-07 09:00 | 1\n 2026-01-16 09:00 | 1")

    found = cells(con, ACTS, grain="week", cut="total").sort("period")

    assert found["reason"].to_list() == ["short_history", None]


def test_nothing_imported_gives_no_cell(tmp_path):
    found = cells(write(tmp_path, {}), ACTS, ACTIVE)

    assert (found.height, dict(found.schema)) == (0, engine.SCHEMA)


def test_the_order_of_rows_changes_nothing(tmp_path, company, summed):
    _, frames = company
    shuffled = {
        name: frame.sample(fraction=1.0, shuffle=True, seed=3) for name, frame in frames.items()
    }

    assert cells(write(tmp_path, shuffled), ACTS).equals(summed)
