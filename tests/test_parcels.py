"""A folder or archive that holds several exports is opened, and each thing in it taken as its own."""

import io
import zipfile
from pathlib import Path

import pytest

from analytics.readers import parcels, recall
from analytics.readers.base import Options
from analytics.readers.sandbox import How, parse
from tests.slack_samples import day, export, message

HR = b"ID,E-mail,Manager ID,Department\n1,ann@example.org,,Sales\n2,bo@example.org,1,Sales\n"
LOG = b"time,sender,recipient\n2026-01-05 09:00:00,ann@example.org,bo@example.org\n"
ODD = b"wann,wer,wem\n2026-01-05 09:00:00,ann@example.org,bo@example.org\n"
PHOTO = b"\x89PNG\r\n" + bytes(range(256)) * 20
OPENED = How(opens=True)


def packed(members):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def unpacked(folder, members):
    for name, content in members.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


SLACK = export(**{day(5): [message("1767603600.000100")]})
CLIENT = {
    "Client/people/hr.csv": HR,
    "Client/people/.DS_Store": b"x",
    "Client/people/~$hr.xlsx": b"x",
    "Client/mail.zip": packed({"log.csv": LOG, "deep.zip": packed({"odd.csv": ODD})}),
    "Client/photo.png": PHOTO,
    **{f"Client/Slack/{name}": value for name, value in SLACK.items()},
}
WAYS = [
    ("Slack/",),
    ("mail.zip", "deep.zip", "odd.csv"),
    ("mail.zip", "log.csv"),
    ("people/", "hr.csv"),
    ("photo.png",),
]


def as_file(tmp_path, members, form):
    if form == "folder":
        return unpacked(tmp_path / "client", members)
    (tmp_path / "client.zip").write_bytes(packed(members))
    return tmp_path / "client.zip"


@pytest.mark.parametrize("form", ["zip", "folder"])
def test_each_export_inside_is_found_and_read_as_its_own(tmp_path, form):
    client = as_file(tmp_path, CLIENT, form)

    found = parse(client, tmp_path / "out", how=OPENED)
    read = [
        parse(
            client,
            tmp_path / str(n),
            how=How(way=tuple(part["way"])),
            name=parcels.shown(part["way"]),
        )
        for n, part in enumerate(found.holds)
    ]

    assert sorted(tuple(part["way"]) for part in found.holds) == WAYS
    assert {name.rsplit("/", 1)[-1] for name in found.left_out} == {".DS_Store", "~$hr.xlsx"}
    assert {(one.file, one.format, one.reject_code) for one in read} == {
        ("Slack", "slack_export", None), ("odd.csv", None, "column_missing"), ("log.csv", "interaction_log", None),
        ("hr.csv", "hr_file", None), ("photo.png", None, "not_csv"),
    }  # fmt: skip


def test_a_file_is_told_by_its_content_wherever_it_lies(tmp_path):
    folder = parse(as_file(tmp_path, CLIENT, "folder"), tmp_path / "a", how=OPENED)
    archive = parse(as_file(tmp_path, CLIENT, "zip"), tmp_path / "b", how=OPENED)
    moved = parse(
        unpacked(tmp_path / "c", {"hr.csv": HR, "x.png": PHOTO}), tmp_path / "d", how=OPENED
    )

    contents = [{part["content"] for part in one.holds} for one in (folder, archive, moved)]

    assert contents[0] == contents[1]
    assert len(contents[2]) == 2
    assert contents[2] < contents[0]


@pytest.mark.parametrize(
    "members",
    [{"a.png": PHOTO}, {"a/b.bin": bytes(99)}, {}, {"a.zip": packed({"b.png": PHOTO})}],
)
def test_what_holds_no_export_at_all_is_refused_as_a_whole(tmp_path, members):
    report = parse(as_file(tmp_path, members, "zip"), tmp_path / "out", how=OPENED)

    assert (report.holds, report.reject_code) == ([], "no_recognised_data")


def test_an_export_is_not_taken_apart(tmp_path):
    report = parse(as_file(tmp_path, SLACK, "zip"), tmp_path / "out", how=OPENED)

    assert (report.format, report.holds) == ("slack_export", [])


MATTERMOST = b'{"type":"version","version":1}\n{"type":"team","team":{"name":"t"}}\n'
SERVER = {
    "dump/messages.json": b'{"_id":"m","rid":"r","ts":{"$date":"2026-01-05T09:00:00Z"},"u":{"_id":"a"}}\n'
}
NOTES = b"# What the client sent\n\nAll that the client could find in the tools of the last year, as it came.\n"


def test_exports_of_whole_servers_in_folders_of_a_folder_are_each_their_own(tmp_path):
    members = {"mm/import.jsonl": MATTERMOST, "notes.md": NOTES, "rec/call.mp3": b"ID3" + bytes(99)}
    client = as_file(tmp_path, {"hr.csv": HR, **SERVER, **members}, "folder")

    found = parse(client, tmp_path / "out", how=OPENED)

    assert (found.format, found.left_out) == (None, ["notes.md"])
    assert [(part["way"], part["verdict"]) for part in found.holds] == [
        (["dump/"], "known"), (["hr.csv"], "known"), (["mm/"], "known"), (["rec/", "call.mp3"], "nearly"),
    ]  # fmt: skip


