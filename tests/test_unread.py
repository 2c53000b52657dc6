"""What we know and do not read is called by its name, with what to bring instead."""

import json

import pytest

from analytics.readers import registry
from analytics.readers.base import UnreadableExport
from analytics.readers.codes import NOT_READ
from analytics.readers.files import open_source
from analytics.readers.unread import KINDS
from pages.parts.codes import kind_of

ZOOM = {"uuid": "a==", "id": 1, "start_time": "2026-03-02T09:00:00Z", "duration": 30, "participants_count": 4}  # fmt: skip
FRONT = {"id": "cnv_1", "status": "archived", "assignee": None, "recipient": None, "created_at": 1772442000.0}  # fmt: skip
PUSH = {"id": "1", "type": "PushEvent", "actor": {"login": "kim"}, "repo": {"name": "a/b"}, "payload": {}, "created_at": "2026-03-02T09:00:00Z"}  # fmt: skip
FILES = {
    "zoom_meetings_json": [json.dumps({"page_size": 30, "meetings": [ZOOM]}), json.dumps([ZOOM])],
    "meet_attendance_without_times": [
        "Name,Email,Duration\nAnna A,anna@acme.example,58 min\n",
        "Nome\tCognome\tIndirizzo email\tDurata\nAnna\tA\tanna@acme.example\t1 h\n",
    ],
    "front_without_messages": [json.dumps({"_results": [FRONT]})],
    "code_hosting": [json.dumps([PUSH]), "\n".join([json.dumps(PUSH)] * 2)],
}


def test_every_kind_has_an_example():
    assert list(FILES) == [kind.id for kind in KINDS]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_a_known_kind_is_named_with_what_to_bring(tmp_path, kind):
    for number, text in enumerate(FILES[kind.id]):
        file = tmp_path / f"{number}.dat"
        file.write_text(text)

        with pytest.raises(UnreadableExport) as refused:
            registry.recognise(open_source(file))

        assert refused.value.code == NOT_READ
        assert kind.title in str(refused.value)
        assert str(refused.value).endswith(kind.instead)


def test_other_files_are_none_of_them(tmp_path):
    for number, text in enumerate(['{"theme": "dark"}', "Name,Email,Duration,Salary band\nx,y,1,2\n"]):  # fmt: skip
        file = tmp_path / f"{number}.dat"
        file.write_text(text)
        source = open_source(file)

        assert [kind.id for kind in KINDS if kind.tells(source)] == []


def test_a_page_says_known_not_read_and_not_that_nobody_knows_it():
    refused = {"format": None, "reject_code": NOT_READ}

    assert kind_of(refused) == "Known, not read"
    assert kind_of(refused | {"reject_code": "no_recognised_data"}) == "Not recognised"
