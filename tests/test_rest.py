"""The stretch of a day, the night after it, and messages outside hours by direction: published numbers and days by hand."""

import numpy as np
import polars as pl
import pytest

from analytics.figures import _estimated, compared
from analytics.metrics import engine, rest
from analytics.metrics.org_tree import OrgTree
from analytics.metrics.panel import panel
from analytics.statistics.interval import ratio_variance
from tests.drawn import ALWAYS, NEVER, Settings, store
from tests.real_traffic import mail, traffic

WARSAW = Settings(time_zone="Europe/Warsaw", day_starts=8, day_ends=17)


def company(con, metric: str, settings: Settings) -> dict:
    """Return (Σx, Σy, reason) of the company over the whole period, by bin."""
    measures = tuple(m for m in rest.MEASURES if m.metric == metric)
    cells = engine.cells(con, panel(con, settings), settings, measures)
    cells = cells.filter(pl.col("cut") == "total", pl.col("grain") == "all")
    return {row["bin"]: (row["sx"], row["sy"], row["reason"]) for row in cells.rows(named=True)}


@pytest.fixture(scope="module")
def factory(shared, tmp_path_factory):
    reports = pl.read_csv(
        shared / "data/manufacturing_email/reportsto_full.csv", infer_schema=False
    )
    org = reports.select(
        person=pl.col("ID").cast(pl.Int64),
        manager=pl.col("ReportsToID").cast(pl.Int64, strict=False),
    )
    tree = OrgTree.grow(org)
    org = org.join(pl.DataFrame({"person": tree.ids, "level": tree.depth}), on="person", how="left")
    org = org.with_columns(valid_from=pl.lit(ALWAYS), valid_to=pl.lit(NEVER))
    return traffic(
        tmp_path_factory.mktemp("factory"),
        mail(shared),
        zone="Europe/Warsaw",
        settings=WARSAW,
        org=org,
    )


def test_the_stretch_of_a_day_equals_the_published_hours(factory):
    hours, days, _ = company(factory, "day_span", WARSAW)[None]

    assert days == 10_435
    assert hours / days == pytest.approx(4.108490, abs=5e-7)


def test_nights_under_eleven_hours_equal_the_published_share(factory):
    short, nights, reason = company(factory, "short_rest_share", WARSAW)[None]

    assert (short, nights, reason) == (80, 8_770, None)
    assert short / nights == pytest.approx(0.009122, abs=5e-7)


def test_messages_outside_hours_by_direction_equal_the_published_counts(factory):
    found = company(factory, "pressure_outside_hours", WARSAW)

    assert {name: found[name][:2] for name in ("down", "up", "same")} == {
        "down": (5_630, 29_366),
        "up": (6_949, 26_295),
        "same": (5_259, 27_016),
    }
    shares = [found[name][0] / found[name][1] for name in ("down", "up", "same")]
    assert shares == pytest.approx([0.191718, 0.264271, 0.194662], abs=5e-7)
    assert found["all"][1] == 82_876
    assert found["all"][0] / found["all"][1] == pytest.approx(0.216094, abs=5e-7)
    assert found["sent"][:2] == found["all"][:2]


def test_how_far_messages_outside_hours_would_move_by_chance_equals_the_published_errors(factory):
    """Senders are the independent units; down and up overlap within two errors, so bosses are not said to write later."""
    sums = factory.sql("""
        with message as (
            select d.actor, s.level < r.level as is_down, d.second_of_day < w.starts or d.second_of_day >= w.ends as is_late
            from delivery d
            join org s on s.person = d.actor
            join org r on r.person = d.person
            join working_day w on w.day = d.day
            where s.level <> r.level
        ),
        sender as (
            select is_down, actor, count(*) filter (is_late) as x, count(*) as y from message group by all
        )
        select is_down, count(*), sum(x), sum(y), sum(x * x), sum(x * y), sum(y * y) from sender group by is_down order by 1
    """).fetchall()

    errors = {
        is_down: float(ratio_variance(*map(np.float64, own))) ** 0.5 for is_down, *own in sums
    }

    assert errors == pytest.approx({True: 0.033538, False: 0.030770}, abs=5e-7)


def test_published_mail_names_no_level_as_writing_late(factory):
    """Juniors send more of it late, and the interval says: not distinguishable."""
    measures = tuple(m for m in rest.MEASURES if m.bin == "sent")
    cells = engine.cells(factory, panel(factory, WARSAW), WARSAW, measures)
    cells = cells.filter(pl.col("cut") == "level", pl.col("grain") == "all", pl.col("n") >= 10)

    named = compared(_estimated(cells, "clustered").with_columns(worth=pl.lit(0.03)))

    assert named.height >= 3
    assert named["named"].to_list() == [False] * named.height


