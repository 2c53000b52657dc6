"""How fast and how flat is a large calendar with series read, against icalendar with recurring-ical-events?

python -m benchmarks.calendar_ics [EVENTS]
"""

import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analytics.readers import nursery, sandbox
from analytics.readers.base import Options

PEOPLE = 500
START = datetime(2025, 1, 6, 7, tzinfo=UTC)
SERIES_EVERY = 10  # one event in ten repeats
WEEKS = 20  # of a series
HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//acme//bench//EN\r\n"


def write(path: Path, events: int) -> int:
    """Write meetings of 2 to 8 people, one in ten weekly with a week left out; return how many take place."""
    chance, held = random.Random(3), 0
    with path.open("w", newline="") as file:
        file.write(HEAD)
        for number in range(events):
            at = START + timedelta(minutes=30 * (number % 5_000))
            people = chance.sample(range(PEOPLE), chance.randint(2, 8))
            lines = ["BEGIN:VEVENT", f"UID:{number}@acme.example", f"DTSTAMP:{at:%Y%m%dT%H%M%SZ}"]
            lines += [
                f"DTSTART:{at:%Y%m%dT%H%M%SZ}",
                f"DTEND:{at + timedelta(minutes=30):%Y%m%dT%H%M%SZ}",
            ]
            if number % SERIES_EVERY == 0:
                left_out = at + timedelta(weeks=3)
                lines += [f"RRULE:FREQ=WEEKLY;COUNT={WEEKS}", f"EXDATE:{left_out:%Y%m%dT%H%M%SZ}"]
            held += WEEKS - 1 if number % SERIES_EVERY == 0 else 1
            lines.append(f"ORGANIZER:mailto:person{people[0]}@acme.example")
            lines += [
                f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:person{who}@acme.example" for who in people[1:]
            ]
            lines += ["SUMMARY:The plan for next week", "END:VEVENT", ""]
            file.write("\r\n".join(lines))
        file.write("END:VCALENDAR\r\n")
    return held


def libraries(path: Path) -> int:
    """Return how many meetings the libraries find: the file parsed, series followed."""
    import icalendar
    import recurring_ical_events

    calendar = icalendar.Calendar.from_ical(path.read_bytes())
    return len(recurring_ical_events.of(calendar).between(START, START + timedelta(days=900)))


def main() -> None:
    """Print meetings a second, the ratio to the libraries, and the peak of a tenth and of all."""
    events = int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        path, tenth = Path(folder) / "all.ics", Path(folder) / "tenth.ics"
        held = write(path, events)
        write(tenth, events // 10)
        begin = time.perf_counter()
        sandbox.parse(tenth, Path(folder) / "tenth", Options())
        a_tenth, small = time.perf_counter() - begin, nursery.peak_mb()
        begin = time.perf_counter()
        report = sandbox.parse(path, Path(folder) / "all", Options())
        whole, large = time.perf_counter() - begin, nursery.peak_mb()
        begin = time.perf_counter()
        count = libraries(path)
        least = time.perf_counter() - begin
        size = path.stat().st_size / 2**20
    assert report.rows["event"] == count == held, (report, count, held)
    print(f"{events:,} events, {size:,.1f} MB: {held:,} meetings, {report.rows}")
    print(
        f"{whole:.1f} s = {held / whole:,.0f} meetings/s; the libraries {least:.1f} s = {least / whole:.1f} x ours"
    )
    print(f"peak {small:,.0f} MB of a tenth ({a_tenth:.1f} s), {large:,.0f} MB of all")


if __name__ == "__main__":
    main()
