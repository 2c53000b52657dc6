"""Confluence and the audit log of files: who made, changed and opened what, and exports that say too little."""

import json

import pytest

from analytics.readers.base import UnreadableExport
from analytics.readers.documents import confluence_content, miro_audit, purview_audit
from analytics.readers.sandbox import parse
from tests.chat_reading import written
from tests.golden import EXPORTS
from tests.reading import read_file, read_text

FIXTURES = EXPORTS / "confluence_content"
SAMPLES = "samples/confluence/perceval"


def events(found):
    return found.table("event").sort("at").select("actor", "action", "in_reply_to").rows()


def read(records, tmp_path):
    path = tmp_path / "pages.json"
    path.write_text(json.dumps({"results": records, "_links": {}}))
    return read_file(confluence_content, path, tmp_path / "out")


def page(**more):
    made = {"createdBy": {"accountId": "a1"}, "createdDate": "2026-01-05T09:00:00.000Z"}
    return {"id": "1", "type": "page", "status": "current", "history": made, "_links": {}} | more


def test_a_page_tells_who_made_it_and_who_saved_it_last(tmp_path):
    saved = {"by": {"accountId": "a2"}, "when": "2026-01-07T09:00:00.000Z", "number": 4}

    found = read([page(version=saved)], tmp_path)

    assert events(found) == [("a1", "file", None), ("a2", "file", None)]
    assert found.sink.stored == 1  # one record


def test_comments_answer_the_page_or_the_comment_above(tmp_path):
    found = read_file(confluence_content, FIXTURES / "pages.json", tmp_path / "out")

    told = found.table("delivery").sort("event").select("event", "account", "how").rows()
    assert told == [("content/101/1", "a1", "reply"), ("content/102/1", "a3", "reply")]


def test_a_version_exported_twice_counts_once(tmp_path):
    found = read_file(confluence_content, FIXTURES / "versions.jsonl", tmp_path / "out")

    assert events(found) == [("k2", "file", None), ("k3", "file", None)]


def test_a_draft_is_no_act_and_nobody_is_no_author(tmp_path):
    anonymous = {"createdBy": {"type": "anonymous"}, "createdDate": "2026-01-05T09:00:00.000Z"}

    found = read([page(id="2", status="draft"), page(id="3", history=anonymous)], tmp_path)

    assert found.table("event").is_empty()
    assert found.rejects == [("#1", "author_missing")]
    assert found.sink.non_records == 1


def test_no_title_word_or_address_of_a_page_is_kept(tmp_path):
    mark = "zqx01vwkj"
    body = {"storage": {"value": f"<p>{mark} and more</p>"}}
    links = {"webui": f"/display/TEAM/{mark}"}

    found = read([page(type="blogpost", title=mark, body=body, _links=links)], tmp_path)

    assert found.table("event")["words"].to_list() == [3]
    assert mark not in written(tmp_path / "out")


def test_pages_without_their_history_are_refused_with_what_to_do(shared, tmp_path):
    for name in ("confluence_contents.json", "confluence_content_space.json"):
        report = parse(shared / SAMPLES / name, tmp_path / name)

        assert (report.format, report.reject_code) == ("confluence_content", "column_missing")
        assert "expand=history" in report.message


@pytest.mark.parametrize(
    ("sample", "stored", "acts"),
    [("confluence_content_1_v1.json", 1, 1), ("confluence_content_1_v2.json", 1, 2)],
)
def test_the_samples_give_their_versions(shared, tmp_path, sample, stored, acts):
    report = parse(shared / SAMPLES / sample, tmp_path / "out")

    assert (report.format, report.read, report.stored) == ("confluence_content", 1, stored)
    assert report.rows["event"] == acts


def test_a_page_that_says_nothing_of_people_cannot_be_used(tmp_path):
    bare = {"id": "1", "type": "page", "_links": {}}

    with pytest.raises(UnreadableExport) as refusal:
        read([bare], tmp_path)

    assert refusal.value.code == "column_missing"


AUDIT = EXPORTS / "purview_audit" / "search.csv"


def audited(*records):
    cells = [json.dumps(record).replace('"', '""') for record in records]
    lines = [f'2026-01-05,x,y,"{cell}"\n' for cell in cells]
    return "CreationDate,UserIds,Operations,AuditData\n" + "".join(lines)


def test_of_the_audit_log_people_opening_and_changing_files_count_and_nothing_else(tmp_path):
    found = read_file(purview_audit, AUDIT, tmp_path / "out")

    told = found.table("event").sort("at").select("tool", "actor", "action").rows()
    assert told == [
        ("sharepoint", "anna@acme.example", "view"),
        ("sharepoint", "anna@acme.example", "file"),
        ("onedrive", "ben@acme.example", "view"),
        ("sharepoint", "kim_client.example#ext#@acme.onmicrosoft.com", "file"),
    ]
    # continued access, a machine, a message
    assert found.sink.non_records == 3
    guests = found.table("account").filter(kind="guest").select("email").to_series().to_list()
    assert guests == ["kim@client.example"]


def test_neither_file_nor_address_of_a_machine_is_kept_of_the_audit_log(tmp_path):
    read_file(purview_audit, AUDIT, tmp_path / "out")

    kept = written(tmp_path / "out")
    assert not [word for word in ("Secret", "https", "203.0.113") if word in kept]


def test_an_audit_log_of_messages_alone_is_refused_with_what_to_do(tmp_path):
    record = {"Operation": "MessageSent", "Workload": "MicrosoftTeams", "UserId": "a@acme.example"}

    with pytest.raises(UnreadableExport) as refusal:
        read_text(purview_audit, audited(record), tmp_path)

    assert refusal.value.code == "no_rows"
    assert "export of the tool itself" in str(refusal.value)


def test_a_search_that_stopped_at_its_limit_is_said_to_be_a_part(tmp_path, monkeypatch):
    monkeypatch.setattr(purview_audit, "LIMIT", 11)

    found = read_file(purview_audit, AUDIT, tmp_path / "out")

    assert found.warnings["incomplete_page"] == 1


def test_a_log_of_administration_alone_is_refused_with_what_to_do(tmp_path):
    signed_in = {"event": "sign_in_succeeded", "createdAt": "2026-03-02T09:00:00Z"}
    path = tmp_path / "miro.json"
    path.write_text(json.dumps({"data": [signed_in]}))

    with pytest.raises(UnreadableExport, match="board_opened") as refusal:
        read_file(miro_audit, path, tmp_path / "out")

    assert refusal.value.code == "no_rows"