@pytest.mark.parametrize(("form", "named"), [("zip", []), ("folder", ["photo.png"])])
def test_what_lies_beside_an_export_is_read_too(tmp_path, form, named):
    beside = {
        "hr.csv": HR,
        "mail/log.csv": LOG,
        "photo.png": PHOTO,
        "uploads/a.bin": bytes(9),
    }
    found = parse(as_file(tmp_path, {**SLACK, **beside}, form), tmp_path / "out", how=OPENED)

    # what no reader knows in a tool's own archive may be called after what was talked about
    assert (found.format, found.left_out) == ("slack_export", named)
    assert [part["way"] for part in found.holds] == [["hr.csv"], ["mail/", "log.csv"]]


def test_what_may_not_come_in_is_refused_alone(tmp_path):
    client = as_file(tmp_path, {"hr.csv": HR, "call.mp3": b"ID3" + bytes(99)}, "zip")

    found = parse(client, tmp_path / "out", how=OPENED)
    call = parse(client, tmp_path / "call", how=How(way=("call.mp3",)))

    assert [part["way"] for part in found.holds] == [["call.mp3"], ["hr.csv"]]
    assert call.reject_code == "forbidden_content"


def test_archives_inside_one_another_are_opened_a_few_levels_deep(tmp_path):
    inner = packed({"hr.csv": HR})
    for level in range(parcels.DEEPEST):
        inner = packed({f"{level}.zip": inner, "hr.csv": HR})
    (tmp_path / "deep.zip").write_bytes(inner)

    report = parse(tmp_path / "deep.zip", tmp_path / "out", how=OPENED)

    assert max(len(part["way"]) for part in report.holds) == parcels.DEEPEST


@pytest.mark.parametrize(
    "bad", ["bomb_overlap.zip", "symlink_member.zip", "encrypted.zip", "abs_path.zip"]
)
def test_a_dangerous_archive_inside_is_refused_by_its_own_code(shared, tmp_path, bad):
    dangerous = (shared / "badinput" / "slack" / bad).read_bytes()
    client = as_file(tmp_path, {"hr.csv": HR, bad: dangerous}, "zip")

    alone = parse(shared / "badinput" / "slack" / bad, tmp_path / "alone").reject_code
    found = parse(client, tmp_path / "out", how=OPENED)
    inside = parse(client, tmp_path / "in", how=How(way=(bad,)), name=bad)

    assert ["hr.csv"] in [part["way"] for part in found.holds]
    assert inside.reject_code == alone


def test_more_than_anybody_hands_over_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(parcels, "MOST", 3)
    source = parcels.open_source(as_file(tmp_path, {f"{n}.csv": HR for n in range(4)}, "zip"))

    with pytest.raises(parcels.UnreadableExport, match="one by one"):
        parcels.look(source, lambda inner: "known")


@pytest.mark.parametrize(
    ("way", "name"),
    [
        (("a/", "b/c/people.csv"), "people.csv"),
        (("Slack/",), "Slack"),
        (("a\u202e\x00\nb.csv",), "ab.csv"),
        ((" ",), "file"),
        (("x" * 300 + ".csv",), "x" * 117 + ".csv"),
    ],
)
def test_the_shown_name_is_the_last_part_and_harmless(way, name):
    assert parcels.shown(way) == name


def test_a_table_is_known_again_by_the_names_of_its_columns(tmp_path):
    said = Options({"time": "wann", "sender": "wer", "recipient": "wem"}, "telefon")
    next_month = tmp_path / "next.csv"
    next_month.write_bytes(b"wem,wann,wer\nbo@example.org,2026-02-05 09:00:00,ann@example.org\n")
    how = How(remembered=((recall.key(("wann", "wem", "wer")), said),))

    again = parse(next_month, tmp_path / "a", how=how)
    other = parse(
        Path(unpacked(tmp_path / "o", {"o.csv": b"wann,wer\n1,2\n"}) / "o.csv"),
        tmp_path / "b",
        how=how,
    )

    assert (again.format, again.tool, again.stored) == ("interaction_log", "telefon", 1)
    assert again.said == {"columns": said.columns, "tool": "telefon"}
    assert again.columns == said.columns
    assert (other.outcome, other.header) == ("reject", ["wann", "wer"])


def test_a_preview_reads_small_files_whole_and_long_texts_in_part(tmp_path):
    row = "2026-01-05 09:00:00,ann@example.org,bo@example.org\n"
    (tmp_path / "small.csv").write_text("time,sender,recipient\n" + row)
    different = "".join(
        f"2026-01-05 09:00:{n % 60:02},ann{n}@example.org,bo@example.org\n" for n in range(180_000)
    )
    (tmp_path / "long.csv").write_text("time,sender,recipient\n" + different)
    days = {f"general/2026-0{m}-03.json": "[]" for m in (1, 2)}
    filler = {"pad.json": bytes(9 << 20)}
    with zipfile.ZipFile(tmp_path / "large.zip", "w") as archive:
        for name, value in (SLACK | days | filler).items():
            archive.writestr(name, value)

    small, long, large = (
        parse(tmp_path / name, tmp_path / name[:4], how=How(is_preview=True))
        for name in ("small.csv", "long.csv", "large.zip")
    )

    assert (small.is_sample, small.stored) == (False, 1)
    assert (long.is_sample, long.columns["sender"], 0 < long.read < 180_000) == (
        True,
        "sender",
        True,
    )
    assert (large.is_sample, large.format, large.stored) == (True, "slack_export", 0)
    assert large.last == "2026-02-03"
