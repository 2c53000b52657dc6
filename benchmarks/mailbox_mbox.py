"""How fast and how flat is a large mailbox read, against Python's own `mailbox` reading the same headers?

python -m benchmarks.mailbox_mbox [MAILS]
"""

import email.utils
import mailbox
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analytics.readers import nursery, sandbox
from analytics.readers.base import Options

PEOPLE = 500
BODY = ("The plan for next week is ready, please have a look. " * 80 + "\n").encode()  # 4 kB
START = datetime(2025, 6, 2, 7, tzinfo=UTC)


def write(path: Path, mails: int) -> None:
    """Write mails of 1 to 5 receivers, two of three answering one before, some with folded and encoded headers."""
    chance = random.Random(5)
    with path.open("wb") as file:
        for number in range(mails):
            at = START + timedelta(seconds=120 * number)
            sender, *receivers = chance.sample(range(PEOPLE), chance.randint(2, 6))
            to = ",\r\n ".join(f'"Person {who}" <person{who}@acme.example>' for who in receivers)
            head = [
                f"From person{sender}@acme.example {at:%a %b %d %H:%M:%S %Y}",
                f"From: =?utf-8?q?P=C3=A9rson_{sender}?= <person{sender}@acme.example>",
                f"To: {to}",
                f"Date: {email.utils.format_datetime(at)}",
                f"Message-ID: <{number}@acme.example>",
                "Subject: The plan for next week",
            ]
            if number and chance.random() < 2 / 3:
                head.append(f"In-Reply-To: <{chance.randrange(number)}@acme.example>")
            file.write(("\n".join(head) + "\n\n").replace("\r\n", "\n").encode())
            file.write(BODY + b"\n")


def standard(path: Path) -> int:
    """Return how many mails Python's `mailbox` finds, having read who, to whom and when of each."""
    count = 0
    for mail in mailbox.mbox(path, create=False):
        email.utils.getaddresses(mail.get_all("from", []) + mail.get_all("to", []))
        email.utils.parsedate_to_datetime(mail["date"])
        count += 1
    return count


def main() -> None:
    """Print mails a second, the ratio to the standard library, and the peak of a tenth and of all."""
    mails = int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        path, tenth = Path(folder) / "all.mbox", Path(folder) / "tenth.mbox"
        write(path, mails)
        write(tenth, mails // 10)
        begin = time.perf_counter()
        sandbox.parse(tenth, Path(folder) / "tenth", Options())
        a_tenth, small = time.perf_counter() - begin, nursery.peak_mb()
        begin = time.perf_counter()
        report = sandbox.parse(path, Path(folder) / "all", Options())
        whole, large = time.perf_counter() - begin, nursery.peak_mb()
        begin = time.perf_counter()
        count = standard(path)
        least = time.perf_counter() - begin
        size = path.stat().st_size / 2**20
    assert report.stored == count == mails, report
    print(f"{mails:,} mails, {size:,.0f} MB, {report.rows}")
    print(
        f"{whole:.1f} s = {mails / whole:,.0f} mails/s; Python's mailbox {least:.1f} s = {least / whole:.1f} x ours"
    )
    print(f"peak {small:,.0f} MB of a tenth ({a_tenth:.1f} s), {large:,.0f} MB of all")


if __name__ == "__main__":
    main()
