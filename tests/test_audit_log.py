"""The log: every way to bend it is seen."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import audit_log
from analytics.__main__ import main
from analytics.errors import AnalyticsError
from pages.parts import log_view


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace's folder whose log holds five lines."""
    monkeypatch.setenv("CONVIVIO_HOME", str(tmp_path))
    made = tmp_path / "acme"
    made.mkdir()
    for page in ("overview", "adoption", "trust", "departments", "overview"):
        audit_log.append(made, "view", who="hr@acme.example", page=page, release=1, tool=None)
    return made


def lines(folder: Path) -> list[bytes]:
    return (folder / "audit.jsonl").read_bytes().splitlines(keepends=True)


def write(folder: Path, content: list[bytes]) -> None:
    (folder / "audit.jsonl").write_bytes(b"".join(content))


def bad_line(folder: Path) -> int | None:
    problem = audit_log.verify(folder)
    return problem.line if problem else None


def test_a_line_says_what_was_done_and_follows_the_one_before(folder):
    newest, before = audit_log.read(folder, limit=2)

    assert list(newest) == ["n", "at", "kind", "who", "page", "release", "previous", "hash"]
    assert (newest["n"], newest["kind"], newest["page"], newest["release"]) == (
        5,
        "view",
        "overview",
        1,
    )
    assert newest["previous"] == before["hash"]
    assert audit_log.last(folder) == (5, newest["hash"])
    assert bad_line(folder) is None


def test_a_log_that_nobody_has_written_is_whole(tmp_path):
    assert audit_log.verify(tmp_path) is None
    assert audit_log.read(tmp_path) == []
    assert audit_log.last(tmp_path) == (0, audit_log.FIRST)


def test_each_single_byte_altered_is_found(folder):
    whole = (folder / "audit.jsonl").read_bytes()
    missed = []
    for place in range(len(whole)):
        for flip in (0x01, 0x20):
            bent = bytearray(whole)
            bent[place] ^= flip
            (folder / "audit.jsonl").write_bytes(bent)
            if audit_log.verify(folder) is None:
                missed.append(place)

    assert missed == []


def test_each_single_byte_of_the_count_altered_is_found(folder):
    whole = (folder / "audit.head").read_bytes()
    missed = []
    for place in range(len(whole)):
        bent = bytearray(whole)
        bent[place] ^= 0x01
        (folder / "audit.head").write_bytes(bent)
        if audit_log.verify(folder) is None:
            missed.append(place)

    assert missed == []


@pytest.mark.parametrize("gone", range(5))
def test_a_line_removed_is_found(folder, gone):
    kept = lines(folder)
    del kept[gone]
    write(folder, kept)

    assert bad_line(folder) == gone + 1


@pytest.mark.parametrize(("one", "other"), [(0, 1), (1, 3), (3, 4)])
def test_two_lines_swapped_are_found(folder, one, other):
    kept = lines(folder)
    kept[one], kept[other] = kept[other], kept[one]
    write(folder, kept)

    assert bad_line(folder) == one + 1


@pytest.mark.parametrize("kept", range(5))
def test_an_end_cut_off_is_found_also_after_going_on(folder, kept):
    write(folder, lines(folder)[:kept])
    assert bad_line(folder) == kept + 1

    audit_log.append(folder, "view", page="overview")

    assert bad_line(folder) == kept + 1


def test_a_line_doubled_or_put_in_is_found(folder):
    kept = lines(folder)
    write(folder, [*kept[:2], kept[1], *kept[2:]])
    assert bad_line(folder) == 3

    forged = (
        json.dumps({"n": 6, "kind": "view", "previous": audit_log.last(folder)[1]}).encode() + b"\n"
    )
    write(folder, [*kept, forged])
    assert bad_line(folder) == 6


def test_a_log_deleted_or_its_count_deleted_is_found_also_after_going_on(folder):
    (folder / "audit.head").unlink()
    assert "audit.head" in audit_log.verify(folder).sentence
    audit_log.append(folder, "view", page="overview")
    assert bad_line(folder) == 6

    (folder / "audit.jsonl").unlink()
    assert bad_line(folder) == 1


def test_a_whole_new_log_is_found_by_a_line_noted_before(folder):
    noted = audit_log.last(folder)
    for file in ("audit.jsonl", "audit.head"):
        (folder / file).unlink()
    for _ in range(6):
        audit_log.append(folder, "view", page="trust")

    assert audit_log.verify(folder) is None
    assert audit_log.verify(folder, noted).line == 5


