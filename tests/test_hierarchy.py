"""Are the hierarchy figures those of the published case, and silent where the data are?"""

from datetime import date

import numpy as np
import polars as pl
import pytest

from analytics.metrics import org_measures, org_traffic, periods
from analytics.metrics.bootstrap import standard_error, week_weights
from analytics.metrics.hierarchy import PASSPORTS, WORTH, _company, _periods, figures, verdict
from analytics.metrics.org_flows import flows
from analytics.metrics.org_margins import Margins
from analytics.metrics.org_measures import Scope, Sums, values
from analytics.metrics.org_tree import OrgTree
from analytics.metrics.org_view import View
from analytics.metrics.panel import panel
from analytics.metrics.reasons import REASONS
from analytics.schema import polars_schema
from analytics.vault.settings import Settings
from tests.vault_views import FAR, connect, mail, manufacturing, with_periods

PUBLISHED = {  # value, digits
    "tree_reach_ratio": (0.8412, 4),
    "skip_level_lift": (0.3997, 4),
    "direct_line_lift": (5.2470, 4),
    "department_ei_excess": (-0.3095, 4),
    "manager_brokerage_lift": (0.8755, 4),
    "upward_share": (0.4917, 4),
    "upward_initiation_share": (0.5169, 4),
    "reply_asymmetry": (0.0175, 4),
    "leadership_voice_ratio": (1.3029, 4),
    "broadcast_share": (0.1921, 4),
}
PARTS = {  # numerator and denominator
    "tree_reach_ratio": (3.6131, 4.2951),
    "skip_level_lift": (0.2607, None),
    "direct_line_lift": (0.1586, None),
    "department_ei_excess": (0.0951, 0.4046),
    "manager_brokerage_lift": (0.4729, None),
    "reply_asymmetry": (0.7693, 0.7518),
}
ERRORS = {  # published, from 60 draws
    "tree_reach_ratio": 0.0044,
    "skip_level_lift": 0.012,
    "direct_line_lift": 0.137,
    "upward_share": 0.0031,
    "department_ei_excess": 0.0109,
    "manager_brokerage_lift": 0.0080,
    "leadership_voice_ratio": 0.042,
    "reply_asymmetry": 0.0083,
}
DAY = 86_400_000_000
BOSS = 0  # the first of the numbered people, whose id is 1
NO_EXCHANGES = pl.DataFrame(
    schema={
        "week": pl.Date,
        **dict.fromkeys(("actor", "person", "starts", "watched", "answered"), pl.Int64),
    }
)
START = 1_735_862_400_000_000  # Friday 2025-01-03


@pytest.fixture(scope="module")
def factory(shared, tmp_path_factory):
    con = manufacturing(shared, tmp_path_factory.mktemp("factory"))
    people = panel(con, Settings())
    return con, people


@pytest.fixture(scope="module")
def result(factory):
    con, people = factory
    merged = people.with_columns(
        level=pl.col("level").replace({"0": "0-1", "1": "0-1", "4": "4-5", "5": "4-5"})
    )
    return figures(con, merged, Settings(), seed=7)


def whole(figure):
    rows = figure.filter(
        pl.col("grain") == "all", pl.col("tool").is_null(), pl.col("variant") == ""
    )
    return {(row["metric"], row["bin"]): row for row in rows.iter_rows(named=True)}


# ------------------------------------------------------------------------------------- the published case


@pytest.mark.parametrize("metric", PUBLISHED)
def test_published_figures_of_the_factory(result, metric):
    row = whole(result[0])[metric, None]
    value, digits = PUBLISHED[metric]
    assert round(row["value"], digits) == value
    assert row["low"] < value < row["high"]
    assert row["n"] == 154
    assert row["coverage"] == 1
    for part, name in zip(PARTS.get(metric, ()), ("numerator", "denominator"), strict=False):
        assert part is None or round(row[name], 4) == part


