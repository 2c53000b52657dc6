"""Nothing of what people write is left anywhere: marked words in every place of every export, and then a search.

The files are imported by the real command line, in processes whose temporary folder is searched as well.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import polars as pl
import pytest

ROOT = Path(__file__).resolve().parents[2]
PLACES = (
    "text of a message", "text of a reply", "blocks of a message", "name of a shared file", "title of a shared file",
    "comment on a file", "attachment", "name of a channel", "topic of a channel", "reaction", "profile", "unknown key",
    "canvas", "file beside the export", "subject of a mail", "body of a mail", "unknown column", "thread and message id",
    "job title and note", "comment in a workbook", "second sheet", "line set apart", "file refused",
    "text of an issue", "title or text of a page", "text of a ticket",
    "text of a question", "free text of a survey", "who answered a survey",
)  # fmt: skip
MARKS = {place: f"zqx{number:02}vwkj" for number, place in enumerate(PLACES)}
PEOPLE = 14


def mark(place: str) -> str:
    return f"about {MARKS[place]} now"


def slack(path: Path) -> Path:
    """An export with every kind of record that Slack writes, each full of marked words."""
    people = [f"U{number:03}" for number in range(PEOPLE)]
    users = [
        {
            "id": id_, "name": id_.lower(), "tz": "Europe/Rome", "color": mark("unknown key"),
            "profile": {
                "real_name": f"Person {id_}", "email": f"{id_}@acme.example", "title": mark("profile"),
                "phone": MARKS["profile"], "status_text": mark("profile"), "fields": {"Xf1": {"value": mark("profile")}},
            },
        }
        for id_ in people
    ]  # fmt: skip
    channel = MARKS["name of a channel"]
    channels = [
        {
            "id": "C001", "name": channel, "members": people, "topic": {"value": mark("topic of a channel")},
            "purpose": {"value": mark("topic of a channel")},
        }
    ]  # fmt: skip
    file = {
        "id": "F1", "name": f"{MARKS['name of a shared file']}.pdf", "title": mark("title of a shared file"),
        "mimetype": "application/pdf", "url_private": f"https://files.example/{MARKS['name of a shared file']}",
        "preview": mark("text of a message"), "initial_comment": {"comment": mark("comment on a file")},
    }  # fmt: skip
    days = {}
    for day in range(1, 29):
        first = 1_767_600_000 + day * 86_400
        root = f"{first}.000100"
        days[f"{channel}/2026-01-{day:02}.json"] = [
            {
                "type": "message", "user": people[day % PEOPLE], "ts": root, "thread_ts": root,
                "text": mark("text of a message"), "note": mark("unknown key"),
                "reactions": [{"name": MARKS["reaction"], "users": people[:3], "count": 3}],
                "attachments": [{"text": mark("attachment"), "title": mark("attachment"), "ts": first}],
            },
            {
                "type": "message", "user": people[(day + 1) % PEOPLE], "ts": f"{first + 60}.000200", "thread_ts": root,
                "parent_user_id": people[day % PEOPLE], "text": mark("text of a reply"), "files": [file],
                "edited": {"user": people[0], "ts": f"{first + 90}.000000", "text": mark("text of a reply")},
            },
            {
                "type": "message", "user": people[(day + 2) % PEOPLE], "ts": f"{first + 120}.000300", "text": "",
                "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": mark("blocks of a message")}}],
            },
            {
                "type": "message", "subtype": "channel_topic", "user": people[0], "ts": f"{first + 180}.000400",
                "text": mark("topic of a channel"), "topic": mark("topic of a channel"),
            },
            {"type": "message", "user": people[1], "ts": MARKS["line set apart"], "text": mark("line set apart")},
        ]  # fmt: skip
    members = {
        "users.json": users, "channels.json": channels, **days,
        "integration_logs.json": [{"service_type": mark("file beside the export")}],
        "canvases.json": [{"title": mark("canvas")}],
        f"{channel}/canvas_in_the_conversation.json": [{"id": "F9", "title": mark("canvas"), "mimetype": "x"}],
        f"{MARKS['file beside the export']}.txt": mark("file beside the export"),
    }  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content if isinstance(content, str) else json.dumps(content))
    return path


def traffic() -> pl.DataFrame:
    """A log of mail with everything that a mail server may add to it."""
    acts = range(400)
    return pl.DataFrame(
        {
            "time": [f"2026-01-{act % 28 + 1:02} {8 + act % 9:02}:{act % 60:02}:00" for act in acts],
            "sender": [f"u{act % PEOPLE:03}@acme.example" for act in acts],
            "recipient": [f"u{(act * 5 + 1) % PEOPLE:03}@acme.example" for act in acts],
            "message id": [f"<{MARKS['thread and message id']}-{act}@acme.example>" for act in acts],
            "thread": [f"{MARKS['thread and message id']}/{act % 40}" for act in acts],
            "Subject": [mark("subject of a mail") for _ in acts],
            "Body": [mark("body of a mail") + ", and\nmore" for _ in acts],
            "Attachment names": [f"{MARKS['name of a shared file']}.docx" for _ in acts],
            MARKS["unknown column"]: [mark("unknown column") for _ in acts],
        }
    )  # fmt: skip


def staff() -> pl.DataFrame:
    """A staff list with columns that nobody asked for."""
    people = range(PEOPLE)
    return pl.DataFrame(
        {
            "Employee ID": [str(person + 1) for person in people],
            "Email": [f"u{person:03}@acme.example" for person in people],
            "Manager ID": ["" if person == 0 else "1" for person in people],
            "Department": ["Sales" for _ in people],
            "Location": ["Turin" for _ in people],
            "Job title": [mark("job title and note") for _ in people],
            "Phone": [MARKS["job title and note"] for _ in people],
            MARKS["unknown column"]: [mark("unknown column") for _ in people],
        }
    )


def workbook(path: Path) -> Path:
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        book.set_properties(
            {"author": MARKS["comment in a workbook"], "comments": mark("comment in a workbook")}
        )
        sheet = book.add_worksheet("Staff")
        staff().write_excel(book, worksheet="Staff")
        sheet.write_comment("B2", mark("comment in a workbook"))
        other = book.add_worksheet(MARKS["second sheet"])
        other.write_row(0, 0, ["Note", mark("second sheet")])
        other.write_row(1, 0, [mark("second sheet"), "x"])
    return path  # fmt: skip


def survey() -> pl.DataFrame:
    """Answers to a survey, whose questions, texts and names are marked."""
    asked = [f"How much do you agree that {mark('text of a question')} {n}?" for n in range(3)]
    rows = [
        [
            f"R_{n:015}", f"2026-03-02 09:{n:02}:00", "2026-03-02 09:00:00", f"2026-03-02 09:{n:02}:00",
            MARKS["who answered a survey"], f"{MARKS['who answered a survey']}{n}@acme.example",
            *(["Never", "Rarely", "Sometimes", "Often", "Always"][(n + k) % 5] for k in range(3)),
            mark("free text of a survey"),
        ]
        for n in range(20)
    ]  # fmt: skip
    names = ["ResponseId", "RecordedDate", "StartDate", "EndDate", "RecipientLastName", "RecipientEmail", "Q1_1", "Q1_2", "Q1_3", "Q2"]  # fmt: skip
    heads = [[*names[:6], *asked, f"Anything else, {mark('text of a question')}?"]]
    heads.append([json.dumps({"ImportId": f"QID{n}"}) for n in range(len(names))])
    return pl.DataFrame([*heads, *rows], schema=names, orient="row")


def issues(path: Path) -> Path:
    """A search in Jira as CSV, with a label, a comment and a column of the company's own."""
    said = mark("text of an issue")
    path.write_text(
        f"Summary,Issue key,Issue id,Reporter,Created,Labels,Labels,Description,Comment,Custom field ({said})\n"
        + "".join(
            f"{said},A-{n},{n},U{n % PEOPLE:03},{n % 28 + 1:02}/Jan/26 9:00 AM,{said},b,{said},"
            f"{n % 28 + 1:02}/Jan/26 9:30 AM;U{(n + 1) % PEOPLE:03};{said}; {said},{said}\n"
            for n in range(40)
        )
    )
    return path


