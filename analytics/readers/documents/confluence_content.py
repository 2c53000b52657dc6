"""Who wrote and discussed pages in Confluence: content as its REST interface answers it (JSON, pages of results).

Each version of a page is an act of who saved it; of a page whose older versions were not exported, only its making and
its last version are known. Comments answer the page or the comment above them, posts of a blog are posts. Drafts are
left out: nobody saw them. Who read a page is not in this export.
"""

import re
from typing import TYPE_CHECKING, Any

import msgspec

from analytics.readers import json_head, json_records
from analytics.readers.act import Act
from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink, UnreadableExport
from analytics.readers.instants import from_iso

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="confluence_content",
    title="Confluence pages, blog posts and comments (JSON of the REST interface)",
    tool="confluence",
    provides=frozenset({"acts", "replies"}),
    versions="REST v1 with history or version expanded (server and cloud), v2 of the cloud.",
)
Json = dict[str, Any]
TYPES = ("page", "blogpost", "comment", "attachment")
MARKUP = r"(?s)<ac:parameter.*?</ac:parameter>|<[^>]*>|&[a-z]+;"
SPACE = re.compile(r"/(?:rest/api/space|display|spaces)/([^/?]+)")
PARENTS = ("parentCommentId", "pageId", "blogPostId")  # of a comment in v2, the nearest first


SPELT = {
    "expandable": "_expandable", "links": "_links", "space_id": "spaceId", "author_id": "authorId",
    "created_at": "createdAt", "parent_comment_id": "parentCommentId", "page_id": "pageId", "blog_post_id": "blogPostId",
}  # fmt: skip


class Content(msgspec.Struct, gc=False, rename=SPELT):
    """A page, blog post, comment or attachment, in one of its versions."""

    id: str | int
    type: str | None = None
    status: str | None = None
    space: Json | None = None
    history: Json | None = None
    version: Json | None = None
    container: Json | None = None
    ancestors: list[Json] | None = None
    body: Json | None = None
    expandable: Json | None = None
    links: Json | None = None
    space_id: str | int | None = None  # this and what follows in v2
    author_id: str | None = None
    created_at: str | None = None
    parent_comment_id: str | int | None = None
    page_id: str | int | None = None
    blog_post_id: str | int | None = None


KIND = json_records.Kind(Content, frozenset({"id"}), wrappers=("results",))
Made = tuple[str | None, str | None]  # who, when