def test_messages_by_distance_of_the_factory(result):
    found = {
        key[1]: row["value"]
        for key, row in whole(result[0]).items()
        if key[0] == "messages_by_distance"
    }
    assert [round(found[str(d)], 3) for d in range(1, 7)] == [
        42.853,
        12.757,
        3.405,
        2.725,
        2.096,
        2.271,
    ]
    assert list(found)[6:] == ["7+"]
    rows = result[0].filter(pl.col("metric") == "messages_by_distance", pl.col("grain") == "all")
    bins = rows.filter(pl.col("tool").is_null()).sort("position")["bin"].to_list()
    assert bins == ["1", "2", "3", "4", "5", "6", "7+"]


def test_the_factory_has_34_managers_and_six_levels(factory):
    con, people = factory
    periods.make(con, Settings())
    tree = _company(con, people, 10, 1).trees[periods.WHOLE]
    assert (len(tree), int(tree.is_manager.sum()), tree.heads) == (154, 34, 1)
    assert np.bincount(tree.depth).tolist() == [1, 11, 64, 33, 44, 1]


def test_errors_come_near_the_published_ones(factory):
    """Of the initiation share the published .0135 is below what independent openings give (.0155): not asked of it."""
    con, people = factory
    periods.make(con, Settings())
    company = _company(con, people, 10, 7)
    view = View(company, next(p for p in _periods(con) if p.grain == "all" and p.tool is None))
    for metric, error in ERRORS.items():
        assert standard_error(view.values[metric, "", None][0], len(view.weeks)) == pytest.approx(
            error, rel=0.25
        )
    opening = view.values["upward_initiation_share", "", None][0]
    assert 0.0135 < standard_error(opening, len(view.weeks)) < 0.0135 * 1.5


def test_every_figure_has_a_value_or_a_reason_and_every_cut_a_row(result):
    figure, flow = result
    assert figure.columns == list(polars_schema("release.figure"))
    assert flow.columns == list(polars_schema("release.flow"))
    assert (figure["value"].is_null() == figure["reason"].is_not_null()).all()
    assert set(figure["reason"].drop_nulls()) <= set(REASONS)
    names = {p.id for p in PASSPORTS} - {"org_match"}
    cells = figure.group_by("grain", "period", "tool").agg(pl.col("metric").unique())
    assert all(names <= set(metrics) for metrics in cells["metric"])
    assert set(figure["grain"]) == {"month", "quarter", "all"}
    assert set(figure["tool"]) == {None, "mail"}


def test_changes_are_over_equal_stretches_and_carry_their_interval(result):
    figure, _ = result
    quarters = figure.filter(
        pl.col("grain") == "quarter",
        pl.col("metric") == "direct_line_lift",
        pl.col("tool").is_null(),
    )
    quarters = quarters.sort("period")
    assert quarters["reason"].to_list() == ["too_little_traffic", None, None, None]
    assert quarters["change"].null_count() == 2
    second = quarters.row(2, named=True)
    assert second["change_low"] < second["change"] < second["change_high"] < 0


def test_flows_between_levels_of_the_factory(result):
    _, flow = result
    found = flow.filter(pl.col("grain") == "all", pl.col("cut") == "level")
    assert found.height == 16
    assert found["ratio"].null_count() == 0
    assert {float(f"{r:.2g}") for r in found["ratio"]} == set(found["ratio"])
    own = dict(
        found.filter(pl.col("source") == pl.col("target")).select("source", "ratio").iter_rows()
    )
    assert own["4-5"] > 1.3


def test_small_levels_have_no_flow_and_the_same_seed_gives_the_same_figures(factory, result):
    con, people = factory
    figure, flow = figures(con, people, Settings(), seed=7)
    assert figure.equals(result[0])
    found = flow.filter(pl.col("grain") == "all", pl.col("cut") == "level")
    small = found.filter(pl.col("source").is_in(["0", "5"]) | pl.col("target").is_in(["0", "5"]))
    assert small["reason"].unique().to_list() == ["small_group"]
    assert small["ratio"].null_count() == small.height


# ------------------------------------------------------------------------------------- the tree by hand


