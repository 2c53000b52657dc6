"""From tickets and their messages to conversations with customers: what all readers of help desks share.

A ticket is a space of its own (purpose customer) and its first act. Agents are people, customers guests. A public
message reaches the other side; an internal note reaches the agent in charge and never the customer. Where colleagues
ask (an IT service desk), the ticket is internal: work, and nobody in it a guest.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from analytics.readers.act import Act
from analytics.readers.acts import Acts
from analytics.readers.base import Options, Sink

SAME_ACT_US = 60_000_000  # the first message of a ticket is written within a minute of its creation
Phase = str | None
# Words that help desks use in tags, groups, forms and pipelines; the first phase that one names counts.
PHASES: dict[str, str] = {
    "renewal": r"renewals?|churn|retention|upsell|rinnov[oi]|disdett[ae]|verlangerung|kundigung|renouvellement",
    "onboarding": r"on ?boarding|implementation|kick ?off|go ?live|set ?up|attivazione|avviamento|einfuhrung|mise en service",
    "pre_sale": r"pre ?sales?|prospects?|leads?|sales|trials?|demos?|quotes?|preventiv[oi]|vendit[ae]|vertrieb|angebot|devis",
    "support": r"(?<!non )support|incidents?|bugs?|help ?desk|service ?desk|assistenza|guast[oi]|storung|assistance|panne",
}


def phase(words: Iterable[str | None], options: Options) -> Phase:
    """Return where in the life of a customer a conversation is, told by tags and names; null = not known.

    `--map pre_sale=WORD,WORD` (likewise onboarding, support, renewal) adds words of one's own.
    """
    from analytics.readers.headers import plain

    text = " | ".join(plain(word) for word in words if word)
    if not text:
        return None
    for name, pattern in PHASES.items():
        own = [
            re.escape(plain(word))
            for word in options.columns.get(name, "").split(",")
            if word.strip()
        ]
        if re.search(rf"\b(?:{'|'.join([*own, pattern])})\b", text):
            return name
    return None


@dataclass
class Ticket:
    """One conversation; `us` is UTC microseconds of its creation."""

    place: str
    key: str
    us: int | None
    requester: str | None
    agent: str | None = None
    phase: Phase = None
    text: str | None = None
    out: str | None = None  # why it is set apart: ticket_deleted, ticket_merged, ticket_spam
    is_internal: bool = False  # somebody of the company asks
    opened_by: str | None = None  # who wrote first, where that is not who asks


@dataclass
class Message:
    """One message of a ticket; `public` is False for an internal note."""

    place: str
    key: str
    ticket: str
    us: int | None
    author: str | None
    public: bool = True
    text: str | None = None
    is_record: bool = True


@dataclass
class Desk:
    """Takes agents, customers, tickets and messages of one tool; call `finish` at the end."""

    sink: Sink
    tool: str
    tickets: dict[str, Ticket] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    strangers: set[str] = field(
        default_factory=set
    )  # wrote in public, and nothing in the export says who they are

    def __post_init__(self) -> None:
        self.acts = Acts(self.sink, self.tool)

    def agent(self, account: str | None, email: str | None = None, name: str | None = None) -> None:
        """Note somebody of the company who answers."""
        if account:
            self.acts.account(account, email=email, name=name, kind="human", has_seat=True)

    def customer(
        self, account: str | None, email: str | None = None, name: str | None = None
    ) -> None:
        """Note somebody who asks, unless it is an agent."""
        if account and account not in self.acts.accounts:
            self.acts.account(account, email=email, name=name, kind="guest")

    def colleague(self, account: str | None) -> None:
        """Note somebody of the company who asks."""
        if account:
            self.acts.account(account)

    def bot(self, account: str) -> None:
        """Note an account that no person writes from."""
        self.acts.account(account, kind="bot")

    def ticket(self, ticket: Ticket) -> None:
        """Take one ticket; the same again is a repeat."""
        if ticket.key in self.tickets:
            self.sink.duplicates += 1
            self.sink.warn("duplicate_dropped")
        else:
            self.tickets[ticket.key] = ticket

    def finish(self) -> None:
        """Hand everything over."""
        by_ticket: dict[str, list[Message]] = {}
        for message in self.messages:
            by_ticket.setdefault(message.ticket, []).append(message)
        self._note_agents(by_ticket)
        for key in [*self.tickets, *(key for key in by_ticket if key not in self.tickets)]:
            self._conversation(key, by_ticket.get(key, []))
        self.acts.finish()

    def _note_agents(self, by_ticket: dict[str, list[Message]]) -> None:
        """Note who answers in any ticket before the first is told: in another one nothing may say so."""
        for key, ticket in self.tickets.items():
            if ticket.out:
                continue
            self.agent(ticket.agent)
            for message in by_ticket.get(key, ()):
                is_known = (
                    message.author in self.acts.accounts or message.author == ticket.requester
                )
                if not (message.public or is_known):
                    self.agent(message.author)  # only a company's own people write internal notes

    def _conversation(self, key: str, messages: list[Message]) -> None:
        ticket = self.tickets.get(key)
        if ticket and ticket.out:
            self.sink.reject(ticket.place, ticket.out)
            self.sink.reject_many([m.place for m in messages if m.is_record], ticket.out)
            return
        space = self._space(key, ticket)
        asking, agent = (ticket.requester, ticket.agent) if ticket else (None, None)
        is_internal = ticket is not None and ticket.is_internal
        asks = self.colleague if is_internal else self.customer
        asks(asking)
        self.agent(agent)
        messages = sorted(messages, key=lambda m: (m.us is None, m.us or 0, m.key))
        waiting = None  # the message that nobody of the other side has answered yet
        if ticket:
            text = self._opening(ticket, messages)
            opener = ticket.opened_by or asking
            to = [one] if (one := asking if ticket.opened_by else agent) else []
            self.acts.add(Act(place=ticket.place, key=space, us=ticket.us, actor=opener, space=space, thread=space, to=to, text=text))  # fmt: skip
            waiting = None if ticket.opened_by else space
        for message in messages:
            if message.author is not None and message.author not in self.acts.accounts:
                # nobody says who it is: only a company's own people write internal notes
                self.agent(message.author) if not message.public else asks(message.author)
                if message.public and not is_internal:
                    self.strangers.add(message.author)
            waiting = self._message(message, space, asking, agent, waiting, is_internal=is_internal)

    def _space(self, key: str, ticket: Ticket | None) -> str:
        space = f"ticket/{key}"
        if ticket and ticket.is_internal:
            self.acts.space(space, purpose="work")
        else:
            told = ticket.phase if ticket else None
            self.acts.space(space, openness="external", purpose="customer", phase=told)
        return space

    def _opening(self, ticket: Ticket, messages: list[Message]) -> str | None:
        """Return the text of a ticket; the message that repeats it is taken out."""
        first = messages[0] if messages else None
        opener = ticket.opened_by or ticket.requester
        if not first or first.us is None or ticket.us is None or first.author != opener:
            return ticket.text
        if abs(first.us - ticket.us) > SAME_ACT_US:
            return ticket.text
        self.sink.non_records += first.is_record
        return messages.pop(0).text or ticket.text

    def _message(
        self,
        message: Message,
        space: str,
        asking: str | None,
        agent: str | None,
        waiting: str | None,
        *,
        is_internal: bool = False,
    ) -> str | None:
        kind = self.acts.accounts[message.author].kind if message.author else "human"
        is_ours = kind == "human" and message.author != asking
        other = asking if is_ours and message.public else agent
        # nobody here says whose side a stranger is on, and another import may know: what is public reaches both
        both = (asking, agent) if message.author in self.strangers else (other,)
        # an automatic answer is none: the customer still waits
        answers = waiting if is_ours and message.public else None
        self.acts.add(
            Act(
                place=message.place, key=f"message/{message.key}", us=message.us, actor=message.author,
                action="reply" if answers else "post", space=space, thread=f"{space}",
                in_reply_to=answers, to=[one for one in both if one and one != message.author],
                text=message.text, is_record=message.is_record,
            )
        )  # fmt: skip
        if answers:
            return None
        asks = message.author == asking if is_internal else kind == "guest"
        is_customers = asks and message.public
        return f"message/{message.key}" if is_customers else waiting


def micros(text: str | int | float | None) -> int | None:
    """Return UTC microseconds of an ISO time (without a zone: UTC) or of epoch seconds; null where it is none."""
    from datetime import UTC, datetime

    if isinstance(text, int | float):
        return int(text * 1_000_000) if 0 < text < 1e11 else None  # noqa: PLR2004 - seconds, not milliseconds
    try:
        at = datetime.fromisoformat((text or "").strip().replace("T", " ").replace("/", "-"))
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return int(at.timestamp()) * 1_000_000 + at.microsecond
