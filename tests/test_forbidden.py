"""What may not come in: feelings, attention, keystrokes, recordings, transcripts; and what only looks like it."""

import io
import json
import os
import time
import wave
import zipfile
from dataclasses import asdict

import polars as pl
import pytest

from analytics.readers import registry
from analytics.readers.base import Options, UnreadableExport
from analytics.readers.files import open_source
from analytics.readers.forbidden import EMOTION, SPEECH, WATCHING, refuse_columns, refuse_content
from analytics.readers.worker import work
from tests.slack_samples import message, write_zip

STAFF = "id,e-mail,department,{}\n1,ann@acme.example,Sales,4\n2,bo@acme.example,Sales,3\n"
LOG = "time,sender,recipient,{}\n2026-01-05 09:00:00,ann@acme.example,bo@acme.example,4\n"
UNKNOWN = "who,when,{}\nann,2026-01-05,0.4\n"
SRT = "1\n00:00:01,000 --> 00:00:03,000\nGood morning\n"
VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n<v Ann>Good morning\n"
SPOKEN = "Speaker,Start,Text\nAnn,00:00:01,Good morning\n"


def sound() -> bytes:
    """A second of silence, written by Python's own wave module."""
    into = io.BytesIO()
    with wave.open(into, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16_000))
    return into.getvalue()


def zipped(**members: bytes | str) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_DOT_", "."), content)
    return into.getvalue()


def workbook(**sheets: list[str]) -> bytes:
    """A workbook with one row under the header of each sheet."""
    import xlsxwriter

    into = io.BytesIO()
    with xlsxwriter.Workbook(into, {"in_memory": True}) as book:
        for name, header in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, header)
            sheet.write_row(1, 0, ["x"] * len(header))
    return into.getvalue()


def parquet(column: str) -> bytes:
    into = io.BytesIO()
    pl.DataFrame(
        {"time": ["2026-01-05"], "sender": ["a"], "recipient": ["b"], column: [1]}
    ).write_parquet(into)
    return into.getvalue()  # fmt: skip


def with_slack(**more: bytes | str) -> bytes:
    """A Slack export that is whole, with something beside it."""
    day = json.dumps([message("1767603600.000100", "U1", "hello")])
    users = json.dumps([{"id": "U1", "name": "ann", "profile": {"email": "ann@acme.example"}}])
    members = {"users_DOT_json": users, "general/2026-01-05_DOT_json": day}
    return zipped(**members, **more)


REFUSED = {
    # columns, in four languages and in every kind of table
    "hr_sentiment.csv": (STAFF.format("SentimentScore"), EMOTION),
    "hr_umore.csv": (STAFF.format("Umore medio"), EMOTION),
    "hr_stimmung.csv": (STAFF.format("Stimmungswert"), EMOTION),
    "hr_emotion.csv": (STAFF.format("Émotion détectée"), EMOTION),
    "hr_stress.csv": (STAFF.format("stress_level"), EMOTION),
    "hr_face.csv": (STAFF.format("Facial expression"), EMOTION),
    "hr_attention.csv": (STAFF.format("Attention %"), EMOTION),
    "hr_attenzione.csv": (STAFF.format("Attenzione media"), EMOTION),
    "hr_engagement.csv": (STAFF.format("Engagement Score"), WATCHING),
    "hr_fatigue.csv": (STAFF.format("fatigueIndex"), WATCHING),
    "hr_tired.csv": (STAFF.format("Müdigkeit"), WATCHING),
    "log_tone.csv": (LOG.format("talk tone"), EMOTION),
    "log_ratio.csv": (LOG.format("Talk-to-listen ratio"), WATCHING),
    "log_keys.tsv": (LOG.format("Keystrokes per minute").replace(",", "\t"), WATCHING),
    "log_typing.csv": (LOG.format("typing speed"), WATCHING),
    "log_transcript.csv": (LOG.format("Trascrizione"), SPEECH),
    "log.parquet": (parquet("voice_analysis"), EMOTION),
    "unknown_table.csv": (UNKNOWN.format("Mood"), EMOTION),
    "second_sheet.xlsx": (workbook(Staff=["id", "department"], More=["id", "Emozione"]), EMOTION),
    "spoken.xlsx": (workbook(Meeting=["Speaker", "Start", "Text"]), SPEECH),
    # files, by how they begin
    "call.csv": (sound(), SPEECH),
    "podcast.mp3": (b"ID3\x04" + bytes(400), SPEECH),
    "bare_frames.bin": (b"\xff\xfb\x90\x64" + bytes(400), SPEECH),
    "meeting.mp4": (b"\x00\x00\x00\x20ftypisom" + bytes(400), SPEECH),
    "meeting.webm": (b"\x1aE\xdf\xa3" + bytes(400), SPEECH),
    "meeting.txt": ("\ufeff" + VTT, SPEECH),
    "meeting.srt": (SRT, SPEECH),
    "whisper.json": (json.dumps({"text": "a", "segments": [{"start": 0, "end": 1, "text": "a"}]}), SPEECH),
    # inside an archive that is otherwise fine
    "slack_with_sound.zip": (with_slack(clips_DOT_dat=b"OggS" + bytes(400)), SPEECH),
    "slack_with_words.zip": (with_slack(huddle_transcripts_DOT_json=json.dumps([{"transcript": "Hi"}])), SPEECH),
    "slack_with_table.zip": (with_slack(notes_DOT_csv=SPOKEN), SPEECH),
    "slack_with_workbook.zip": (with_slack(more_DOT_xlsx=workbook(A=["id", "sentiment"])), EMOTION),
}  # fmt: skip
ACCEPTED = {
    "hr_department.csv": STAFF.format("Stressemann dept"),
    "hr_address.csv": STAFF.format("Attention: name"),
    "hr_indirizzo.csv": STAFF.format("All'attenzione di"),
    "hr_courses.csv": STAFF.format("Moodle courses"),
    "hr_customer.csv": STAFF.format("Mood Media contact"),
    "hr_engagement.csv": STAFF.format("Engagement manager"),
    "hr_typist.csv": STAFF.format("Typing pool"),
    "hr_lab.csv": STAFF.format("Stress test lab"),
    "hr_abstimmung.csv": STAFF.format("Abstimmung mit Betriebsrat"),
    "hr_values.csv": STAFF.format("site").replace("Sales", '"Mood, Stress & Attention"'),
    "log_video.csv": LOG.format("video_minutes"),
    "log_audio.csv": LOG.format("Audio calls"),
    "log_recordings.csv": LOG.format("meeting recordings count"),
    "log_setting.csv": LOG.format("transcription enabled"),
    "log_milestone.csv": LOG.format("Milestone"),
    "log_registered.csv": LOG.format("Data registrazione"),
    "slack_stub.zip": with_slack(huddle_transcripts_DOT_json='[\n""\n]'),
    "slack_named.zip": with_slack(call_DOT_mp3="[]", transcript_DOT_txt="see the wiki"),
}  # fmt: skip