def dense(tree):
    """Distances and who is above whom, the slow way."""
    n = len(tree)
    above = np.zeros((n, n), dtype=bool)
    for i in range(n):
        j = tree.parent[i]
        while j >= 0:
            above[j, i] = True
            j = tree.parent[j]
    distance = np.zeros((n, n), dtype=int)
    for i in range(n):
        for j in range(n):
            up_i, up_j = ({k for k in range(n) if above[k, p]} | {p} for p in (i, j))
            distance[i, j] = len(up_i ^ up_j)  # of two trees both heads are counted
    return distance, above


@pytest.mark.parametrize("heads", [1, 3])
def test_tree_sums_equal_the_sums_over_all_pairs(heads):
    draw = np.random.default_rng(heads)
    managers = [None if i < heads else int(draw.integers(0, i)) for i in range(40)]
    names = draw.permutation(1000)[:40] - 500
    org = pl.DataFrame(
        {"person": names, "manager": [None if m is None else names[m] for m in managers]}
    )
    tree = OrgTree.grow(org)
    assert tree.heads == heads == sum(m is None for m in managers)
    distance, above = dense(tree)
    a, b = (index.ravel() for index in np.indices((40, 40)))
    assert (tree.distance(a, b).reshape(40, 40) == distance).all()
    assert (tree.is_above(a, b).reshape(40, 40) == above).all()
    counted = draw.random(40) < 0.7
    both = np.outer(counted, counted) & ~np.eye(40, dtype=bool)
    pairs = tree.pairs_by_distance(counted.astype(float))
    assert (
        pairs[: distance.max() + 1].tolist()
        == np.bincount(distance[both], minlength=distance.max() + 1).tolist()
    )
    weeks = draw.integers(0, 9, (2, 5, 40)).astype(float)
    margins = Margins(*weeks, weights=draw.integers(0, 4, (3, 5)).astype(float))
    out, into = margins.weights @ weeks
    product = np.einsum("di,dj->dij", out, into) * ~np.eye(40, dtype=bool)
    total = product.sum((1, 2))
    assert margins.possible == pytest.approx(total)
    found = tree.expected(margins)
    assert found.distance == pytest.approx((product * distance).sum((1, 2)) / total)
    assert found.vertical == pytest.approx((product * (above | above.T)).sum((1, 2)) / total)
    direct = (above | above.T) & (distance == 1)
    assert found.direct == pytest.approx((product * direct).sum((1, 2)) / total)
    same = tree.branch[:, None] == tree.branch
    assert margins.within(tree.branch) - margins.alone == pytest.approx(
        (product * same).sum((1, 2))
    )


def test_cycles_unknown_managers_and_the_lonely_stay_out_of_the_tree():
    org = pl.DataFrame({"person": [1, 2, 3, 4, 5, 6, 7], "manager": [1, 1, 4, 3, 99, None, 2]})
    tree = OrgTree.grow(org)
    assert sorted(tree.ids.tolist()) == [1, 2, 7]
    assert tree.depth[tree.places(np.array([1, 2, 7]))].tolist() == [0, 1, 2]
    assert tree.places(np.array([3, 5, 6, -8])).tolist() == [-1] * 4
    assert len(OrgTree.grow(org.clear())) == 0


@pytest.mark.parametrize(
    ("network", "column", "index"),
    [("advice", "dept", 0.515789), ("advice", "level", -0.094737), ("reports", "dept", -0.6)],
)
def test_index_of_krackhardts_managers(shared, network, column, index):
    """Ties among 21 managers, one message a tie: the observed E-I index is known from elsewhere."""
    folder = shared / "data/krackhardt_hightech"
    ties = pl.read_csv(folder / f"ht_{network}_edges.csv").rename({"from": "actor", "to": "person"})
    people = pl.read_csv(folder / "ht_reports_nodes.csv").rename({"id": "person"})
    reports = pl.read_csv(folder / "ht_reports_edges.csv").rename(
        {"from": "person", "to": "manager"}
    )
    tree = OrgTree.grow(people.select("person").join(reports, on="person", how="left"))
    assert len(tree) == 21
    label = dict(zip(people["person"], people[column], strict=True))
    group = np.array([label[p] for p in tree.ids.tolist()])
    scope = Scope(tree, np.ones(21, dtype=bool), group, 5)
    week = pl.lit(date(2025, 1, 6))
    frame = ties.with_columns(week=week, messages=1, broadcast=0)
    sums = Sums(
        scope, np.arange(22), frame, NO_EXCHANGES, np.array(["2025-01-06"], dtype="datetime64[D]")
    )
    _, observed, expected = values(sums, np.ones((1, 1)))["department_ei_excess", "", None]
    assert observed[0] == pytest.approx(index, abs=5e-7)
    assert expected[0] > observed[0]


