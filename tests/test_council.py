"""The works council's document: whole, harmless, and without a figure."""

import re
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from analytics import audit_log, council, roles
from analytics.__main__ import main
from analytics.press import write
from analytics.release import Release, open_release
from tests.drawn_release import DEPARTMENTS, draw_release

HARMLESS = {
    "html", "head", "meta", "title", "style", "body", "main", "section", "h1", "h2", "h3", "p", "ul", "li",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


class Read(HTMLParser):
    """What a browser would make of a page: its tags with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += f"{data}\n"


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    monkeypatch.setenv("CONVIVIO_HOME", str(tmp_path))
    return open_release(draw_release(tmp_path))


def saying(folder: Path, table: str, **items: str) -> Release:
    """Return a release that says nothing but these items of its certificate or company."""
    path = folder / "acme" / "releases" / "000009.duckdb"
    frame = pl.DataFrame({"item": list(items), "value": list(items.values())})
    write(path, {table: frame})
    return open_release(path)


def test_the_document_holds_every_part_and_every_definition(drawn):
    read = Read(council.document(drawn))

    for part in ("What is kept", "What never is", "Your rights", "Who sees what", "How small groups are protected",
                 "What the company has laid down", "The certificate of these figures", "The log",
                 "How each figure is counted"):  # fmt: skip
        assert part in read.text
    for sentence in (
        *council.NEVER,
        *roles.NAMES.values(),
        council.again(drawn),
        *council.attacks(),
    ):
        assert sentence in read.text
    assert len(drawn.passports()) > 20
    for passport in drawn.passports():
        assert passport["title"] in read.text
        assert passport["definition"] in read.text


def test_the_document_runs_nothing_and_loads_nothing(drawn):
    read = Read(council.document(drawn))

    assert {tag for tag, _ in read.tags} <= HARMLESS
    names = {name for _, attributes in read.tags for name in attributes}
    assert names <= {"lang", "charset", "http-equiv", "content", "name", "scope"}


def test_the_document_names_no_group_and_shows_no_figure(drawn):
    text = Read(council.document(drawn)).text

    assert not [name for name in DEPARTMENTS if name in text]
    values = drawn.figures("active_people", by="department")["value"].drop_nulls()
    assert values.len() > 0
    assert not [value for value in values if f"{value:.0%}" in text and f"{value:.0%}" != "98%"]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "</title><img src=x onerror=alert(1)>", "a\x00\u202eb", '" onload="x'])  # fmt: skip
def test_a_name_from_outside_stays_text(tmp_path, name):
    release = saying(tmp_path, "company", name=name, purpose=name, threshold="10")

    read = Read(council.document(release))

    assert {tag for tag, _ in read.tags} <= HARMLESS
    assert not [key for _, attributes in read.tags for key in attributes if key.startswith("on")]
    assert "\x00" not in read.text and "\u202e" not in read.text


def test_the_certificate_is_told_in_words_and_what_it_does_not_hold_is_left_out(tmp_path):
    release = saying(
        tmp_path, "certificate", k="10", targets="41208", exposed="0", merged="1", hidden="12", seed="7",
        primes="[101, 103]", earlier_releases="2", staff_in_published_department="0.947", matrix_hash="37e6", new="1",
    )  # fmt: skip

    assert council.certificate_rows(release) == [
        ("Release", "9"),
        ("Smallest group shown, in people", "10"),
        ("Sets of people that the audit tried to work out", "41,208"),
        ("… found in what is shown", "0"),
        ("Earlier releases audited together with it", "2"),
        ("People in a department that is shown", "95%"),
        ("Small groups joined with neighbours", "1"),
        ("Groups held back to protect a smaller one", "12"),
        ("Seed of the audit's random numbers", "7"),
        ("Prime numbers it counted with", "101, 103"),
        ("Fingerprint of what is shown", "37e6"),
    ]
    assert council.outcome(release.certificate()) == [
        "1 small group joined with neighbours, 12 groups held back.",
        "95% of people belong to a department that is shown.",
        "Attacked together with 2 earlier releases: nothing more follows from all of them.",
    ]


def test_what_the_company_laid_down_is_said_and_what_it_did_not_is_said_too(tmp_path):
    release = saying(
        tmp_path,
        "company",
        threshold="12",
        purpose="To see use",
        country="it",
        keep_days="365",
        keep_days_by_tool="mail=21, slack=90",
    )

    assert council.rules(release) == [
        ("Smallest group shown", "12 people"),
        ("Purpose", "To see use"),
        ("Legal basis", "not set"),
        ("Agreement or authorisation", "not set"),
        ("Rules of the country", "Italy"),
        ("Acts are kept for", "365 days"),
        ("Other times for single tools", "Mail 21 days, Slack 90 days"),
        ("Working time", "not set"),
        ("Public holidays", "not set"),
    ]


def test_the_document_carries_the_last_line_of_the_log_and_says_when_it_was_altered(drawn):
    folder = drawn.path.parents[1]
    audit_log.append(folder, "view", page="overview")
    number, digest = audit_log.last(folder)

    assert f"--workspace drawn --noted {number}:{digest}" in Read(council.document(drawn)).text

    log = folder / "audit.jsonl"
    log.write_bytes(log.read_bytes().replace(b"overview", b"adoption"))
    assert "Line 1 was altered" in Read(council.document(drawn)).text


def test_the_same_release_and_log_give_the_same_document(drawn):
    assert council.document(drawn) == council.document(drawn)


def test_the_command_writes_the_document(drawn, tmp_path, capsys):
    file = tmp_path / "council.html"

    assert main(["council", "--workspace", "drawn", "--out", str(file)]) == 0
    assert re.match(r"<!doctype html>", file.read_text("utf-8"))
    assert main(["council", "--workspace", "drawn", "--out", str(tmp_path)]) == 2
    assert "choose another place" in capsys.readouterr().err
    assert main(["council", "--workspace", "none", "--out", str(file)]) == 1