def read(path):
    """Return the report of a file, read in this very process: the sandbox has its own tests."""
    out = path.parent / "out"
    out.mkdir()
    descriptor = os.open(path, os.O_RDONLY)
    job = {"name": path.name, "descriptor": descriptor, "out": str(out)}
    readers = [reader.__name__ for reader in registry.READERS]
    report = work(job | {"options": asdict(Options()), "readers": readers})
    os.close(descriptor)
    return report


def made(path, content):
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_there_are_cases_enough_of_both_kinds():
    assert len(REFUSED) >= 30
    assert len(ACCEPTED) >= 15


@pytest.mark.parametrize("name", REFUSED)
def test_what_may_not_come_in_is_refused_with_the_legal_reason(name, tmp_path):
    content, reason = REFUSED[name]

    report = read(made(tmp_path / name, content))

    assert (report.outcome, report.reject_code) == ("reject", "forbidden_content")
    assert report.message.startswith(f"{name}: ")
    assert reason in report.message


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_only_looks_like_it_is_read(name, tmp_path):
    report = read(made(tmp_path / name, ACCEPTED[name]))

    assert (report.outcome, report.reject_code) == ("accept", None)


def test_a_slack_export_that_lists_shared_recordings_is_read(tmp_path):
    clip = {
        "id": "F1", "name": "standup.mp4", "mimetype": "video/mp4", "filetype": "mp4", "url_private": "https://x",
        "transcription": {"status": "complete", "preview": {"content": "Good morning"}},
    }  # fmt: skip
    day = [message("1767603600.000100", "U1", "", files=[clip])]
    path = write_zip(
        tmp_path / "slack.zip",
        {
            "general/2026-01-05.json": json.dumps(day),
            "general/canvas_in_the_conversation.json": json.dumps([clip]),
        },
    )

    report = read(path)

    assert (report.outcome, report.events) == ("accept", {"file": 1})


def test_a_folder_is_looked_into_as_an_archive_is(tmp_path):
    (tmp_path / "export" / "general").mkdir(parents=True)
    (tmp_path / "export" / "general" / "2026-01-05.json").write_text("[]")
    (tmp_path / "export" / "note.dat").write_bytes(sound())

    with pytest.raises(UnreadableExport, match="recording") as refusal:
        refuse_content(open_source(tmp_path / "export"))

    assert refusal.value.code == "forbidden_content"
    assert "note.dat" not in str(refusal.value)


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig", "cp1252"])
def test_tables_in_any_encoding_are_no_recordings(codec, tmp_path):
    path = tmp_path / "staff.csv"
    path.write_bytes(STAFF.format("Città").encode(codec))

    refuse_content(open_source(path))


@pytest.mark.parametrize(
    "text", ["1" + "\n" * 65_000, '"' * 65_000, "{" + '"a' * 32_000, "emotio" * 10_000]
)
def test_a_file_made_to_keep_the_search_busy_is_let_go_of(text, tmp_path):
    path = made(tmp_path / "busy.txt", text)
    began = time.process_time()

    refuse_content(open_source(path))

    assert time.process_time() - began < 5  # a search that goes back and forth takes minutes


@pytest.mark.parametrize("name", ["Engagement", "distress", "Department", "Ringtone", "Tone of the roof" ])  # fmt: skip
def test_words_inside_other_words_do_not_count(name):
    refuse_columns(["id", name], "t.csv")