# ------------------------------------------------------------------------------------- a small company


def company(tmp_path, messages, people=45):
    """A head, 4 managers, 40 others; messages as (day, sender, receiver), plus chatter along the reporting lines."""
    manager = [None, *[0] * 4, *[1 + i % 4 for i in range(people - 5)]]
    org = pl.DataFrame({"person": range(people), "manager": manager})
    draw = np.random.default_rng(1)
    chatter = []
    for person in range(1, people):
        for _ in range(12):
            day = float(draw.uniform(0, 80))
            chatter += [(day, person, manager[person]), (day + 0.5, manager[person], person)]
    rows = sorted([*chatter, *messages])
    log = pl.DataFrame(
        {
            "us": [START + int(day * DAY) for day, _, _ in rows],
            "actor": [a for _, a, _ in rows],
            "person": [b for _, _, b in rows],
        }
    )
    return mail(log, org, tmp_path)


def test_answers_within_three_days_and_silence_of_seven(tmp_path):
    org = pl.DataFrame({"person": [1, 2, 3], "manager": [None, 1, 1]})
    days = [
        (0, 2, 1),
        (2.9, 1, 2),
        (6, 2, 1),
        (13.1, 1, 2),
        (13.2, 3, 1),
        (16.3, 1, 3),
        (40, 2, 3),
        (60, 3, 2),
    ]
    log = pl.DataFrame({"us": [START + int(d * DAY) for d, _, _ in days], "actor": [a for _, a, _ in days], "person": [b for _, _, b in days]})  # fmt: skip
    con = mail(log, org, tmp_path)
    people = panel(con, Settings())
    periods.make(con, Settings())
    exchanges = _company(con, people, 5, 1).traffic.exchanges
    up = (
        exchanges.filter(pl.col("person") == BOSS)
        .select(pl.col("starts", "watched", "answered").sum())
        .row(0)
    )
    down = (
        exchanges.filter(pl.col("actor") == BOSS)
        .select(pl.col("starts", "watched", "answered").sum())
        .row(0)
    )
    # up: days 0 (opens, answered), 6 (unanswered), 13.2 (opens, answered on 16.3, too late); down: 2.9, 13.1 (opens), 16.3
    assert up == (2, 3, 1)
    assert down == (1, 3, 0)

    # of the three days after 16.3 the exports leave out all but some hours
    con.execute(
        f"create or replace view gap as select 'mail' as tool, make_timestamp({START} + 17 * {DAY})::date as valid_from, make_timestamp({START} + 39 * {DAY})::date as valid_to"
    )
    exchanges = _company(con, people, 5, 1).traffic.exchanges
    assert exchanges.filter(pl.col("actor") == BOSS)["watched"].sum() == 2
    assert exchanges.filter(pl.col("person") == BOSS)["watched"].sum() == 3