def identify(source: "Source") -> bool:
    """Say whether the first record is content of Confluence, or the file is a page of such records."""
    if source.kind != "file":
        return False
    first = json_head.first_object(source)
    listed = first.get("results")
    record = listed[0] if isinstance(listed, list) and listed else first
    if not isinstance(record, dict) or "id" not in record:
        return False
    is_first = record.get("type") in TYPES and bool({"_links", "_expandable"} & record.keys())
    is_second = "version" in record and bool({"spaceId", *PARENTS} & record.keys())
    return is_first or is_second


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over accounts, spaces and acts; raises UnreadableExport where no record says who wrote it."""
    del options
    acts = Acts(sink, "confluence", MARKUP)
    made: dict[str, Act] = {}  # the first version of what was exported in a later one
    known: set[str] = set()
    told = 0
    for place, content in json_records.read_file(source, KIND, sink):
        told += bool(content.version or content.history or content.created_at)
        if content.status == "draft":
            sink.non_records += 1
            sink.warn("event_not_counted")
            continue
        act, first = _acts(place, content, acts)
        acts.add(act)
        known.add(act.key)
        if first:
            made.setdefault(first.key, first)
    if not told:
        raise UnreadableExport(
            "column_missing",
            f"{source.name}: these pages of Confluence say neither who wrote them nor when. "
            "Export them with expand=history,version,space.",
        )
    for key, first in made.items():
        if key not in known:
            acts.add(first)
    if (json_head.first_object(source).get("_links") or {}).get("next"):
        sink.warn("incomplete_page")
    acts.finish()


def _acts(place: str, content: Content, acts: Acts) -> tuple[Act, Act | None]:
    """Return the version that a record is, and the first one where it is a later one and names who made it."""
    version = content.version or {}
    number = version.get("number") or 1
    made = _made(content, acts)
    saved = _saved(version, acts)
    if number == 1:
        who, when = (made[0] or saved[0], made[1] or saved[1])
        return _first(place, content, (who, when), acts), None
    space = _space(content, acts)
    later = Act(
        place=place, key=f"content/{content.id}/{number}", us=from_iso(saved[1])[0], actor=saved[0], action="file",
        space=space,
    )  # fmt: skip
    first = _first(place, content, made, acts, is_record=False) if all(made) else None
    return later, first


def _first(place: str, content: Content, made: Made, acts: Acts, *, is_record: bool = True) -> Act:
    """Return the act of making something: a page or attachment, a post of a blog, a comment."""
    key = _key(content.id)
    above, page = _above(content)
    kind = content.type or ("comment" if above else "page")
    action = {"comment": "reply" if above else "post", "blogpost": "post"}.get(kind, "file")
    text = _text(content) if kind in ("comment", "blogpost") else None
    return Act(
        place=place, key=key, us=from_iso(made[1])[0], actor=made[0], action=action, space=_space(content, acts),
        thread=_key(page) if page else key, in_reply_to=_key(above) if above and kind == "comment" else None,
        text=text, is_record=is_record,
    )  # fmt: skip


def _key(id_: str | int) -> str:
    return f"content/{id_}/1"


def _made(content: Content, acts: Acts) -> Made:
    history = content.history or {}
    who = _account(history.get("createdBy"), acts) or content.author_id
    return who, history.get("createdDate") or content.created_at


def _saved(version: Json, acts: Acts) -> Made:
    who = _account(version.get("by"), acts) or version.get("authorId")
    return who, version.get("when") or version.get("createdAt")


def _above(content: Content) -> tuple[str | None, str | None]:
    """Return what a comment answers and the page it stands under, null where it is none or does not say."""
    if content.type not in (None, "comment"):
        return None, None
    comments = [one for one in content.ancestors or () if one.get("type") == "comment"]
    page = (
        _id(content.page_id)
        or _id(content.blog_post_id)
        or _id((content.container or {}).get("id"))
    )
    if not page and content.type == "comment":
        found = re.search(r"/content/(\d+)", str((content.expandable or {}).get("container")))
        page = found[1] if found else None
    nearest = _id(content.parent_comment_id) or (_id(comments[-1].get("id")) if comments else None)
    return nearest or page, page


def _space(content: Content, acts: Acts) -> str | None:
    """Return the space: by its key, else by its number, else out of the links that every record carries."""
    around = (content.container or {}).get("space") or {}
    links = (content.expandable or {}, content.links or {})
    found = (content.space or {}).get("key") or around.get("key") or _id(content.space_id)
    for text in [str(one.get(name)) for one in links for name in ("space", "container", "webui")]:
        match = SPACE.search(text)
        found = found or (match[1] if match else None)
    if not found:
        return None
    acts.space(f"space/{found}", purpose="work")
    return f"space/{found}"


def _account(user: Any, acts: Acts) -> str | None:  # noqa: ANN401 - any JSON
    if not isinstance(user, dict):
        return None
    account = user.get("accountId") or user.get("userKey") or user.get("username")
    if not account:
        return None
    is_app = user.get("accountType") == "app"
    acts.account(
        str(account), email=user.get("email"), name=user.get("displayName"), kind="bot" if is_app else None,
        time_zone=user.get("timeZone"),
    )  # fmt: skip
    return str(account)


def _text(content: Content) -> str | None:
    body = content.body or {}
    forms = [body.get(name) for name in ("storage", "view", "export_view")]
    return next((str(form["value"]) for form in forms if isinstance(form, dict) and form.get("value")), None)  # fmt: skip


def _id(value: Any) -> str | None:  # noqa: ANN401 - text or number
    return None if value in (None, "") else str(value)