def test_a_stretch_needs_two_acts_and_a_night_two_days_in_a_row(tmp_path):
    """Tuesday 22:00 to Wednesday 8:30 is ten and a half hours; Wednesday to Friday is no night."""
    con = store(tmp_path, event="""
        at               | tool  | actor | action
        2026-02-02 09:00 | slack | 1     | post
        2026-02-02 17:30 | mail  | 1     | email
        2026-02-03 09:00 | slack | 1     | post
        2026-02-03 22:00 | slack | 1     | post
        2026-02-04 08:30 | mail  | 1     | email
        2026-02-06 00:10 | mail  | 1     | email
        """)  # fmt: skip

    assert company(con, "day_span", Settings())[None] == (8.5 + 13, 2, None)
    assert company(con, "short_rest_share", Settings())[None] == (1, 2, None)
    of_slack = con.sql(
        "select sum(stretch_days), sum(nights) from person_stretch where tool = 'slack'"
    )
    assert of_slack.fetchall() == [(1, 1)]


def test_a_message_counts_at_both_ends_by_the_levels_between_them(tmp_path):
    """At 18:00 and later all are outside 9 to 17; 4 is not in the HR file, and 2 writes to 1 at noon."""
    con = store(
        tmp_path,
        event="""
        at               | actor | action | to
        2026-02-02 18:00 | 1     | email  | 2 3
        2026-02-02 18:00 | 3     | email  | 1
        2026-02-02 18:30 | 4     | email  | 2
        2026-02-02 12:00 | 2     | email  | 1
        """,
        org="person | level\n 1 | 1\n 2 | 2\n 3 | 2",
    )
    found = company(con, "pressure_outside_hours", Settings())

    assert {name: values[:2] for name, values in found.items()} == {
        "all": (4, 5), "down": (2, 2), "up": (1, 2), "same": (0, 0), "unplaced": (1, 1), "sent": (3, 4),
    }  # fmt: skip


def test_of_late_messages_those_answered_late_are_counted(tmp_path):
    """Three reach 2 at 18:00: one answered at 20:00, one the next morning at ten, one never; one at noon does not count."""
    con = store(tmp_path, event="""
        at               | actor | action | to | in_reply_to
        2026-02-02 18:00 | 1     | email  | 2  |
        2026-02-02 18:01 | 1     | email  | 2  |
        2026-02-02 18:02 | 1     | email  | 2  |
        2026-02-02 12:00 | 1     | email  | 2  |
        2026-02-02 20:00 | 2     | email  | 3  | 1
        2026-02-03 10:00 | 2     | email  | 3  | 2
        2026-02-02 21:00 | 2     | email  | 3  | 4
        """)  # fmt: skip

    answered, late, reason = company(con, "answered_outside_hours", Settings())[None]

    # 3 answers neither of the two that come late
    assert (answered, late, reason) == (1, 5, None)


@pytest.mark.parametrize(
    ("metric", "event", "reason"),
    [
        ("answered_outside_hours", "at | actor | action | to\n 2026-02-02 09:00 | 1 | email | 2", "no_replies"),
        ("day_span", "at | tool | actor | action | seconds | attendee\n 2026-02-02 09:00 | cal | 1 | meeting | 60 | 2", "not_applicable"),
        ("pressure_outside_hours", "at | tool | actor\n 2026-02-02 09:00 | slack | 1", "no_recipients"),
    ],
)  # fmt: skip
def test_what_the_exports_cannot_tell_has_its_reason(tmp_path, metric, event, reason):
    con = store(tmp_path, event=event)

    found = company(con, metric, Settings())

    assert {values[2] for values in found.values()} == {reason}


def test_without_zones_neither_nights_nor_messages_outside_hours_are_told(tmp_path):
    settings = Settings(time_zone=None)
    con = store(
        tmp_path,
        event="at | actor | action | to\n 2026-02-02 09:00 | 1 | email | 2",
        person="person | zone_known\n 1 | false\n 2 | false",
    )

    reasons = {
        values[2]
        for metric in ("short_rest_share", "pressure_outside_hours")
        for values in company(con, metric, settings).values()
    }

    assert reasons == {"no_time_zone"}
