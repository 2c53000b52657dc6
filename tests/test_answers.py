"""Who is answered, how soon, and who never: published chat, clocks by the minute, and days by hand."""

from dataclasses import replace

import polars as pl
import pytest

from analytics import figures
from analytics.metrics import answers, catalogue, engine
from analytics.metrics.panel import panel
from analytics.statistics.survival import life_table, median, survival_at
from tests.drawn import Settings, store
from tests.real_traffic import chat, traffic

CLOCK = Settings(day_starts=0, day_ends=24, workdays=(1, 2, 3, 4, 5, 6, 7))  # every hour is worked
OFFICE = Settings(day_starts=8, day_ends=17)
PASSPORTS = {passport.id: passport for passport in catalogue.passports()}


ALL = tuple(replace(m, grains=("all",)) for m in answers.MEASURES)


def cells(con, settings: Settings = OFFICE) -> pl.DataFrame:
    return engine.cells(con, panel(con, settings), settings, ALL)


def company(found: pl.DataFrame, metric: str) -> dict:
    """Return (Σx, Σy) of the company over the whole period, by variant and bin."""
    rows = found.filter(metric=metric, cut="total").rows(named=True)
    return {(row["variant"], row["bin"]): (row["sx"], row["sy"]) for row in rows}


@pytest.fixture(scope="module", params=["elmlang_2019", "racket_2018"])
def community(request, shared, tmp_path_factory):
    acts = chat(shared, f"{request.param}.csv")
    folder = tmp_path_factory.mktemp(request.param)
    con = traffic(folder, acts, action="post", tool="slack", settings=CLOCK)
    return request.param.startswith("elm"), con, cells(con, CLOCK)


def test_published_chat_is_answered_within_a_day_as_counted_outside(community):
    is_elm, _, found = community

    summed = found.filter(metric="answered_share", variant="", bin="all", cut="total")
    [row] = figures._estimated(summed, "clustered").to_dicts()

    names = ("sx", "sy", "ny", "sxx", "sxy", "syy")
    if is_elm:
        assert [row[name] for name in names] == [1_104, 1_791, 512, 7_656, 12_469, 21_789]
    else:
        assert [row[name] for name in names[:3]] == [663, 1_086, 126]
    share, error = (0.616415, 0.013261) if is_elm else (0.610497, 0.017590)
    assert row["value"] == pytest.approx(share, abs=5e-7)
    assert row["variance"] ** 0.5 == pytest.approx(error, abs=2e-5)


def test_the_wait_for_an_answer_in_published_chat_is_that_of_the_life_table(community):
    """Those followed to the end alone tell the same: no edge differs by more than three in a thousand."""
    is_elm, con, found = community
    waits = con.sql(
        "select (coalesce(answered, known_until) - us) // 1000000 as seconds, answered is not null as is_answered from conversation"
    ).pl()
    hours, is_answered = waits["seconds"].to_numpy() / 3600, waits["is_answered"].to_numpy()
    table = life_table(hours, is_answered)
    edges = {"5m": 5 / 60, "15m": 0.25, "1h": 1.0, "4h": 4.0, "1d": 24.0}
    told = (
        [0.278488, 0.434130, 0.537521, 0.588698, 0.616548]
        if is_elm else [0.183073, 0.277829, 0.420423, 0.536339, 0.610856]
    )  # fmt: skip

    by_then = [1 - survival_at(table, edge) for edge in edges.values()]
    followed = company(found, "time_to_first_answer")

    assert by_then == pytest.approx(told, abs=5e-7)
    assert median(table) == pytest.approx(0.445556 if is_elm else 2.718333, abs=5e-7)
    of_answered = float(pl.Series(hours[is_answered]).median())
    assert of_answered == pytest.approx(0.101111 if is_elm else 0.322778, abs=5e-7)
    shares = [followed["", edge][0] / followed["", edge][1] for edge in edges]
    assert shares == pytest.approx(told, abs=3e-3)


def test_conversations_of_one_voice_are_as_many_as_counted_outside(community):
    is_elm, con, found = community

    alone, opened = con.sql("select count(*) filter (answered is null), count(*) from conversation").fetchall()[0]  # fmt: skip

    assert (alone, opened) == ((691, 1_800) if is_elm else (411, 1_088))
    never, followed = company(found, "unanswered_share")["", "all"]
    assert never / followed == pytest.approx(alone / opened, abs=0.01)


WORKING_TIMES = {
    # asked, answered, minutes of Monday to Friday, 8 to 17
    "before the day begins": ("2026-01-05 07:00", "2026-01-05 08:05", 5),
    "over the evening": ("2026-01-05 16:00", "2026-01-05 18:27", 60),
    "all in the evening": ("2026-01-05 18:00", "2026-01-05 18:27", 0),
    "over a weekend": ("2026-01-09 16:30", "2026-01-12 08:15", 45),
    "over Christmas": ("2026-12-24 16:00", "2026-12-28 09:00", 660),
}


