"""How fast and how flat is a Mattermost bulk export read? As a ratio to reading its lines and decoding them typed, in processor time.

python -m benchmarks.mattermost_export [POSTS]
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from analytics.readers import nursery, sandbox
from analytics.readers.chat.mattermost_json import Line

START_MS = 1_735_689_600_000  # 2025
PEOPLE = 2_000
TEXT = "Could you look at the plan for the second quarter before noon, @person7? It is in the usual place"


def write(path: Path, posts: int) -> None:
    """Write posts in time order, every fourth with one reply and one reaction."""
    with path.open("w") as file:
        file.write('{"type":"version","version":1}\n')
        for number in range(PEOPLE):
            person = {"username": f"person{number}", "email": f"person{number}@acme.example"}
            file.write(json.dumps({"type": "user", "user": person}) + "\n")
        for number in range(posts):
            at = START_MS + number * 20_000
            post = {"team": "acme", "channel": f"c{number % 300}", "user": f"person{number % PEOPLE}", "type": "",
                    "message": TEXT, "props": {}, "create_at": at, "edit_at": 0, "reactions": None, "replies": None,
                    "is_pinned": False}  # fmt: skip
            if number % 4 == 0:
                other = f"person{(number + 7) % PEOPLE}"
                post["replies"] = [{"user": other, "type": "", "message": "Yes", "create_at": at + 60_000}]  # fmt: skip
                post["reactions"] = [{"user": other, "create_at": at + 9_000, "emoji_name": "+1"}]
            file.write(json.dumps({"type": "post", "post": post}) + "\n")


def decode_only(path: Path) -> float:
    """Return the processor time that reading and decoding the lines takes."""
    began, decode = time.process_time(), msgspec.json.Decoder(Line).decode
    with path.open("rb") as stream:
        for line in stream:
            decode(line)
    return time.process_time() - began


def main() -> None:
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "export.jsonl", Path(folder) / "out"
        out.mkdir()
        write(path, posts)
        floor = decode_only(path)
        report = sandbox.parse(path, out)
        whole = nursery.seconds()
        peak = nursery.peak_mb()
        print(f"{report.stored:,} messages, {path.stat().st_size / 1e6:,.0f} MB")
        print(f"processor time: typed decode {floor:.1f} s, whole {whole:.1f} s: {whole / floor:.1f} ×, peak {peak:.0f} MB")  # fmt: skip


if __name__ == "__main__":
    main()