def pages(path: Path) -> Path:
    """Pages, comments and files of Confluence."""
    said = mark("title or text of a page")
    records = [
        {
            "id": str(n), "type": kind, "status": "current", "title": said,
            "space": {"key": "TEAM", "name": said},
            "history": {"createdBy": {"accountId": f"U{n % PEOPLE:03}"}, "createdDate": "2026-01-05T09:00:00.000Z"},
            "version": {"by": {"accountId": "U001"}, "when": "2026-01-06T09:00:00.000Z", "number": 2, "message": said},
            "container": {"id": "0", "title": said}, "ancestors": [{"id": "0", "title": said}],
            "body": {"storage": {"value": f"<p>{said}</p>"}}, "_links": {"webui": f"/display/TEAM/{said}"},
        }
        for n, kind in enumerate(["page", "blogpost", "comment", "attachment"] * 5)
    ]  # fmt: skip
    path.write_text(json.dumps({"results": records, "_links": {"base": said}}))
    return path


def desk(path: Path) -> Path:
    """Tables of ServiceNow: tasks with their texts, journals, a group and a user."""
    said = mark("text of a ticket")
    tables = {
        "task": f"sys_id,number,opened_at,assigned_to_value,opened_by_value,description,short_description,contact_type\nt1,{said},2026-01-05 09:00:00,U001,U002,{said},{said},{said}\n",
        "incident": f"sys_id,caller_id_value,category,close_notes\nt1,U002,{said},{said}\n",
        "sys_journal_field": f"sys_id,element,element_id,sys_created_by,sys_created_on,value\nj1,comments,t1,u1,2026-01-05 10:00:00,{said}\nj2,work_notes,t1,u1,2026-01-05 11:00:00,{said}\n",
        "sys_user": f"sys_id,user_name,email,name,title,introduction\nU001,u1,u001@acme.example,Person U001,{said},{said}\n",
        "sys_user_group": f"sys_id,name,manager_value,description\ng1,{said},U001,{said}\n",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in tables.items():
            archive.writestr(f"{name}.csv", content)
        archive.writestr("kb_knowledge.csv", f"sys_id,text\n1,{said}\n")
    return path


def exports(folder: Path) -> list[Path]:
    """Every kind of file that is read, and some that are set apart or refused."""
    folder.mkdir()
    log, people = traffic(), staff()
    log.write_csv(folder / "mail.csv")
    log.with_columns(pl.col("sender").str.to_uppercase()).write_csv(
        folder / "mail.tsv", separator="\t"
    )
    # a nested column, as a warehouse writes them
    nested = log.with_columns(
        extra=pl.struct(a=pl.lit(mark("unknown column")), b=pl.lit(1)), kind=pl.lit("call")
    )
    nested.write_parquet(folder / "calls.parquet")
    people.write_csv(folder / "staff.csv")
    survey().write_csv(folder / "survey.csv")
    bad = f"2026-02-30 25:00:00,a@acme.example,b@acme.example,{mark('line set apart')}\n"
    torn = f"x,y,{mark('line set apart')},{mark('line set apart')},z\n"
    (folder / "bad.csv").write_text(
        "time,sender,recipient,subject\n2026-01-05 09:00:00,u001@acme.example,u002@acme.example,hi\n"
        + bad
        + torn
    )
    members = "".join(
        f"U{n:03},{mark('profile')},{MARKS['profile']},{n},{n}\n" for n in range(PEOPLE)
    )
    (folder / "members.csv").write_text(
        "User ID,What I Do,Phone,Days active,Messages posted\n" + members
    )
    channels = f"Name,Topic,Messages posted,Members who posted\n{MARKS['name of a channel']},{mark('topic of a channel')},9,4\n"
    (folder / "channels.csv").write_text(channels)
    (folder / "unknown.csv").write_text(f"a,b\n1,{mark('file refused')}\n")
    (folder / "talk.vtt").write_text(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{mark('file refused')}\n")
    (folder / "cut.zip").write_bytes(mark("file refused").encode() + b"PK\x03\x04" * 9)
    issues(folder / "issues.csv")
    return [slack(folder / "slack.zip"), workbook(folder / "staff.xlsx"), *sorted(folder.glob("*.csv")),
            pages(folder / "pages.json"), desk(folder / "desk.zip"),
            folder / "mail.tsv", folder / "calls.parquet", folder / "talk.vtt", folder / "cut.zip"]  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Import everything by a job and by hand, look at it and take it along; return the folder that holds all traces."""
    base = tmp_path_factory.mktemp("markers")
    paths = exports(base / "exports")
    world = base / "world"
    for name in ("home", "tmp", "said"):
        (world / name).mkdir(parents=True)
    around = {
        **os.environ,
        "CONVIVIO_HOME": str(world / "home"),
        "TMPDIR": str(world / "tmp"),
        "HOME": str(world),
    }

    def call(name: str, *arguments: str, module: str = "analytics") -> str:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments], cwd=ROOT, env=around, capture_output=True, text=True, check=False
        )  # fmt: skip
        (world / "said" / f"{name}.out").write_text(done.stdout)
        (world / "said" / f"{name}.err").write_text(done.stderr)
        return done.stdout

    (base / "job.py").write_text(JOB)
    (base / "take_along.py").write_text(TAKE_ALONG)
    around["PYTHONPATH"] = f"{base}{os.pathsep}{ROOT}"
    call("job", *(str(path) for path in paths[:2]), module="job")
    told = json.loads(
        call("ingest", "ingest", *map(str, paths), "-w", "acme", "--format", "json", "--progress")
    )
    outcomes = {file["file"]: file["outcome"] for file in told["files"]}
    assert outcomes == {
        "slack.zip": "partial", "staff.xlsx": "accept", "bad.csv": "partial", "mail.csv": "accept",
        "staff.csv": "accept", "survey.csv": "accept", "unknown.csv": "reject", "mail.tsv": "accept", "calls.parquet": "accept",
        "members.csv": "accept", "channels.csv": "accept", "issues.csv": "accept", "pages.json": "accept",
        "desk.zip": "accept",
        "talk.vtt": "reject", "cut.zip": "reject",
    }  # fmt: skip
    for form in ("table", "csv", "json"):
        call(f"imports-{form}", "imports", "-w", "acme", "--format", form)
        call(f"coverage-{form}", "coverage", "-w", "acme", "--format", form)
        call(f"metric-{form}", "metric", "active_people", "-w", "acme", "--format", form)
    call("again", "ingest", str(paths[0]), "-w", "acme")
    call("undone", "imports", "-w", "acme", "--undo", told["files"][0]["import"])
    call("excel", str(world / "said"), module="take_along")
    return world


def hits(folder: Path, marks: dict[str, str] = MARKS) -> list[str]:
    """`file: place` of every mark under a folder: in names, in bytes of two encodings, and value by value."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        told = name.lower().encode()
        if path.is_file():
            told += b" " + inside(path.name, path.read_bytes())
            if path.suffix == ".duckdb":
                told += b" " + values(path)
        found += [f"{name}: {place}" for place, word in marks.items() if word.encode() in told]
    return found


def inside(name: str, content: bytes) -> bytes:
    """Everything that a file says, in lower case: its bytes, those of its members, the cells of its columns."""
    told = content.lower() + b" " + content.replace(b"\0", b"").lower()  # the second reads UTF-16
    if content.startswith(b"PAR1"):
        told += repr(pl.read_parquet(io.BytesIO(content)).to_dicts()).lower().encode()
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                told += member.filename.lower().encode()
                told += inside(member.filename, archive.read(member))
    return told


def values(path: Path) -> bytes:
    """Every value of every table of a database."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.sql(
            "select schema_name || '.' || table_name from duckdb_tables()"
        ).fetchall()
        rows = [connection.sql(f"from {table}").fetchall() for (table,) in tables]
    return repr(rows).lower().encode()


def test_no_marked_word_is_left_anywhere(world):
    kinds = {path.suffix for path in world.rglob("*") if path.is_file()}
    releases = sorted(path.name for path in (world / "home/acme/releases").glob("*.duckdb"))

    found = hits(world)

    assert found == []
    # what was searched is what there is to search
    assert {
        ".parquet",
        ".duckdb",
        ".json",
        ".jsonl",
        ".toml",
        ".out",
        ".err",
        ".csv",
        ".xlsx",
    } <= kinds
    assert releases
    assert len(MARKS) >= 20


def test_no_name_or_address_lies_outside_the_identity_file(world):
    names = {"address": "@acme.example", "name": "person u0"}

    found = hits(world / "home", names)

    assert found == ["acme/identity.duckdb: address", "acme/identity.duckdb: name"]


def test_nothing_is_left_in_the_temporary_folder(world):
    assert [path for path in (world / "tmp").rglob("*") if path.is_file()] == []


def test_the_search_finds_a_mark_wherever_it_is_put(world, tmp_path):
    copy = Path(shutil.copytree(world / "home/acme", tmp_path / "acme"))
    word = MARKS["text of a message"]
    event = max(copy.glob("imports/*/event.parquet"), key=lambda path: path.stat().st_size)
    pl.read_parquet(event).with_columns(tool=pl.lit(word)).write_parquet(event, compression="zstd")
    release = next(copy.glob("releases/*.duckdb"))
    with duckdb.connect(str(release)) as connection:
        connection.execute("create table extra as select ? as note from range(10)", [word])
    with (copy / "audit.jsonl").open("a") as log:
        log.write(word.upper())
    (copy / "note.bin").write_bytes(word.encode("utf-16-le"))
    with zipfile.ZipFile(copy / "kept.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", word * 9)
    (copy / f"{word}.txt").touch()

    found = {line.partition(":")[0] for line in hits(copy)}

    assert found == {
        event.relative_to(copy).as_posix(), release.relative_to(copy).as_posix(), "audit.jsonl", "note.bin",
        "kept.zip", f"{word}.txt",
    }  # fmt: skip


JOB = """
import sys, time
from pathlib import Path
from analytics import jobs
folder = jobs.upload_folder("acme")
for path in map(Path, sys.argv[1:]):
    (folder / path.name).write_bytes(path.read_bytes())
job = jobs.start("acme", sorted(folder.iterdir()))
while jobs.get("acme", job).state == "running":
    time.sleep(0.2)
print(jobs.get("acme", job))
"""
TAKE_ALONG = """
import sys
from pathlib import Path
from analytics import release, sheets
found = release.open_release(release.current("acme"))
for passport in found.passports():
    figures = found.figures(passport["id"], variant=None, grain="all")
    (Path(sys.argv[1]) / f"{passport['id']}.xlsx").write_bytes(sheets.excel_bytes(figures.drop("period")))
    (Path(sys.argv[1]) / f"{passport['id']}.csv").write_text(sheets.csv_text(figures))
"""