@pytest.fixture(scope="module")
def clocks(tmp_path_factory):
    rows = [
        f"{at} | {i} | {'post' if i % 2 else 'reply'} | {i if i % 2 else i - 1}"
        for i, at in enumerate((at for asked, answered, _ in WORKING_TIMES.values() for at in (asked, answered)), 1)
    ]  # fmt: skip
    event = "\n".join(["at | actor | action | thread", *rows])

    def asked(calendar: str, lives_now: str = "UTC") -> list[float]:
        settings = Settings(day_starts=8, day_ends=17, calendar=calendar)
        person = "\n".join(["person | time_zone", *(f"{i} | {lives_now}" for i in range(1, len(rows) + 1))])  # fmt: skip
        con = store(
            tmp_path_factory.mktemp("clocks"), event=event, person=person, settings=settings
        )
        found = con.sql("select waited from conversation order by event").fetchall()
        return [seconds / 60 for (seconds,) in found]

    return asked


def test_working_time_runs_as_published_and_stops_on_holidays(clocks):
    minutes = [minutes for *_, minutes in WORKING_TIMES.values()]

    assert clocks("") == minutes
    # who lives by Tokyo's clock by now asked by the one of that day all the same
    assert clocks("IT", lives_now="Asia/Tokyo") == [*minutes[:-1], 120]


def test_a_change_of_the_clocks_does_not_lengthen_the_wait(tmp_path):
    """Friday 16:00 to Monday 9:00 in Rome, over the night in which the clocks go forward: two hours of nine to five."""
    con = store(
        tmp_path,
        zone="Europe/Rome",
        event="at | actor | thread\n 2026-03-27 15:00 | 1 | 1\n 2026-03-30 08:00 | 2 | 1",
        person="person | time_zone\n 1 | Europe/Rome\n 2 | UTC",
    )

    assert con.sql("select waited from conversation").fetchall() == [(2 * 3600,)]


HAND = """
    at               | tool  | actor | action | space | thread | in_reply_to | is_question
    2026-01-05 09:00 | slack | 1     | post   | 1     | 1      |             | true
    2026-01-05 09:05 | slack | 2     | reply  | 1     | 1      | 1           |
    2026-01-05 10:00 | slack | 1     | post   | 1     | 3      |             | false
    2026-01-05 10:01 | slack | 1     | reply  | 1     | 3      | 3           |
    2026-01-07 10:00 | slack | 2     | reply  | 1     | 3      | 3           |
    2026-01-05 11:00 | slack | 1     | post   | 1     |        |             | true
    2026-01-05 11:00 | slack | 2     | post   | 2     |        |             | true
    2026-01-06 11:00 | slack | 2     | post   | 3     | 9      |             | true
    2026-01-06 11:30 | slack | 9     | reply  | 1     | 6      | 6           |
    2026-02-27 11:00 | slack | 1     | post   | 1     |        |             | true
    2026-01-05 09:00 | teams | 1     | post   |       | 11     |             |
    2026-01-05 09:05 | teams | 2     | reply  |       | 11     | 11          |
    2026-01-05 09:05 | teams | 2     | reply  |       | 99     | 99          |
    2026-02-27 09:00 | mail  | 1     | email  |       |        |             |
    """


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory):
    """One is answered after five minutes, after two days and by a bot alone; space 2 is direct, space 3 a customer's.

    Of Teams half of what is answered is not in the export, and of mail nothing says what answers what.
    """
    con = store(
        tmp_path_factory.mktemp("hand"),
        event=HAND,
        space="space | openness | purpose\n 1 | public | work\n 2 | direct | work\n 3 | public | customer",
        person="person | kind\n 1 | human\n 2 | human\n 9 | bot",
        settings=OFFICE,
    )
    return con, cells(con)


def test_what_counts_as_answered_by_hand(by_hand):
    _, found = by_hand

    assert company(found, "answered_share") == {
        ("", "all"): (1, 3), ("", "questions"): (1, 2),
        ("4h", "all"): (1, 3), ("4h", "questions"): (1, 2),
        ("72h", "all"): (2, 3), ("72h", "questions"): (1, 2),
    }  # fmt: skip
    waited = company(found, "time_to_first_answer")
    assert [waited["", edge] for edge in answers.EDGES] == [(1, 3)] * 4 + [(1, 3), (2, 3)]
    assert company(found, "unanswered_share") == {("", "all"): (1, 3), ("", "questions"): (1, 2)}


