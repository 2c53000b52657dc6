"""How long does a large Slack export take, against only unzipping and decoding it? Run by hand:

    python -m benchmarks.slack_export [messages]

Figures are ratios to the floor measured in the same run, so that they mean something on any machine.
"""

import json
import random
import shutil
import statistics
import sys
import tempfile
import time
import zipfile
from datetime import date, timedelta
from pathlib import Path

import msgspec

from analytics.readers import nursery
from analytics.readers.sandbox import parse
from analytics.readers.slack_json import Message

PEOPLE, CHANNELS, DAYS = 2_000, 50, 182
TURNS = 5  # one run swings by a quarter
WORDS = [
    "the",
    "plan",
    "for",
    "next",
    "week",
    "is",
    "ready",
    "please",
    "have",
    "a",
    "look",
    "and",
    "tell",
    "me",
    "what",
    "you",
    "think",
    "about",
    "it",
]


def write(path, messages):
    """Write an export like those of 2026: threads, reactions, mentions, blocks, profiles of the authors."""
    chance = random.Random(7)
    people = [f"U{number:08d}" for number in range(PEOPLE)]
    a_day = messages // (CHANNELS * DAYS)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        users = [
            {
                "id": id_,
                "team_id": "T1",
                "profile": {"real_name": id_, "email": f"{id_}@acme.example"},
            }
            for id_ in people
        ]
        channels = [
            {"id": f"C{number:08d}", "name": f"channel-{number}", "members": people[:200]}
            for number in range(CHANNELS)
        ]
        archive.writestr("users.json", json.dumps(users))
        archive.writestr("channels.json", json.dumps(channels))
        for number in range(CHANNELS):
            root = None
            for day in range(DAYS):
                records = []
                for second in sorted(chance.sample(range(80_000), a_day)):
                    ts = f"{1_750_000_000 + 86_400 * day + second}.{second:06d}"
                    root = ts if root is None or chance.random() < 0.3 else root
                    records.append(_message(ts, root, chance, people))
                name = date(2025, 6, 15) + timedelta(days=day)
                archive.writestr(f"channel-{number}/{name}.json", json.dumps(records))


def _message(ts, root, chance, people):
    who = chance.choice(people)
    text = " ".join(chance.choices(WORDS, k=chance.randint(3, 30)))
    if chance.random() < 0.2:
        text = f"<@{chance.choice(people)}> {text}?"
    element = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    profile = {"avatar_hash": "g1eca2328d65", "real_name": who, "display_name": who, "team": "T1"}
    record = {
        "client_msg_id": "0f3b5f6e-8f2c-4d39-9a57-0a6a1d9d2a11",
        "type": "message",
        "text": text,
        "user": who,
        "ts": ts,
        "team": "T1",
        "user_team": "T1",
        "user_profile": profile | {"is_restricted": False, "is_ultra_restricted": False},
        "blocks": [{"type": "rich_text", "block_id": "Ab1", "elements": [element]}],
        "thread_ts": root,
    }
    if chance.random() < 0.2:
        users = chance.sample(people, chance.randint(1, 3))
        record["reactions"] = [{"name": "+1", "users": users, "count": len(users)}]
    return record


def floor(path):
    """Unzip every member as Python does and decode it into the reader's own structs."""
    decode = msgspec.json.Decoder(list[Message]).decode
    count = 0
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            count += len(decode(data)) if "/" in name else 0
    return count


def timed(work, processor):
    """Return the result of some work, how long it took, and the processor time it took as `processor` tells it."""
    began, used = time.perf_counter(), processor()
    return work(), time.perf_counter() - began, processor() - used


def main(messages):
    with tempfile.TemporaryDirectory() as folder:
        path, small = Path(folder) / "export.zip", Path(folder) / "small.zip"
        write(path, messages)
        write(small, CHANNELS * DAYS)
        parse(
            small, Path(folder) / "small"
        )  # all processes that read come from one, which starts now
        turns = [_turn(path, Path(folder) / str(number)) for number in range(TURNS)]
    print(f"floor and whole in turn, {TURNS} times; the middle of the ratios:")
    print(
        f"{statistics.median(whole for whole, _ in turns):.2f} x,"
        f" processor time {statistics.median(used for _, used in turns):.2f} x,"
        f" peak {nursery.peak_mb():.0f} MB"
    )


def _turn(path, out):
    """Return how many times as long as the floor the reading took, by the clock and in processor time."""
    count, least, least_used = timed(lambda: floor(path), time.process_time)
    report, whole, used = timed(lambda: parse(path, out), nursery.seconds)
    assert report.stored == count, report
    shutil.rmtree(out)
    print(
        f"{count:,} messages, events {report.events}: floor {least:.1f} s, whole {whole:.1f} s;"
        f" processor time {least_used:.1f} and {used:.1f} s"
    )
    return whole / least, used / least_used


if __name__ == "__main__":
    main(int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 1_000_000)