def test_of_a_period_it_is_known_that_days_of_it_are_missing(tmp_path):
    """A mail on every day from 3 January 2025 to 27 April; February is missing from the 10th on, and half of March."""
    lost = range(38, 72)
    days = [day for day in range(115) if day not in lost]
    log = pl.DataFrame(
        {
            "us": [START + day * DAY for day in days],
            "actor": [1] * len(days),
            "person": [2] * len(days),
        }
    )
    con = mail(log, pl.DataFrame({"person": [1, 2], "manager": [None, 1]}), tmp_path)
    con.execute(
        "create or replace view gap as select 'mail' as tool, date '2025-02-10' as valid_from, date '2025-03-16' as valid_to"
    )
    periods.make(con, Settings())

    months = {str(each.start): each.misses_days for each in _periods(con) if each.grain == "month"}

    assert months == {
        "2024-12-30": False,
        "2025-02-03": True,
        "2025-03-03": True,
        "2025-03-31": False,
    }


def test_in_a_thread_only_acts_in_it_answer(tmp_path):
    base = {
        "tool": "chat",
        "action": "post",
        "us": 0,
        "event": 0,
        "actor": 1,
        "person": 2,
        "how": "mention",
        "copy": 0,
        "thread": 7,
    }
    rows = [
        {
            **base,
            "event": 1,
            "us": START,
            "actor": 2,
            "person": 1,
        },  # report mentions the boss in thread 7
        {
            **base,
            "event": 2,
            "us": START + DAY,
            "actor": 1,
            "person": 2,
            "thread": 8,
        },  # boss, elsewhere
        {**base, "event": 3, "us": START + 9 * DAY, "actor": 2, "person": 1, "thread": 9},
        {**base, "event": 4, "us": START + 30 * DAY, "actor": 2, "person": 3, "thread": None},
    ]
    events = [{**row, "in_reply_to": None, "is_timed": True} for row in rows] + [
        {
            **base,
            "event": 5,
            "us": START + 10 * DAY,
            "actor": 1,
            "thread": None,
            "in_reply_to": 3,
            "is_timed": True,
        }
    ]
    frames = [with_periods(pl.DataFrame(part, infer_schema_length=None)) for part in (rows, events)]
    org = pl.DataFrame({"person": [1, 2, 3], "manager": [None, 1, 1]}).with_columns(**FAR)
    person = pl.DataFrame(
        {
            "person": [1, 2, 3],
            "kind": "human",
            "time_zone": "UTC",
            "zone_known": True,
            "in_org": True,
        }
    )
    con = connect(tmp_path, person=person, org=org, delivery=frames[0], event=frames[1])
    people = panel(con, Settings())
    periods.make(con, Settings())
    exchanges = _company(con, people, 5, 1).traffic.exchanges
    up = (
        exchanges.filter(pl.col("person") == BOSS)
        .select(pl.col("watched", "answered").sum())
        .row(0)
    )
    assert up == (2, 1)


def test_a_flow_carried_by_few_hands_is_not_shown():
    """Two departments of twelve: all of A write to all of B, but only three of B write back."""
    org = pl.DataFrame({"person": range(25), "manager": [None, *[0] * 24]})
    tree = OrgTree.grow(org)
    first, second = range(1, 13), range(13, 25)
    rows = [(a, b) for a in first for b in second] + [
        (b, a) for b in list(second)[:3] for a in first
    ]
    ties = pl.DataFrame(rows, schema=["actor", "person"], orient="row").with_columns(
        week=pl.lit(date(2025, 1, 6)), messages=1, broadcast=0
    )
    scope = Scope(tree, np.ones(25, dtype=bool), tree.branch, 10)
    sums = Sums(
        scope, np.arange(25), ties, NO_EXCHANGES, np.array(["2025-01-06"], dtype="datetime64[D]")
    )
    labels = [None if p == 0 else "A" if p in first else "B" for p in tree.ids.tolist()]
    found = {(s, t): (r, why) for s, t, r, why in flows(scope, sums, labels).iter_rows()}
    # A sends 144, B receives 144; each of three in B sends 12 and receives 12, each of A sends 12 and receives 3
    chance = 144 * 144 / (180 * 180 - 3 * 12 * 12 - 12 * 12 * 3)
    assert found["A", "B"] == (float(f"{144 / 180 / chance:.2g}"), None)
    assert found["B", "A"] == (None, "small_group")
    assert found["A", "A"] == (None, "small_group")  # nobody wrote inside