def test_a_conversation_counts_when_its_time_is_over(by_hand):
    """Of three on 5 January, the week of the 12th knows what became of them within seven working days."""
    con, _ = by_hand
    asked = con.sql(
        "select tool, day, asked, asked_72, waited from person_asked where tool is not null order by day"
    ).fetchall()

    assert [(str(day), *rest) for _, day, *rest in asked] == [
        ("2026-01-07", 3, 0, 0), ("2026-01-09", 0, 3, 0), ("2026-01-15", 0, 0, 3),
    ]  # fmt: skip


def test_a_conversation_counts_until_days_are_missing(tmp_path):
    """The exports leave out 8 to 20 January. Of the first its 24 hours are known, of the second neither; of the third all."""
    con = store(
        tmp_path,
        settings=OFFICE,
        event="""
        at               | actor | action | space | thread
        2026-01-05 09:00 | 1     | post   | 1     | 1
        2026-01-07 10:00 | 1     | post   | 1     | 2
        2026-01-21 09:00 | 1     | post   | 1     | 3
        2026-01-21 09:30 | 2     | reply  | 1     | 3
        2026-02-20 09:00 | 2     | reply  | 1     | 3
        """,
        space="space | tool\n 1 | slack",
        gap="tool | valid_from | valid_to\n slack | 2026-01-08 | 2026-01-21",
    )

    asked = con.sql(
        "select day, asked, asked_72, waited from person_asked where tool is not null order by day"
    ).fetchall()

    assert [(str(day), *rest) for day, *rest in asked] == [
        ("2026-01-07", 1, 0, 0), ("2026-01-23", 1, 0, 0), ("2026-01-25", 0, 1, 0), ("2026-02-02", 0, 0, 1),
    ]  # fmt: skip


def test_without_threads_or_with_parts_of_them_nothing_is_told(by_hand):
    _, found = by_hand
    of_tools = found.filter(cut="tool", metric="answered_share", variant="", bin="all")

    assert dict(of_tools.select("tool", "reason").iter_rows()) == {
        "slack": None, "teams": "sampled_threads", "mail": "no_replies",
    }  # fmt: skip


@pytest.fixture(scope="module")
def leaders(tmp_path_factory):
    """Ten leaders mail to twenty, once to nine, as does one without reports; twelve people open three conversations each."""
    posts, asked = (6, 2, 0, 5, 1, 3, 8, 0, 4, 1), (2, 0, 0, 1, 1, 0, 4, 0, 2, 0)
    opened = [f"2026-01-{5 + i:02} 10:00 | slack | {who} | post | | | {i < 2}" for i in range(3) for who in range(31, 43)]  # fmt: skip
    answered = [f"2026-01-05 11:00 | slack | {31 + who % 12} | reply | | {who} |" for who in range(1, 13)]  # fmt: skip
    mails = [
        f"2026-01-{5 + i:02} 10:{i:02} | mail | {leader} | email | 20 | | {i < questions}"
        for leader, (count, questions) in enumerate(zip(posts, asked, strict=True), 1)
        for i in range(count)
    ]
    few = ["2026-01-05 12:00 | mail | 1 | email | 9 | | true", "2026-01-05 12:00 | mail | 11 | email | 20 | | true"]  # fmt: skip
    end = "2026-02-27 10:00 | slack | 31 | post | | 7 |"
    event = ["at | tool | actor | action | recipients | thread | is_question", *opened, *answered, *mails, *few, end]  # fmt: skip
    org = ["person | manager", *(f"{10 + i} | {i}" for i in range(1, 11)), *(f"{i} | " for i in (*range(1, 11), *range(31, 43)))]  # fmt: skip
    event_text = "\n".join(event).replace("True", "true").replace("False", "false")
    con = store(tmp_path_factory.mktemp("leaders"), org="\n".join(org), event=event_text)
    return panel(con, OFFICE), cells(con)


def test_leaders_ask_in_a_third_of_their_posts_by_hand(leaders):
    _, found = leaders

    assert company(found, "leader_question_ratio")["", None] == (10, 30)


def test_under_thirty_conversations_nothing_is_said(leaders):
    """Of twelve people's three conversations two hold a question: 36 are enough, 24 are not."""
    people, found = leaders
    no_labels = [pl.lit(None, pl.String).alias(x) for x in ("department", "level", "location", "tool", "reason")]  # fmt: skip
    mask = people.select("quarter").unique().with_columns(*no_labels, shown=True)
    summed = found.filter(cut="total", metric="answered_share", variant="")

    told = figures.finish(
        summed.with_columns(coverage=pl.lit(None, pl.Float64)), mask, PASSPORTS, 10, people
    )

    assert dict(told.select("bin", "reason").iter_rows()) == {
        "all": None, "questions": "too_little_traffic",
    }  # fmt: skip
