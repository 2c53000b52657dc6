"""Who reported and discussed work in Jira: pages of issues or comments as its REST interface answers them.

An issue is the first act of a thread in its project, comments are replies to whoever reported it. Where the project is
a service desk, issues are conversations with customers and comments not public are notes. Changes of fields are not
acts. E-mail addresses are mostly hidden: accounts then have to be matched by hand.
"""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from analytics.readers import json_head, json_records
from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.tickets import jira

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="jira_issues",
    title="Jira issues or comments (JSON of the REST interface)",
    tool="jira",
    provides=frozenset({"acts", "replies", "recipients", "customers"}),
    versions="REST 2 and 3, server and cloud, with or without comments inside.",
)


class Record(msgspec.Struct, gc=False):
    """An issue, or a comment on its own."""

    id: str | int
    key: str | None = None
    fields: dict[str, Any] | None = None
    author: dict[str, Any] | None = None
    created: str | None = None
    body: Any = None
    self: str | None = None


KIND = json_records.Kind(Record, frozenset({"id"}), wrappers=("issues", "comments"))
ISSUE_OF_COMMENT = re.compile(r"/issue/([^/]+)/comment/")


def identify(source: "Source") -> bool:
    """Say whether the file is a page of issues or comments, or a list of issues."""
    if source.kind != "file":
        return False
    first = json_head.first_object(source)
    for wrapper in ("issues", "comments"):
        listed = first.get(wrapper)
        if isinstance(listed, list):
            return {
                "startAt",
                "maxResults",
                "expand",
                "nextPageToken",
                "isLast",
            } & first.keys() != set()
    fields = first.get("fields")
    return isinstance(fields, dict) and "issuetype" in fields and "key" in first


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over accounts, spaces and acts."""
    acts, keys = Acts(sink, "jira"), jira.Keys()
    for place, record in json_records.read_file(source, KIND, sink):
        if record.fields is None:
            found = ISSUE_OF_COMMENT.search(record.self or "")
            comment = _comment(place, msgspec.to_builtins(record), acts, is_record=True)
            jira.add_comment(comment, acts, None, found[1] if found else None, keys)
        else:
            _issue(place, record, acts, options, keys)
    acts.finish()


def _issue(place: str, record: Record, acts: Acts, options: Options, keys: jira.Keys) -> None:
    fields = record.fields or {}
    project = fields.get("project") or {}
    is_desk = project.get("projectTypeKey") == jira.DESK
    asking = _account(fields.get("reporter") or fields.get("creator"), acts, is_customer=is_desk)
    issue = jira.Issue(
        place=place, id=str(record.id), us=_micros(fields.get("created")),
        project=str(project.get("key") or project.get("id")), reporter=asking,
        assignee=_account(fields.get("assignee"), acts), is_desk=is_desk,
        words=[*(fields.get("labels") or []), (fields.get("issuetype") or {}).get("name")],
        text=_text(fields.get("description")),
    )  # fmt: skip
    jira.add_issue(issue, acts, options)
    comments = (fields.get("comment") or {}).get("comments") or []
    for number, comment in enumerate(comments):
        found = _comment(f"{place} comment {number}", comment, acts)
        jira.add_comment(found, acts, issue, issue.id, keys)


def _comment(
    place: str, comment: dict[str, Any], acts: Acts, *, is_record: bool = False
) -> jira.Comment:
    return jira.Comment(
        place=place, id=str(comment.get("id")), us=_micros(comment.get("created")),
        author=_account(comment.get("author"), acts), text=_text(comment.get("body")),
        is_public=comment.get("jsdPublic", True), is_record=is_record,
    )  # fmt: skip


def _account(user: Any, acts: Acts, *, is_customer: bool = False) -> str | None:  # noqa: ANN401 - any JSON
    if not isinstance(user, dict):
        return None
    # servers call people by name in their CSV too, and by a key only here
    account = user.get("accountId") or user.get("name") or user.get("key")
    if not account:
        return None
    kind = {"customer": "guest", "app": "bot"}.get(str(user.get("accountType")))
    if is_customer and account not in acts.accounts:
        kind = kind or "guest"
    acts.account(
        str(account), email=user.get("emailAddress"), name=user.get("displayName"), kind=kind,
        time_zone=user.get("timeZone"),
    )  # fmt: skip
    return str(account)


def _micros(text: str | None) -> int | None:
    """Return UTC microseconds of 2016-03-03T13:40:01.000+0000; null where it is no such time."""
    try:
        at = datetime.strptime(text or "", "%Y-%m-%dT%H:%M:%S.%f%z")
    except ValueError:
        return None
    return int(at.timestamp()) * 1_000_000 + at.microsecond


def _text(value: Any) -> str | None:  # noqa: ANN401 - text, or a document as a tree
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        inner = [_text(each) or "" for each in value.get("content") or ()]
        return f"{value.get('text', '')} {' '.join(inner)}".strip()
    return None