def test_without_an_org_file_every_figure_says_so(tmp_path):
    log = pl.DataFrame(
        {"us": [START + i * DAY for i in range(60)], "actor": [1, 2] * 30, "person": [2, 1] * 30}
    )
    org = pl.DataFrame(schema={"person": pl.Int64, "manager": pl.Int64})
    con = mail(log, org, tmp_path)
    figure, flow = figures(con, panel(con, Settings()), Settings(), seed=1)
    assert figure["reason"].unique().to_list() == ["no_org"]
    assert flow.is_empty()


def test_without_managers_and_without_receivers_the_reason_differs(tmp_path):
    log = pl.DataFrame(
        {"us": [START + i * DAY for i in range(60)], "actor": [1, 2] * 30, "person": [2, 1] * 30}
    )
    flat = pl.DataFrame({"person": [1, 2], "manager": pl.Series([None, None], dtype=pl.Int64)})
    con = mail(log, flat, tmp_path)
    assert figures(con, panel(con, Settings()), Settings(), seed=1)[0][
        "reason"
    ].unique().to_list() == ["no_manager"]
    con = company(tmp_path, [])
    con.execute(
        f"create or replace view delivery as from read_parquet('{tmp_path / 'delivery.parquet'}') where false"
    )
    found, _ = figures(con, panel(con, Settings()), Settings(), seed=1)
    assert found["reason"].unique().to_list() == ["no_recipients"]


def test_a_small_company_gets_what_its_data_carry_and_no_more(tmp_path):
    con = company(
        tmp_path,
        [(i % 80 + 0.1, 5 + i % 40, 5 + (i * 7 + 3) % 40) for i in range(400) if (i * 6 + 3) % 40],
    )
    figure, flow = figures(con, panel(con, Settings()), Settings(), seed=1)
    found = whole(figure)
    assert found["tree_reach_ratio", None]["value"] < 1
    assert (
        found["leadership_voice_ratio", None]["reason"] == "small_group"
    )  # 5 leaders, then everybody
    assert found["skip_level_lift", None]["value"] == 0
    assert flow.filter(pl.col("source") != "2", pl.col("cut") == "level")["ratio"].null_count() > 0


def test_people_not_covered_count_at_neither_end(factory):
    con, people = factory
    periods.make(con, Settings())
    some = people.filter(pl.col("person") % 4 > 0)
    company = _company(con, some, 10, 7)
    view = View(company, next(p for p in _periods(con) if p.grain == "all" and p.tool is None))
    ties = company.traffic.ties_whole
    ends = company.traffic.people[ties.select("actor", "person").to_numpy().ravel()]
    assert len(ends) and (ends % 4 > 0).all()
    assert (
        view.scope.people
        == some.filter(pl.col("quarter").is_null(), pl.col("level").is_not_null()).height
    )
    assert view.sums.out.sum() == company.traffic.ties_whole["messages"].sum()


def test_traffic_in_parts_adds_up_to_the_same(factory, monkeypatch):
    con, people = factory
    periods.make(con, Settings())
    period = next(p for p in _periods(con) if p.grain == "all" and p.tool is None)

    def sums():
        company = _company(con, people, 10, 7)
        return company.traffic, company.sums(period, company.scope(period), period.weeks)

    at_once, expected = sums()
    monkeypatch.setattr(org_traffic, "AT_A_TIME", 9_000)  # ends within weeks
    monkeypatch.setattr(org_measures, "BLOCK", 1_000)
    in_parts, found = sums()
    assert in_parts.ties.height > at_once.ties.height
    assert {k: v.tolist() for k, v in found.columns.items()} == {
        k: v.tolist() for k, v in expected.columns.items()
    }
    assert (found.out == expected.out).all() and (found.into == expected.into).all()
    by_pair = [pl.col("messages", "broadcast").sum()]
    keys = ["week", "tool", "actor", "person"]
    for name in ("ties", "ties_whole"):
        whole, parts = (getattr(of, name).group_by(keys).agg(by_pair) for of in (at_once, in_parts))
        assert parts.sort(keys).equals(whole.sort(keys))


