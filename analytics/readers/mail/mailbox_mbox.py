"""Mailboxes as mbox (Google Takeout, Thunderbird, list archives), single mails (.eml), or a folder or zip of them.

Only headers are read: who wrote to whom and when, and what was answered. Bodies, subjects and attachments are passed
over as bytes. The same mail in several mailboxes is one mail. Spam, bin, drafts and chats of Gmail are left out;
automatic answers and bulk mail are kept apart from what people write.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from analytics.readers.act import Act
from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink, UnreadableExport
from analytics.readers.log_columns import SYSTEM_ACCOUNT
from analytics.readers.mail import mbox_scan
from analytics.readers.mail.mbox_scan import Headers

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="mailbox_mbox",
    title="mailbox (mbox or .eml, headers only)",
    tool="mail",
    provides=frozenset({"acts", "replies", "recipients"}),
    versions="mbox of Google Takeout, Thunderbird, mailman and pipermail archives; .eml; one file, or many in a folder or zip.",
)
HEAD = 65536
MASS_FROM = 25  # as everywhere: from here on nobody collaborates
BULK = ("bulk", "junk", "auto_reply")
# what Gmail keeps and nobody sent to work with: spam, bin, drafts and chats, in its languages
UNSENT = frozenset({
    "spam", "trash", "drafts", "draft", "chat", "chats", "cestino", "bozze", "papierkorb", "entwürfe", "corbeille",
    "brouillons", "papelera", "borradores", "posta indesiderata",
})  # fmt: skip
SYSTEM = re.compile(SYSTEM_ACCOUNT)


def identify(source: "Source") -> bool:
    """Say whether the file, or every member of the folder or zip, begins as a mailbox or a mail does."""
    if source.kind == "file":
        return mbox_scan.is_mailbox(source.head(HEAD))
    members = source.members() if source.kind in ("zip", "folder") else []
    return bool(members) and all(
        mbox_scan.is_mailbox(source.head(HEAD, member)) for member in members
    )


def explain(source: "Source") -> UnreadableExport | None:
    """Return what is wrong with a file that only its name makes a mailbox."""
    if source.kind != "file" or not source.name.casefold().endswith((".mbox", ".mbx", ".eml")):
        return None
    return UnreadableExport(
        "not_mbox",
        f"{source.name}: the name says mailbox, but the file does not begin with a line “From … 09:00:00 …” and the "
        "headers of a mail. Export the mailbox again as mbox.",
    )


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over mails with the people they name; raises UnreadableExport where a member is damaged."""
    acts = Acts(sink, options.tool or "mail")
    reading = _Reading(acts, sink)
    for member, stream, is_single in _mailboxes(source):
        for number, block in enumerate(mbox_scan.headers(stream, is_single=is_single), start=1):
            place = f"{member}#{number}" if member else f"message {number}"
            if block is None:
                sink.reject(place, "field_too_long")
            else:
                reading.take(block, place)
    acts.finish()


def _mailboxes(source: "Source") -> Iterator[tuple[str, BinaryIO, bool]]:
    """Yield the name of a member ("" for a single file), its bytes, and whether it is one mail without a postmark."""
    if source.kind == "file":
        with source.open() as stream:
            yield "", stream, not mbox_scan.FIRST.match(source.head(HEAD))
        return
    for member in source.members():
        is_single = not mbox_scan.FIRST.match(source.head(HEAD, member))
        with source.open_member(member) as stream:
            yield member.rsplit("/", 1)[-1], stream, is_single


class _Reading:
    """Takes mails, one header block after the other."""

    def __init__(self, acts: Acts, sink: Sink) -> None:
        self.acts, self.sink = acts, sink

    def take(self, block: bytes, place: str) -> None:
        """Hand over one mail, or count it as none."""
        mail, is_converted = mbox_scan.fields(block)
        if is_converted:
            self.sink.warn("encoding_converted")
        if _is_unsent(mail):
            self.sink.non_records += 1
            self.sink.warn("event_not_counted")
            return
        us, is_zoned = mbox_scan.instant(mail.get("date", ""))
        if not is_zoned:
            self.sink.warn("time_floating")
        author = self._author(mail)
        to = mbox_scan.addresses(mail.get("to", ""))
        cc = [address for address in mbox_scan.addresses(mail.get("cc", "")) if address not in to]
        for address in (*to, *cc):
            if address not in self.acts.accounts:
                self.acts.account(address, email=address)
        lists = self._lists(mail)
        if lists or len(to) + len(cc) > MASS_FROM or _is_bulk(mail):
            self.sink.warn("mass_mail_flagged")
        key = self._key(mail)
        answered, thread = _thread(mail, key)
        self.acts.add(
            Act(
                place=place,
                key=key,
                us=us,
                actor=author,
                action="notice" if _is_automatic(mail) else "email",
                thread=thread,
                in_reply_to=answered,
                to=to,
                cc=cc,
                recipients=0 if not to and not cc and not lists else None,
            )
        )

    def _author(self, mail: Headers) -> str | None:
        for field in ("from", "sender"):
            text = mail.get(field, "")
            if found := mbox_scan.addresses(text):
                is_service = SYSTEM.match(found[0]) or _is_newsletter(mail)
                kind = "service" if is_service else None
                name = mbox_scan.name_of(text)
                self.acts.account(found[0], email=found[0], name=name, kind=kind)
                return found[0]
        return None

    def _lists(self, mail: Headers) -> list[str]:
        """Return the addresses of the list a mail came over: they are no people."""
        lists = mbox_scan.addresses(mail.get("list-post", "").replace("mailto:", ""))
        for address in lists:
            self.acts.account(address, kind="service")
        return lists or ([""] if "list-id" in mail else [])

    def _key(self, mail: Headers) -> str:
        """Return the message id; without one, what tells the mail apart, hashed."""
        if found := mbox_scan.ids(mail.get("message-id", "")):
            return found[0]
        self.sink.warn("id_derived")
        told = "\0".join(mail.get(name, "") for name in ("from", "date", "to", "cc", "subject"))
        return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()


def _thread(mail: Headers, key: str) -> tuple[str | None, str]:
    """Return which mail is answered and with which the thread began; a subject with Re: proves nothing."""
    named = mbox_scan.ids(mail.get("in-reply-to", ""))
    references = mbox_scan.ids(mail.get("references", ""))
    answered = next(iter(named or references[-1:]), None)
    answered = None if answered == key else answered
    return answered, next(iter(references), answered or key)


def _is_unsent(mail: Headers) -> bool:
    labels = mbox_scan.decoded(mail.get("x-gmail-labels", "")).casefold()
    return bool(labels) and not UNSENT.isdisjoint(label.strip(' "') for label in labels.split(","))


def _is_bulk(mail: Headers) -> bool:
    return mail.get("precedence", "").strip().casefold() in BULK


def _is_newsletter(mail: Headers) -> bool:
    """Say whether a machine writes to subscribers; what people write over a list has an address to post to."""
    return _is_bulk(mail) and "list-unsubscribe" in mail and "list-post" not in mail


def _is_automatic(mail: Headers) -> bool:
    said = mail.get("auto-submitted", "no").split(";")[0].strip().casefold()
    return said not in ("no", "") or _is_bulk(mail)
