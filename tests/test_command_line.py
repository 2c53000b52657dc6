"""The command line keeps the contract that programs rely on: stdout, stderr, exit codes, JSON shapes."""

import json
from pathlib import Path

import pytest

from analytics import release
from analytics.__main__ import main
from analytics.commands_release import RESULT
from tests.drawn_release import DEPARTMENTS, draw_release

UNDIVIDED = [name for name in RESULT if name != "division"]  # a company without divisions


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CONVIVIO_HOME", str(tmp_path))
    draw_release(tmp_path)
    return "drawn"


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_metric_as_json_is_one_object_with_the_result_shape(drawn, capsys):
    code, out, _ = run(capsys, "metric", "active_people", "--workspace", drawn, "--format", "json")

    answer = json.loads(out)
    assert code == 0
    assert set(answer) == {"metric", "unit", "definition", "release", "suppressed", "rows"}
    assert answer["release"] == 1
    assert len(answer["rows"]) == 1
    assert list(answer["rows"][0]) == UNDIVIDED


def test_by_department_gives_one_row_a_department_and_counts_what_is_withheld(drawn, capsys):
    _, out, _ = run(
        capsys,
        "metric",
        "active_people",
        "-w",
        drawn,
        "--by",
        "department",
        "--tool",
        "slack",
        "--format",
        "json",
    )

    answer = json.loads(out)
    assert [row["department"] for row in answer["rows"]] == sorted(DEPARTMENTS)
    assert answer["suppressed"] == 1
    hidden = next(row for row in answer["rows"] if row["department"] == "Human resources")
    assert (hidden["value"], hidden["n"], hidden["reason"]) == (None, None, "small_group")


def test_a_metric_of_parts_answers_with_its_total_and_shows_the_parts_on_request(drawn, capsys):
    _, total, _ = run(capsys, "metric", "collaboration_hours", "-w", drawn, "--format", "json")
    _, parts, _ = run(
        capsys, "metric", "collaboration_hours", "-w", drawn, "--by", "bin", "--format", "json"
    )

    assert [row["bin"] for row in json.loads(total)["rows"]] == ["total"]
    assert {row["bin"] for row in json.loads(parts)["rows"]} >= {"total", "meeting", "reading"}


def test_csv_has_a_header_and_one_line_a_period(drawn, capsys):
    _, out, _ = run(
        capsys, "metric", "active_people", "-w", drawn, "--grain", "quarter", "--format", "csv"
    )

    lines = out.splitlines()
    assert lines[0].split(",") == UNDIVIDED
    assert len(lines) == 3


def test_coverage_names_tools_and_what_is_missing(drawn, capsys):
    _, out, _ = run(capsys, "coverage", "-w", drawn, "--format", "json")

    missing = [row for row in json.loads(out)["metrics"] if not row["computable"]]
    assert missing == [
        {
            "metric": "meeting_hours",
            "computable": False,
            "reason": "no_calendar",
            "needs": "a calendar export",
        }
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("metric", "no_such", "-w", "drawn"), 2, "There is no metric"),
        (("metric", "active_people", "-w", "absent"), 1, "has no release"),
        (("metric", "active_people", "-w", "../etc"), 1, "workspace's name"),
        (("metric", "active_people", "-w", "drawn", "--variant", "x"), 2, "no variant"),
        (("metric", "lifecycle", "-w", "drawn", "--by", "department"), 1, "holds no lifecycle"),
        (("ingest", "/no/such/file", "-w", "new"), 2, "no file or folder"),
        (("ingest", __file__, "-w", "new", "--map", "sender"), 2, "FIELD=COLUMN"),
        (("ingest", __file__, "-w", "new", "--time-zone", "Rome"), 2, "Europe/Rome"),
        (("attack", "/no/such/release"), 2, "no release file"),
        (("demo", "--people", "5"), 2, "at least"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_on_stderr(drawn, capsys, arguments, code, words):
    answer, out, err = run(capsys, *arguments)

    assert (answer, out) == (code, "")
    assert words in err
    assert "Traceback" not in err


def test_wrong_use_ends_with_two(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["metric"])

    assert stopped.value.code == 2


def test_an_error_inside_says_where_without_a_traceback(drawn, capsys, monkeypatch):
    def broken(_: str) -> None:
        raise KeyError("secret@example.org")

    monkeypatch.setattr(release, "current", broken)

    code, _, err = run(capsys, "metric", "active_people", "-w", drawn)

    assert code == 1
    assert "KeyError at" in err
    assert "secret@example.org" not in err