def test_the_beginning_of_a_line_that_a_crash_left_is_set_aside(folder):
    with (folder / "audit.jsonl").open("ab") as file:
        file.write(b'{"n": 6, "at": "2026')
    assert bad_line(folder) is None

    audit_log.append(folder, "import", files=2)

    assert bad_line(folder) is None
    assert [line["kind"] for line in audit_log.read(folder)] == ["import", *["view"] * 5]
    assert (folder / "audit.torn").read_bytes() == b'{"n": 6, "at": "2026\n'


def test_a_crash_between_a_line_and_its_count_costs_nothing(folder):
    before = (folder / "audit.head").read_bytes()
    audit_log.append(folder, "view", page="trust")
    (folder / "audit.head").write_bytes(before)
    assert bad_line(folder) is None

    audit_log.append(folder, "view", page="trust")

    assert bad_line(folder) is None
    assert audit_log.last(folder)[0] == 7


def test_processes_that_write_at_once_lose_and_tear_nothing(folder):
    code = (
        "import sys; from pathlib import Path; from analytics import audit_log\n"
        "for i in range(40): audit_log.append(Path(sys.argv[1]), 'export', by=sys.argv[2], turn=i)"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(folder), str(one)]) for one in range(4)
    ]
    assert [process.wait(timeout=120) for process in running] == [0, 0, 0, 0]

    assert bad_line(folder) is None
    written = {(line["by"], line["turn"]) for line in audit_log.read(folder, 160)}
    assert written == {(str(by), turn) for by in range(4) for turn in range(40)}


@settings(deadline=None, max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(["page", "what", "who"]), st.one_of(st.text(), st.integers(), st.none())
    )
)
def test_whatever_is_logged_can_be_read_and_holds(tmp_path_factory, facts):
    made = tmp_path_factory.mktemp("log")
    audit_log.append(made, "export", **facts)

    assert audit_log.verify(made) is None
    kept = {k: v[:500] if isinstance(v, str) else v for k, v in facts.items() if v is not None}
    assert audit_log.read(made)[0].items() >= kept.items()


def test_what_the_log_writes_itself_cannot_be_said(folder, tmp_path):
    with pytest.raises(ValueError, match="hash"):
        audit_log.append(folder, "view", hash="0")
    with pytest.raises(AnalyticsError, match="no workspace"):
        audit_log.append(tmp_path / "nowhere", "view")


def test_the_command_tells_whether_the_log_holds(folder, capsys):
    assert main(["verify-log", "--workspace", "acme"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("The log is whole: 5 lines")
    mark = said.split()[-1]

    write(folder, [line.replace(b"trust", b"tryst") for line in lines(folder)])
    assert main(["verify-log", "--workspace", "acme", "--noted", mark]) == 1
    assert "Line 3 was altered" in capsys.readouterr().err
    assert main(["verify-log", "--workspace", "acme", "--noted", "5"]) == 2
    assert main(["verify-log", "--workspace", "none"]) == 2


def test_a_line_is_read_in_words():
    line = {"n": 4, "at": "2026-11-28T19:03:11+00:00", "kind": "import", "who": "this machine", "role": "", "import": "326489ed9e2883d8",
            "format": "google_forms", "outcome": "accept", "stored": 1296, "previous": "", "hash": ""}  # fmt: skip

    assert log_view.row(line, named=True) == {
        "Line": "4", "When": "28\u00a0Nov\u00a02026, 19:03", "Who": "This machine", "What": "imported a file",
        "Of what": "import 326489ed, Google Forms answers, 1,296 records kept",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            {"kind": "view", "page": "time_cost", "release": 3, "period": "2026-Q2", "step": "month", "level": "2", "part": "All of it"},
            "Time, release 3, Apr\u2013Jun 2026, by month, Level 2, all parts",
        ),
        (
            {"kind": "export", "page": "departments", "period": "2026-09", "tool": "viva_engage", "measure": "active", "what": "every_group", "form": "csv"},
            "Departments, September 2026, Viva Engage, People who contribute, every group, as CSV",
        ),
        (
            {"kind": "settings", "setting": "keep_days_by_tool", "old": "", "new": "slack=180,email=90", "reason": "works agreement"},
            "Tools kept for another time: slack: 180, email: 90. Reason: works agreement",
        ),
        ({"kind": "identities", "accepted": 2, "refused": 1, "undone": 0, "journal": "3f"}, "2 joined, 1 kept apart, 0 taken back"),
        ({"kind": "settings", "setting": "threshold", "old": "10", "new": "12"}, "Smallest group shown: 12 instead of 10"),
        ({"kind": "import", "import": None, "format": "hr_file", "outcome": "reject", "stored": 0}, "HR or organisation file"),
        ({"kind": "view", "page": "adoption", "period": "whatever", "part": "Messages"}, "Adoption, whatever, part “Messages”"),
    ],
)  # fmt: skip
def test_a_line_names_nothing_as_the_program_does(line, words):
    assert log_view.row(line, named=True)["Of what"] == words
