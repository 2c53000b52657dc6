"""Imports started from a page: they go on without it and can be told about by anybody."""

import json
import os
import subprocess
import sys
import time

import pytest

from analytics import job_files, jobs
from analytics.errors import AnalyticsError
from analytics.readers.base import Options
from analytics.vault.workspace import Workspace

pytestmark = pytest.mark.usefixtures("home")


def until_over(workspace, job_id, seconds=60):
    end = time.monotonic() + seconds
    while (job := jobs.get(workspace, job_id)).state == "running" and time.monotonic() < end:
        time.sleep(0.05)
    return job


def written(home, **values):
    """Put a job on record as if another server process had started it."""
    folder = home / "acme" / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    job = {"id": "20260105T090000-0123abcd", "kind": "import", "files": ["a.zip"], "started": "2026-01-05T09:00:00+00:00",
           "pid": 2**22 - 1, "born": "1", "uploads": []}  # fmt: skip
    job |= {key: value for key, value in values.items() if key not in ("out", "err")}
    (folder / f"{job['id']}.json").write_text(json.dumps(job))
    (folder / f"{job['id']}.out").write_text(values.get("out", ""))
    (folder / f"{job['id']}.err").write_text(values.get("err", ""))
    return job["id"]


def test_a_job_runs_on_its_own_and_ends_with_the_report_of_the_command(home):
    folder = jobs.upload_folder("acme")
    (folder / "empty.csv").write_bytes(b"")

    id_ = jobs.start(
        "acme", [folder / "empty.csv"], Options(columns={"sender": "from a"}, tool="mail")
    )
    begun = jobs.list("acme")
    job = until_over("acme", id_)

    assert [(one.id, one.kind, one.files) for one in begun] == [(id_, "import", ("empty.csv",))]
    assert (job.state, job.result["files"][0]["outcome"]) == ("done", "reject")
    assert (job.progress["stage"], job.read) == ("reading", (("empty.csv", "reject"),))
    assert not folder.exists()
    assert jobs.list("acme") == [job]


def test_files_are_looked_at_in_a_process_of_its_own_and_leave_nothing(home):
    folder = jobs.upload_folder(job_files.LOOKS)
    (folder / "client").mkdir()
    (folder / "client" / "log.csv").write_text(
        "time,sender,recipient\n2026-01-05 09:00:00,a@x.org,b@x.org\n"
    )

    id_ = jobs.start_look([folder / "client"], "acme")
    job = until_over(job_files.LOOKS, id_)

    assert (job.kind, job.state, job.read) == ("look", "done", (("log.csv", "accept"),))
    assert [(file["file"], file["format"]) for file in job.result["files"]] == [
        ("log.csv", "interaction_log")
    ]
    assert not folder.exists()
    assert not (home / "acme").exists()


def test_a_process_whose_page_has_gone_takes_its_uploads_away_itself(home):
    folder = jobs.upload_folder("acme")
    (folder / "hr.csv").write_text("ID,Department\n1,Sales\n")

    jobs.start("acme", [folder / "hr.csv"])
    end = time.monotonic() + 60
    while folder.exists() and time.monotonic() < end:  # nobody asks after the job
        time.sleep(0.05)

    assert not folder.exists()


def test_uploads_that_no_job_took_are_gone_after_a_day(home):
    left, fresh = jobs.upload_folder("acme"), jobs.upload_folder("acme")
    os.utime(left, (time.time() - 2 * jobs.ABANDONED,) * 2)

    jobs.upload_folder("acme")

    assert (left.exists(), fresh.exists()) == (False, True)


def test_files_that_were_not_uploaded_stay(home, tmp_path):
    (tmp_path / "empty.csv").write_bytes(b"")

    until_over("acme", jobs.start("acme", [tmp_path / "empty.csv"]))

    assert (tmp_path / "empty.csv").exists()


def test_a_job_that_could_not_be_done_says_why_in_one_sentence(home):
    Workspace.open("acme", create=True)

    job = until_over("acme", jobs.start_undo("acme", "0" * 16))

    assert job.state == "failed"
    assert job.message.startswith("Workspace acme has no import")


def test_a_running_job_is_stopped_at_once_with_its_readers(home, tmp_path):
    rows = "".join(f"2026-01-05 09:00:00,a{n}@x.org,b{n % 99}@x.org\n" for n in range(400_000))
    logs = [tmp_path / f"log{place}.csv" for place in range(3)]
    for place, log in enumerate(logs):
        log.write_text(
            "time,sender,recipient\n" + rows * 2 + f"2026-01-06 09:00:00,a{place}@x.org,b@x.org\n"
        )
    id_ = jobs.start("acme", logs)
    while len(list((home / "acme" / "tmp").glob("parts-*"))) < 2:
        time.sleep(0.02)
    time.sleep(0.5)  # into the middle of reading

    job = jobs.cancel("acme", id_)
    began = time.monotonic()
    while job_files.is_alive(job) and time.monotonic() < began + 60:
        time.sleep(0.02)

    assert time.monotonic() - began < 5
    assert (job.state, jobs.get("acme", id_).state) == ("cancelled", "cancelled")
    assert not (home / "acme" / "tmp").exists()


