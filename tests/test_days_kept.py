"""Acts are let go in time: none older than the limit is in any file, none comes back, releases stay."""

import io
import tarfile
from datetime import date, datetime

import polars as pl
import pytest

from analytics import erasure, upkeep
from analytics.ingest import ingest
from analytics.vault import retention, rewrite
from analytics.vault.settings import Settings
from analytics.vault.workspace import Workspace
from tests.test_ingest import publish

LINES = [
    f"2026-0{month}-{day:02} 09:0{minute}:00,{sender}@example.org,{recipient}@example.org,{tool}\n"
    for month in (1, 2, 3)
    for day in range(1, 21)
    for minute, (sender, recipient, tool) in enumerate(
        (("ann", "bo", "mail"), ("bo", "ann", "mail"), ("ann", "cy", "phone"))
    )
]
TODAY = date(2026, 3, 31)  # 30 days before is 1 March
FIRST_OF_MARCH = datetime(2026, 3, 1)


pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def log(tmp_path):
    (tmp_path / "log.csv").write_text("time,sender,recipient,tool\n" + "".join(LINES))
    return tmp_path / "log.csv"


def bring(log):
    report = ingest([log], "acme", publish=publish, today=TODAY)["files"][0]
    return Workspace.open("acme"), report


def kept(home):
    """Tool -> (acts, first instant), by file: of every Parquet file with acts, also inside of backups."""
    found = {}
    for path in home.rglob("*"):
        if path.name == "event.parquet":
            found[path.relative_to(home).parts[1]] = acts(path.read_bytes())
        if path.suffix == ".tar":
            with tarfile.open(path) as tar:
                for member in tar.getmembers():
                    if member.name.endswith("/event.parquet"):
                        found["backup"] = acts(tar.extractfile(member).read())
    return found


def acts(content):
    events = pl.read_parquet(io.BytesIO(content))
    at = pl.col("at") if "at" in events.columns else pl.from_epoch("us", "us")
    rows = events.select("tool", at=at).group_by("tool").agg(n=pl.len(), first=pl.min("at"))
    rows = rows.sort("tool")
    return {tool: (count, first) for tool, count, first in rows.rows()}


def test_without_a_limit_everything_stays(log, home):
    bring(log)

    ingest([], "acme", publish=publish, today=date(2036, 1, 1))

    assert kept(home)["imports"]["mail"] == (120, datetime(2026, 1, 1, 9))


def test_no_act_past_the_limit_is_in_any_file_and_releases_stay(log, home):
    workspace, _ = bring(log)
    erasure.back_up("acme")
    workspace.write_settings(Settings(keep_days=30))
    published = (workspace.releases / "000001.duckdb").read_bytes()

    done = erasure.retain("acme", TODAY, publish=publish)

    assert done == {"acts": {"mail": 80, "phone": 40}, "release": 2}
    left = {"mail": (40, datetime(2026, 3, 1, 9)), "phone": (20, datetime(2026, 3, 1, 9, 2))}
    assert kept(home) == {"imports": left, "store": left, "backup": left}
    deliveries = pl.read_parquet(next(workspace.imports.glob("*/delivery.parquet")).open("rb"))
    assert deliveries.height == 60
    assert (workspace.releases / "000001.duckdb").read_bytes() == published
    assert retention.due(workspace, TODAY) == {}


def test_a_tool_with_a_limit_of_its_own_keeps_it(log, home):
    workspace, _ = bring(log)
    workspace.write_settings(Settings(keep_days=30, keep_days_by_tool=("phone=365",)))

    ingest([], "acme", publish=publish, today=TODAY)

    assert kept(home)["imports"] == {
        "mail": (40, datetime(2026, 3, 1, 9)),
        "phone": (60, datetime(2026, 1, 1, 9, 2)),
    }


def test_an_import_takes_nothing_in_that_is_too_old_and_says_so(log, home):
    Workspace.open("acme", create=True).write_settings(Settings(keep_days=30))

    workspace, report = bring(log)

    assert (report["outcome"], report["records"], report["stored"]) == ("partial", 180, 60)
    assert report["rejected"] == {"too_old": 120}
    assert report["events"] == {"email": 60}
    assert kept(home)["imports"]["mail"] == (40, datetime(2026, 3, 1, 9))
    entry = pl.read_json(workspace.imports_list.read_bytes())["report"][0]
    assert entry["first"] == "2026-03-01T09:00:00Z"


def test_the_limit_itself_is_kept_and_the_microsecond_before_is_not(tmp_path, home):
    Workspace.open("acme", create=True).write_settings(Settings(keep_days=30))
    edge = tmp_path / "edge.csv"
    edge.write_text(
        "time,sender,recipient\n2026-02-28 23:59:59.999999,a@x.org,b@x.org\n2026-03-01 00:00:00,a@x.org,b@x.org\n"
    )

    _, report = bring(edge)

    assert (report["stored"], report["rejected"]) == (1, {"too_old": 1})


def test_a_known_file_stays_known_and_its_old_acts_away(log, home):
    workspace, _ = bring(log)
    workspace.write_settings(Settings(keep_days=30))
    erasure.retain("acme", TODAY, publish=publish)

    _, again = bring(log)

    assert (again["stored"], "already_known" in again["warnings"]) == (0, True)
    assert kept(home)["imports"]["mail"] == (40, datetime(2026, 3, 1, 9))


@pytest.mark.parametrize("step", ["decide", "move", "close"])
def test_cut_off_at_any_step_the_next_start_lets_go(log, home, monkeypatch, step):
    workspace, _ = bring(log)
    erasure.back_up("acme")
    workspace.write_settings(Settings(keep_days=30))

    def cut(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(rewrite, step, cut)
        upkeep.retain(workspace, TODAY)
    ingest([], "acme", publish=publish, today=TODAY)

    assert all(
        first >= FIRST_OF_MARCH for by_tool in kept(home).values() for _, first in by_tool.values()
    )
    assert set(kept(home)) == {"imports", "store", "backup"}
