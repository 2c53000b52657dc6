"""From issues of Jira and comments on them to acts: what its pages, its CSV and its tables have in common.

An issue is the first act of a thread in its project, comments are replies to whoever reported it. Where the project is
a service desk, an issue is a conversation with a customer.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.readers.act import Act
from analytics.readers.acts import Acts
from analytics.readers.base import Options
from analytics.readers.tickets.desk import phase

MINUTE_US = 60_000_000
DESK = "service_desk"  # the type of a project whose reporters are customers


@dataclass(frozen=True)
class Issue:
    """One issue; `us` is UTC microseconds of its creation, `words` (labels, kind) tell the phase."""

    place: str
    id: str
    us: int | None
    project: str
    reporter: str | None
    assignee: str | None
    is_desk: bool = False
    words: Sequence[str | None] = ()
    text: str | None = None

    @property
    def space(self) -> str:
        """Return where it happens: a conversation of its own in a service desk, else its project."""
        return f"issue/{self.id}" if self.is_desk else f"project/{self.project}"


@dataclass(frozen=True)
class Comment:
    """One comment; `id` tells it within the file, `is_public` is False for a note that the customer does not see, null where that is not told."""

    place: str
    id: str
    us: int | None
    author: str | None
    text: str | None = None
    is_public: bool | None = True
    is_record: bool = False


def add_issue(issue: Issue, acts: Acts, options: Options) -> None:
    """Take an issue with its space."""
    if issue.is_desk:
        told = phase(issue.words, options)
        acts.space(issue.space, openness="external", purpose="customer", phase=told)
    else:
        acts.space(issue.space, purpose="work")
    first = f"issue/{issue.id}"
    acts.add(
        Act(
            place=issue.place, key=first, us=issue.us, actor=issue.reporter, space=issue.space, thread=first,
            to=[issue.assignee] if issue.assignee else [], text=issue.text,
        )
    )  # fmt: skip


class Keys:
    """Names the comments of one reading alike in every form of export: by issue, minute and running number.

    The CSV gives comments no id and no seconds, and may write another name for their author than the pages do.
    """

    def __init__(self) -> None:
        self._by_id: dict[str, str] = {}
        self._known: Counter[str] = Counter()

    def of(self, comment: Comment, issue_id: str | None) -> str:
        """Return what tells a comment; the same id again is the same comment."""
        if comment.id not in self._by_id:
            known = issue_id is not None and comment.us is not None
            minute = f"{issue_id}.{(comment.us or 0) // MINUTE_US}"
            self._known[minute] += known
            told = f"{minute}.{self._known[minute]}" if known else comment.id
            self._by_id[comment.id] = f"comment/{told}"
        return self._by_id[comment.id]


def add_comment(
    comment: Comment, acts: Acts, issue: Issue | None, issue_id: str | None, keys: Keys
) -> None:
    """Take a comment; `issue` is null where only the id of what it belongs to is known."""
    first = f"issue/{issue_id}" if issue_id else None
    asking, agent = (issue.reporter, issue.assignee) if issue else (None, None)
    is_own = comment.author == asking
    other = asking if comment.is_public and not is_own else agent
    if comment.is_public is None and not is_own:
        other = None  # nobody knows whether the customer saw it
    answers = first if issue and comment.is_public and not is_own else None
    acts.add(
        Act(
            place=comment.place, key=keys.of(comment, issue_id), us=comment.us, actor=comment.author,
            action="reply" if answers else "post", space=issue.space if issue else None, thread=first,
            in_reply_to=answers, to=[other] if other and other != comment.author else [], text=comment.text,
            is_record=comment.is_record,
        )
    )  # fmt: skip