@pytest.mark.parametrize(
    ("out", "stage", "message"),
    [
        ('{"files": [{"file": "a.csv"}], "not_published": "The disk is full."}', "publishing", "The disk is full."),
        ("", "publishing", job_files.CUT_SHORT_AT_FIGURES),
        ("", "reading", job_files.CUT_SHORT),
    ],
)  # fmt: skip
def test_what_became_of_the_files_outlives_figures_that_could_not_be_computed(
    out, stage, message, home
):
    read = {"stage": "read", "file": "a.csv", "outcome": "accept", "report": {"file": "a.csv"}}
    err = "".join(json.dumps(step) + "\n" for step in (read, {"stage": stage, "file": None}))
    id_ = written(home, out=out, err=err)

    job = jobs.get("acme", id_)

    assert (job.state, job.message, job.result["files"]) == ("failed", message, [{"file": "a.csv"}])


@pytest.mark.parametrize(
    ("out", "err", "state", "message"),
    [
        ('{"files": []}', '{"stage": "done"}\n', "done", None),
        ("The demo company is ready.\n", "reading 1/4 hr.xlsx\n", "done", None),
        ("", '{"stage": "reading"}\nThe disk is full.\n', "failed", "The disk is full."),
        ("", '{"stage": "reading"}\n', "failed", "The import was stopped from outside. The last release stands; start it again."),
    ],
)  # fmt: skip
def test_after_a_restart_a_job_is_told_from_its_files(out, err, state, message, home):
    id_ = written(home, out=out, err=err)

    job = jobs.get("acme", id_)

    assert (job.state, job.message) == (state, message)
    assert json.loads((home / "acme/jobs" / f"{id_}.json").read_text())["state"] == state


def test_a_process_that_got_the_number_of_an_old_one_is_not_the_job(home):
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        id_ = written(home, pid=stranger.pid, born="12345")

        job = jobs.cancel("acme", id_)

        assert job.state == "failed"
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_old_jobs_leave_the_list(home):
    for number in range(jobs.KEPT + 5):
        written(home, id=f"20260105T0900{number:02}-0123abcd", out="{}")

    jobs.list("acme")

    assert len(list((home / "acme/jobs").glob("*"))) == 3 * jobs.KEPT


@pytest.mark.parametrize("id_", ["../../etc/passwd", "20260105T090000-ffffffff", ""])
def test_a_job_that_is_not_there_is_said(id_, home):
    with pytest.raises(AnalyticsError, match="no longer listed"):
        jobs.get("acme", id_)


def test_telling_of_jobs_opens_no_file_of_the_vault(home):
    """Nothing but jobs/ is touched: here the workspace is one that nobody may open."""
    id_ = written(home, out="{}")
    (home / "acme" / "identity.duckdb").mkdir()

    jobs.list("acme")

    assert sorted(path.name for path in (home / "acme").iterdir()) == ["identity.duckdb", "jobs"]
    assert jobs.get("acme", id_).state == "done"


def test_an_import_is_listed_before_its_files_are_laid_and_goes_on_under_its_id(home):
    with jobs.announced("acme", ["empty.csv"]) as id_:
        before = jobs.list("acme")
        folder = jobs.upload_folder("acme")
        (folder / "empty.csv").write_bytes(b"")
        started = jobs.start("acme", [folder / "empty.csv"], announced_as=id_)
    job = until_over("acme", id_)

    assert [(one.id, one.state, one.files) for one in before] == [(id_, "running", ("empty.csv",))]
    assert (started, job.state) == (id_, "done")
    assert jobs.list("acme") == [job]


def test_an_import_that_was_not_started_leaves_nothing(home):
    with jobs.announced("acme", ["a.csv"]):
        pass

    assert not (home / "acme").exists()


def test_an_announced_import_that_is_stopped_ends_no_server_and_never_starts(home):
    with jobs.announced("acme", ["a.csv"]) as id_:
        folder = jobs.upload_folder("acme")
        (folder / "a.csv").write_bytes(b"")
        stopped = jobs.cancel("acme", id_)
        jobs.start("acme", [folder / "a.csv"], announced_as=id_)

    job = jobs.get("acme", id_)
    assert (stopped.state, job.state, job.pid) == ("cancelled", "cancelled", os.getpid())
    assert not folder.exists()
