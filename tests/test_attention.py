"""Focus, switches and reading caused, against printed numbers and days worked out by hand."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from analytics import figures
from analytics.metrics import attention, catalogue, engine
from analytics.metrics.panel import panel
from analytics.statistics.interval import interval
from tests.drawn import Settings, local_columns, store, write
from tests.real_traffic import mail, traffic

SETTINGS = Settings()
ALL = tuple(replace(measure, grains=("all",)) for measure in attention.MEASURES)
A_DAY = """
    at               | tool | action  | actor | seconds | attendee | to
    2026-01-05 10:00 | cal  | meeting | 1     | 1800    | 2        |
    2026-01-05 11:00 | cal  | meeting | 1     | 3600    | 2        |
    2026-01-05 11:30 | cal  | meeting | 1     | 3600    | 2        |
    2026-01-05 15:00 | cal  | meeting | 1     | 1800    | 2        |
    """
OF_MAIL = "    2026-01-05 18:00 | mail | email   | 1     |         |          | 2\n"


def sums(con, settings=SETTINGS):
    """Return {(metric, bin): row of sums} of the company for the whole time."""
    cells = engine.cells(con, panel(con, settings), settings, ALL)
    rows = cells.filter(pl.col("grain") == "all", pl.col("cut") == "total")
    return {(row["metric"], row["bin"]): row for row in rows.rows(named=True)}


def of(rows, metric, column="sx"):
    """Return {bin: sum} of a metric."""
    return {bin_: row[column] for (name, bin_), row in rows.items() if name == metric}


@pytest.fixture(scope="module")
def a_day(tmp_path_factory):
    return sums(store(tmp_path_factory.mktemp("day"), event=A_DAY + OF_MAIL))


def test_focus_hours_are_what_meetings_leave_whole(a_day):
    # blocks of 1, 0.5, 2.5 and 1.5 hours, for both of them
    assert of(a_day, "focus_hours") == {
        "focus": 2 * 5.0, "two": 2 * 2.5, "hour": 2 * 2.5, "gap": 2 * 0.5, "busy": 2 * 2.5, "free": 2 * 5.5, "working": 2 * 8.0,
    }  # fmt: skip
    assert set(of(a_day, "focus_hours", "sy").values()) == {2}


def test_fragmented_share_is_the_part_of_free_time_in_gaps(a_day):
    row = a_day["fragmented_share", None]

    assert row["sx"] / row["sy"] == pytest.approx(0.090909, abs=5e-7)


def test_where_messages_have_no_place_switches_are_not_told(a_day):
    assert a_day["context_switches", None]["reason"] == "not_applicable"


def test_an_own_act_breaks_a_stretch_and_what_is_received_does_not(tmp_path):
    act = "    2026-01-05 14:02 | mail | email   | 1     |         |          | 2\n"
    con = store(tmp_path, event=A_DAY + act)

    days = con.sql(
        "select person, busy_s, gap_s, hour_s, two_s from person_focus order by person"
    ).fetchall()

    # person 1: 12:30-15:00 falls into 12:30-14:00 and 14:02-15:00
    assert days == [
        (1, 9000 + 120, 1800 + 58 * 60, 4 * 3600, 0),
        (2, 9000, 1800, 2 * 3600 + 1800, 9000),
    ]


def test_days_without_acts_are_whole_in_a_week_in_which_one_was_seen(tmp_path):
    seen = """
    2026-01-06 10:00 | mail | email   | 3     |         |          | 4
    2026-01-12 10:00 | mail | email   | 3     |         |          | 4
    """
    con = store(tmp_path, event=A_DAY + seen.lstrip("\n"))

    weeks = con.sql(
        "select person, week::varchar, focus_days, two_s from person_focus order by person, week"
    ).fetchall()

    # 1 and 2: all of Tuesday, and not the week after, where nobody saw them; 4 was never seen
    assert weeks == [
        (1, "2026-01-05", 2, 9000 + 28800), (2, "2026-01-05", 2, 9000 + 28800),
        (3, "2026-01-05", 2, 28800 + 25200), (3, "2026-01-12", 1, 25200),
    ]  # fmt: skip


def test_only_working_hours_are_cut_and_a_meeting_across_their_end_counts_inside(tmp_path):
    event = """
    at               | tool | action  | actor | seconds | attendee | to
    2026-01-05 16:00 | cal  | meeting | 1     | 7200    | 2        |
    2026-01-05 07:00 | cal  | meeting | 1     | 3600    | 2        |
    2026-01-10 10:00 | cal  | meeting | 1     | 3600    | 2        |
    2026-01-05 18:00 | mail | email   | 1     |         |          | 2
    """
    late = Settings(day_starts=8, day_ends=18)

    days = [
        store(tmp_path / str(settings.day_ends), event=event, settings=settings)
        .sql("select focus_days, busy_s, working_s, two_s from person_focus where person = 1")
        .fetchall()
        for settings in (SETTINGS, late)
    ]

    # the meeting at seven is before the day, Saturday no day, and of the one at four an hour or two are inside
    assert days == [[(1, 3600, 28800, 25200)], [(1, 7200, 36000, 28800)]]


def test_multitasking_acts_are_own_acts_in_a_meeting_or_call(tmp_path):
    con = store(tmp_path, event="""
        at               | tool  | action   | actor | seconds | attendee | to
        2026-01-05 09:00 | cal   | meeting  | 1     | 3600    | 2        |
        2026-01-05 11:00 | cal   | meeting  | 1     | 3600    | 3        |
        2026-01-05 11:30 | cal   | meeting  | 1     | 3600    | 3        |
        2026-01-05 09:00 | mail  | email    | 1     |         |          | 4
        2026-01-05 09:30 | mail  | email    | 1     |         |          | 4
        2026-01-05 09:30 | mail  | email    | 3     |         |          | 4
        2026-01-05 09:30 | mail  | email    | 4     |         |          | 3
        2026-01-05 10:00 | slack | post     | 1     |         |          |
        2026-01-05 10:01 | mail  | email    | 1     |         |          | 4
        2026-01-05 11:45 | mail  | email    | 1     |         |          | 4
        2026-01-05 14:00 | slack | call     | 1     | 1800    | 2        |
        2026-01-05 14:10 | slack | post     | 2     |         |          |
        2026-01-05 14:10 | slack | reaction | 2     |         |          |
        2026-01-05 18:00 | mail  | email    | 2     |         |          | 4
        """)  # fmt: skip

    row = sums(con)["multitasking_acts", None]

    # 1: at 9:30, at the very end at 10:00 and once in two meetings at 11:45, not at the start nor a minute after the end;
    # 2: in the call, where a reaction has no time of its own; 3 was not in the meeting of the others; 4 is in no calendar
    assert (row["sx"], row["sy"], row["ny"]) == (3 + 1, 5 + 2 + 1 + 1, 4)
    assert row["reason"] == "low_coverage"


def test_where_those_in_no_calendar_write_most_multitasking_is_not_told(tmp_path):
    """Nine of ten are in a calendar; of what the ten write the tenth sends two of twenty, or eight of twenty-six."""
    others = " ".join(map(str, range(2, 10)))
    lines = ["at | tool | action | actor | seconds | attendee | to"]
    lines += [f"2026-01-05 09:00 | cal | meeting | 1 | 3600 | {others} |"]
    lines += [f"2026-01-05 {hour}:30 | mail | email | {one} | | | 10" for one in range(1, 10) for hour in ("09", "14")]  # fmt: skip
    of_tenth = [f"2026-01-05 {hour}:30 | mail | email | 10 | | | 1" for hour in range(10, 18)]
    multitasking = tuple(m for m in ALL if m.metric == "multitasking_acts")
    told = {}
    for many in (2, 8):
        con = store(tmp_path / str(many), event="\n".join(lines + of_tenth[:many]))
        cells = engine.cells(con, panel(con, SETTINGS), SETTINGS, multitasking).filter(cut="total")
        told[many] = cells.select("sx", "sy", "reason").unique().rows()

    assert told == {2: [(9, 20, None)], 8: [(9, 26, "low_coverage")]}


def test_multitasking_acts_equal_a_count_pair_by_pair(tmp_path):
    """A property, on 60 drawn meetings and 300 drawn posts of one person: the sweep against every meeting and every post."""
    draw = np.random.default_rng(5)
    meetings = [
        (int(at), int(at + 60 * long))
        for at, long in zip(
            draw.integers(0, 4 * 86_400, 60), draw.integers(5, 200, 60), strict=True
        )
    ]
    acts = sorted(
        {*map(int, draw.integers(0, 4 * 86_400, 280)), *(at for m in meetings[:10] for at in m)}
    )
    monday = datetime(2026, 1, 5)
    lines = [
        *(f"{monday + timedelta(seconds=start)} | cal | meeting | 1 | {end - start} | 2" for start, end in meetings),
        *(f"{monday + timedelta(seconds=at)} | slack | post | 1 | |" for at in acts),
    ]  # fmt: skip
    con = store(
        tmp_path, event="\n".join(["at | tool | action | actor | seconds | attendee", *lines])
    )

    told = con.sql(
        "select sum(multitasking_acts) from person_clock where person = 1 and tool is null"
    ).fetchall()

    assert told == [(sum(any(a < at <= b for a, b in meetings) for at in acts),)]


def test_without_meetings_or_acts_multitasking_is_said_to_need_them():
    def told(*available):
        rows = catalogue.computable(available, has_org=False).filter(metric="multitasking_acts")
        return rows.select("computable", "reason", "needs").row(0)

    assert told("acts", "meetings") == (True, None, None)
    assert told("meetings")[:2] == (False, "no_timestamps")
    is_told, reason, needs = told("acts")
    assert (is_told, reason) == (False, "no_calendar")
    assert needs.startswith("A calendar or a list of meetings")


def test_focus_and_multitasking_need_meetings_acts_and_the_zone(tmp_path):
    no_calendar = store(
        tmp_path / "mail",
        event="at | tool | actor | action | to\n 2026-01-05 10:00 | mail | 1 | email | 2",
    )
    no_acts = store(tmp_path / "cal", event=A_DAY)
    nowhere = Settings(time_zone=None)
    no_zone = store(
        tmp_path / "zone",
        settings=nowhere,
        event=A_DAY + OF_MAIL,
        person="person | zone_known\n 1 | false\n 2 | false",
    )

    told = [
        {
            row["reason"]
            for (metric, _), row in sums(con, settings).items()
            if metric in {"focus_hours", "fragmented_share", "multitasking_acts"}
        }
        for con, settings in ((no_calendar, SETTINGS), (no_acts, SETTINGS), (no_zone, nowhere))
    ]

    assert told == [{"no_calendar"}, {"not_applicable"}, {"no_time_zone"}]


@pytest.mark.parametrize(("name", "switches", "near", "share"), [
    ("elmlang_2019.csv", 600, 10_106, 0.059371), ("racket_2018.csv", 401, 6_827, 0.058737),
])  # fmt: skip
def test_context_switches_equal_the_published_counts(shared, tmp_path, name, switches, near, share):
    log = pl.read_csv(shared / "data/slack_disco" / name, infer_schema=False)
    acts = log.select(
        us=pl.col("ts").str.to_datetime("%Y-%m-%dT%H:%M:%S%.6f", time_unit="us").dt.epoch("us"),
        actor=pl.col("user").rank("dense").cast(pl.Int64), space=pl.col("conversation_id").rank("dense").cast(pl.Int64),
        tool=pl.lit("slack"), action=pl.lit("post"), is_timed=pl.lit(True),
        **dict.fromkeys(("thread", "in_reply_to", "recipients", "seconds", "words", "is_question", "mentions")),
    ).with_row_index("event", 1).with_columns(pl.col("event").cast(pl.Int64))  # fmt: skip
    con = write(tmp_path, {"event": local_columns(acts, "UTC")})

    told = con.sql(
        "select sum(switches)::bigint, sum(near_acts)::bigint from person_switch where tool is null"
    ).fetchall()

    assert told == [(switches, near)]
    assert switches / near == pytest.approx(share, abs=5e-7)


def test_a_change_of_tool_is_a_switch_in_all_and_none_in_each(tmp_path):
    con = store(tmp_path, event="""
        at               | tool  | actor | action | space
        2026-01-05 09:00 | slack | 1     | post   | 7
        2026-01-05 09:10 | mail  | 1     | email  |
        2026-01-05 09:20 | mail  | 1     | email  |
        2026-01-05 09:30 | slack | 1     | post   | 8
        2026-01-05 10:01 | slack | 1     | post   | 7
        2026-01-09 10:01 | slack | 1     | post   | 7
        """)  # fmt: skip

    told = con.sql(
        "select tool, near_acts, switches from person_switch order by tool nulls first"
    ).fetchall()

    assert told == [(None, 3, 2), ("mail", 1, 0), ("slack", 1, 1)]


def test_load_caused_by_eight_senders_equals_the_published_share(shared, tmp_path):
    con = traffic(tmp_path, mail(shared))

    out = con.sql(
        "select person, sum(direct_out + grouped_out + broadcast_out)::bigint as n from person_caused group by person order by n desc"
    ).pl()["n"]

    assert out.sum() == 82_876
    assert out.head(8).sum() / out.sum() == pytest.approx(0.261185, abs=5e-7)


def test_load_caused_is_counted_by_who_sends_it(tmp_path):
    con = store(
        tmp_path,
        event="""
        at               | action | tool  | actor | space | to                      | mention
        2026-01-05 09:00 | post   | slack | 1     | 100   |                         |
        2026-01-05 09:01 | post   | slack | 2     | 100   |                         | 1 9
        2026-01-05 09:02 | email  | mail  | 1     |       | 2 3 9                   |
        2026-01-05 09:03 | email  | mail  | 3     |       | 1                       |
        2026-01-09 09:03 | email  | mail  | 3     |       | 1 2 4 5 6 7 8 10 11 12  |
        """,
        space="space | tool | openness\n 100 | slack | public",
        membership="space | tool | person\n 100 | slack | 1\n 100 | slack | 2\n 100 | slack | 3\n 100 | slack | 9",
        person="person | kind\n" + "\n".join(f" {i} | {'bot' if i == 9 else 'human'}" for i in range(1, 13)),
    )  # fmt: skip

    columns = ("direct_out", "mentioned_out", "grouped_out", "broadcast_out", "channel_out")
    summed = ", ".join(f"sum({name})::bigint" for name in columns)
    told = con.sql(f"select person, {summed} from person_caused group by person order by all")
    rows = sums(con)

    # 9 is a bot: nobody reads there. 2's post reaches 1 by name and 3 as a member
    assert told.fetchall() == [(1, 0, 0, 2, 0, 2), (2, 0, 1, 0, 0, 1), (3, 1, 0, 0, 10, 0)]
    assert of(rows, "load_caused") == {
        "total": 17, "direct": 1, "mention": 1, "group": 2, "broadcast": 10, "channel": 3,
    }  # fmt: skip


def test_reading_caused_by_one_long_mail_to_two_thousand_equals_the_published_hours(tmp_path):
    people = range(2, 2002)
    event = (
        "at | tool | actor | action | words | to\n2026-01-05 10:00 | mail | 1 | email | 300 | "
        + " ".join(map(str, people))
    )
    con = store(tmp_path, event=event)

    row = sums(con)["reading_caused", None]

    [(words,)] = con.sql("select words_out from person_caused").fetchall()
    assert row["sx"] == pytest.approx(42.016807, abs=5e-7)
    assert [words / (speed * 60) for speed in (300, 175)] == pytest.approx(
        [33.333333, 57.142857], abs=5e-7
    )


def test_reading_without_words_takes_a_minute_a_mail_and_a_quarter_a_message(tmp_path):
    con = store(tmp_path, event="""
        at               | tool  | actor | action | to
        2026-01-05 10:00 | mail  | 1     | email  | 2 3
        2026-01-05 10:01 | slack | 1     | post   | 2
        """)  # fmt: skip

    assert sums(con)["reading_caused", None]["sx"] == pytest.approx((2 * 60 + 15) / 3600)


def test_typical_load_is_the_middle_of_the_logarithms_and_equals_the_published_number(tmp_path):
    """Ten people with 0 1 1 2 3 5 8 20 40 120 mails on the one day: what a mean of 20 does not tell."""
    counts = (0, 1, 1, 2, 3, 5, 8, 20, 40, 120)
    lines = [
        f"2026-01-05 10:{turn // 60:02d}:{turn % 60:02d} | mail | email | 99 | "
        + " ".join(str(p) for p, n in enumerate(counts, 1) if n > turn)
        for turn in range(max(counts))
    ]
    seats = "tool | person\n" + "\n".join(f"mail | {person}" for person in range(1, 11))
    kinds = "person | kind\n 99 | bot\n" + "\n".join(f"{person} | human" for person in range(1, 11))
    con = store(
        tmp_path,
        event="\n".join(["at | tool | action | actor | to", *lines]),
        seat=seats,
        person=kinds,
    )

    row = sums(con)["typical_load", None]
    [told] = interval(pl.DataFrame([row]), "typical").rows(named=True)
    [shown] = figures._estimated(pl.DataFrame([row]), "typical").rows(named=True)

    assert (row["sx"], row["n"]) == (200, 10)
    assert (told["value"], told["low"], told["high"]) == pytest.approx(
        (5.968549, 1.367555, 19.510892), abs=5e-7
    )
    # as it is published: no digit more than the interval's, no sum of logarithms, no change, which would be of the mean
    assert (shown["value"], shown["numerator"], shown["denominator"], shown["change"]) == (
        6.0,
        None,
        10,
        None,
    )


def test_without_recipients_nobody_is_said_to_cause_reading(tmp_path):
    con = store(tmp_path, event="at | actor\n 2026-01-05 10:00 | 1")

    rows = sums(con)

    assert set(of(rows, "load_caused", "reason").values()) == {"no_recipients"}
    assert rows["reading_caused", None]["reason"] == "no_recipients"