def test_too_few_covered_people_are_refused(factory):
    con, people = factory
    some = people.filter(pl.col("person") % 3 == 0)
    figure, _ = figures(con, some, Settings(), seed=7)
    assert set(
        figure.filter(pl.col("grain") == "all", pl.col("metric") != "org_match")["reason"]
    ) == {"low_coverage"}


# ------------------------------------------------------------------------------------- the verdict


def moves(**changes):
    rows = [
        {"metric": m, "variant": "", "change": c, "change_low": c - h, "change_high": c + h}
        for m, (c, h) in changes.items()
    ]
    return pl.DataFrame(rows, schema={"metric": pl.String, "variant": pl.String, "change": pl.Float64, "change_low": pl.Float64, "change_high": pl.Float64})  # fmt: skip


@pytest.mark.parametrize(
    ("initiation", "share", "voice", "listening", "said"),
    [
        ((0.2, 0.05), (0.06, 0.01), (-0.6, 0.1), (0.01, 0.04), "flatter"),
        ((0.2, 0.05), (0.0, 0.01), (0.0, 0.1), (0.2, 0.05), "flatter"),
        ((0.17, 0.05), (0.167, 0.01), (0.0, 0.1), (-0.15, 0.03), "louder"),  # bosses fell silent
        (
            (0.2, 0.05),
            (0.0, 0.01),
            (0.0, 0.1),
            (-0.02, 0.1),
            "louder",
        ),  # a fall cannot be ruled out
        ((0.2, 0.3), (0.0, 0.01), (0.0, 0.1), (0.0, 0.04), "same"),  # within chance
        ((0.05, 0.01), (0.0, 0.01), (0.0, 0.1), (0.0, 0.04), "same"),  # too little to matter
        ((-0.2, 0.05), (0.0, 0.01), (0.0, 0.1), (0.0, 0.04), "steeper"),
        ((0.0, 0.05), (0.0, 0.01), (0.0, 0.1), (-0.15, 0.03), "steeper"),
        ((0.2, 0.05), (-0.06, 0.01), (0.0, 0.1), (0.0, 0.04), "mixed"),
    ],
)
def test_flatter_needs_voice_and_listening(initiation, share, voice, listening, said):
    found = moves(
        upward_initiation_share=initiation,
        upward_share=share,
        leadership_voice_ratio=voice,
        reply_asymmetry=listening,
    )
    assert verdict(found) == said


def test_without_listening_nothing_is_said():
    assert verdict(moves(upward_share=(0.2, 0.01))) == "unseen"
    assert verdict(moves(reply_asymmetry=(0.2, 0.01))) == "unseen"
    assert verdict(moves()) == "unseen"


def test_passports_are_complete():
    for passport in PASSPORTS:
        assert "numerator = " in passport.definition
        assert "; denominator = " in passport.definition
        assert "It cannot" in passport.definition or "It also" in passport.definition
        assert "" in passport.variants
    assert "upper bound" in next(p for p in PASSPORTS if p.id == "reply_asymmetry").definition
    assert WORTH["tree_reach_ratio"] == 0.04


def test_weights_are_the_data_first_and_then_whole_weeks():
    weights = week_weights(13, seed=5)
    assert (weights[0] == 1).all()
    assert len(weights) > 200
    assert (weights.sum(1) == 13).all()
    assert (weights == week_weights(13, seed=5)).all()


def test_a_chain_that_no_organisation_has_is_cut_where_it_is_a_fault_of_the_file():
    people = 2_000
    org = pl.DataFrame({"person": range(people), "manager": [None, *range(people - 1)]})

    tree = OrgTree.grow(org.cast(pl.Int64))

    assert sorted(tree.ids) == list(range(51))
    # of 51 people in a row, 51 - d pairs stand d steps apart, counted both ways
    assert tree.pairs_by_distance(np.ones(51))[1:51].tolist() == [2 * (51 - d) for d in range(1, 51)]  # fmt: skip
