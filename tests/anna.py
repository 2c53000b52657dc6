"""A company of three in which Anna leaves traces in every kind of export: she is looked for, erased, renamed."""

import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from analytics import people
from analytics.ingest import ingest
from analytics.vault import store
from analytics.vault.workspace import Workspace
from tests.slack_samples import day, export, message, users, write_zip
from tests.test_ingest import publish

ANNA = "anna.quillmark@example.org"
WORDS = [ANNA, "Quillmark", "U0ANNAQ9X", "HR-77415"]
NAMES = [f"mail:{ANNA}", "slack:U0ANNAQ9X", "id:HR-77415"]

HR = (
    "ID,E-mail,Name,Manager ID,Department\n"
    "HR-1,head@example.org,Hella Head,,Board\n"
    f"HR-77415,{ANNA},Anna Quillmark,HR-1,Sales\n"
    "HR-3,cy@example.org,Cy Marlow,HR-77415,Sales\n"
)
LOG = "time,sender,recipient,tool\n" + "".join(
    f"2026-01-{number:02} 09:{minute:02}:00,{sender},{recipient},mail\n"
    for number in range(5, 9)
    for minute, (sender, recipient) in enumerate(
        ((ANNA, "cy@example.org"), ("cy@example.org", ANNA), ("cy@example.org", "head@example.org"))
    )
)
IDS = "time,sender,recipient,tool\n2026-01-09 09:00:00,HR-77415,HR-3,phone\n2026-01-09 09:01:00,HR-3,HR-1,phone\n"


def slack(tmp_path, name="slack.zip"):
    staff = users("U0ANNAQ9X", "U0CYM4RLW")
    for one, email, real in zip(
        staff, (ANNA, "cy@example.org"), ("Anna Quillmark", "Cy Marlow"), strict=True
    ):
        one["profile"] = {"email": email, "real_name": real}
    ids = [one["id"] for one in staff]
    posts = [
        message("1768000000.000100", "U0ANNAQ9X", thread_ts="1768000000.000100"),
        message("1768000060.000100", "U0CYM4RLW", thread_ts="1768000000.000100"),
        message("1768000120.000100", "U0CYM4RLW", "<@U0ANNAQ9X> look"),
    ]
    channels = [{"id": "C001", "name": "general", "members": ids}]
    return write_zip(tmp_path / name, export(users=staff, channels=channels, **{day(9): posts}))


def write_files(tmp_path):
    """The exports of the company."""
    (tmp_path / "anna_quillmark mailbox.csv").write_text(LOG)
    (tmp_path / "hr.csv").write_text(HR)
    (tmp_path / "phone.csv").write_text(IDS)
    names = ("hr.csv", "anna_quillmark mailbox.csv", "phone.csv")
    return [*(tmp_path / name for name in names), slack(tmp_path)]


def keys(workspace):
    return {people.pseudonym(workspace.secret(), name) for name in NAMES}


def acts(workspace):
    with store.build(workspace).connect() as connection:
        return connection.sql(
            "select tool, action, count(*) from event group by all order by all"
        ).fetchall()


@cache
def _made():
    """The exports and the home with them imported, made once a process: four readers take seconds."""
    folder = Path(tempfile.mkdtemp(prefix="anna-"))
    before = os.environ.get("CONVIVIO_HOME")
    os.environ["CONVIVIO_HOME"] = str(folder / "home")
    try:
        (folder / "exports").mkdir()
        ingest(write_files(folder / "exports"), "acme", publish=publish)
    finally:
        if before is not None:
            os.environ["CONVIVIO_HOME"] = before
    return folder


def copy_files(tmp_path):
    """Copies of the very files that `copy_workspace` holds."""
    names = ("hr.csv", "anna_quillmark mailbox.csv", "phone.csv", "slack.zip")
    return [shutil.copy2(_made() / "exports" / name, tmp_path / name) for name in names]


def copy_workspace(home):
    """Workspace acme with the company's exports imported."""
    shutil.copytree(_made() / "home" / "acme", home / "acme")
    return Workspace.open("acme")
