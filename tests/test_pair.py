"""Two processes that read one export give what one gives, byte for byte, whatever becomes of the second."""

from collections import Counter
from dataclasses import replace

import polars as pl
import pytest

from analytics.readers import pair
from analytics.readers.sandbox import parse
from tests.fixtures import slack_in_two
from tests.slack_samples import day, export, message, write_zip

CHANNELS = ("general", "sales", "zoo")
FIRST = 1_767_603_600


def records(channel):
    """Ten messages in one thread with reactions; the last one cannot be read, nor is its author in any list."""
    root = f"{FIRST}.000100"
    good = [
        message(
            f"{FIRST + number}.000100",
            f"U00{number % 4 + 1}",
            f"<@U002> hi from {channel}",
            thread_ts=root,
            reactions=[{"name": "wave", "users": ["U003", f"UGUEST{number}"]}],
        )
        for number in range(10)
    ]
    return [*good, message("never", "UNOBODY")]


def read(folder, name, damaged=None):
    days = {day(number, channel): records(channel) for channel in CHANNELS for number in (5, 6)}
    listed = [{"id": f"C00{n}", "name": channel} for n, channel in enumerate(CHANNELS, 1)]
    path = write_zip(folder / "export.zip", export(channels=listed, **days))
    if damaged:
        data = path.read_bytes()
        at = data.index(damaged.encode()) + len(damaged)  # packed bytes follow the name
        path.write_bytes(data[:at] + b"\xff" * 20 + data[at + 20 :])
    out = folder / name
    report = parse(path, out, name=name, readers=(slack_in_two,))
    return replace(report, file=""), {file.name: file.read_bytes() for file in out.iterdir()}


def test_two_processes_give_what_one_gives(tmp_path):
    alone, rows_alone = read(tmp_path, "alone")
    together, rows_together = read(tmp_path, "together")
    after_a_death, rows_after_a_death = read(tmp_path, "killed")

    # three channels with ten messages, told once more on the second day; one of each day has no time
    assert (alone.stored, alone.duplicates, alone.rejected) == (30, 30, {"timestamp_invalid": 6})
    assert alone.rows["event"] == 30 + 60
    events = pl.read_parquet(tmp_path / "alone" / "event-*.parquet")
    assert Counter(events["space"]) == dict.fromkeys(("C001", "C002", "C003"), 30)
    assert events["event"].n_unique() == 30 + 60
    assert together == after_a_death == alone
    assert rows_together == rows_after_a_death == rows_alone


@pytest.mark.parametrize("channel", ["general", "sales"])  # one of each share
def test_damage_is_told_whoever_meets_it(tmp_path, channel):
    damaged = f"{channel}/2026-01-06.json"
    alone, _ = read(tmp_path, "alone", damaged)
    together, rows = read(tmp_path, "damaged", damaged)

    assert alone.reject_code == "zip_corrupt"
    assert replace(together, message="") == replace(alone, message="")
    assert rows == {}


@pytest.mark.parametrize(
    ("sizes", "shares"),
    [
        ({"a": 60, "b": 50, "c": 40, "d": 30}, [{"a", "d"}, {"b", "c"}]),  # 90 and 90
        ({"a": 100, "b": 10, "c": 10}, [{"a"}, {"b", "c"}]),
        ({"a": 100}, [{"a"}]),
        ({"a": 3, "b": 2}, [{"a", "b"}]),  # not worth it
    ],
)
def test_the_shares_weigh_alike(sizes, shares, monkeypatch):
    monkeypatch.setattr(pair, "WORTH_IT", 10)

    assert pair.parted(Counter(sizes), largest=1) == shares


def test_what_needs_more_than_half_the_memory_stays_whole():
    sizes = Counter(a=pair.WORTH_IT, b=pair.LARGEST + 1)

    assert pair.parted(sizes, largest=pair.LARGEST + 1) == [{"a", "b"}]
