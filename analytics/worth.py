"""What do the hours cost, and does a tool give back the time it takes? Worked out of released figures and assumptions.

Everything here is arithmetic over numbers that are published already, so that an assumption can be moved without the
vault. An answer is a range: every input has a low, a likely and a high end, and all corners are tried.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np

from analytics.places import ROOT

ASSUMPTIONS = ROOT / "data" / "assumptions.toml"
DRAWS, SEED = 4_000, 13
BAND = (0.05, 0.95)
Numbers = np.ndarray
Ends = tuple[float, float, float]  # low, likely, high


@dataclass(frozen=True)
class Assumption:
    """One assumption: what the page begins with, how far it can be moved, and where it comes from."""

    id: str
    title: str
    short: str
    unit: str
    likely: float
    low: float
    high: float
    least: float
    most: float
    step: float
    used_in: tuple[str, ...]
    source: str

    @property
    def ends(self) -> Ends:
        """Return low, likely, high."""
        return self.low, self.likely, self.high


@cache
def assumptions() -> dict[str, Assumption]:
    """Return data/assumptions.toml by id, in its order."""
    told = tomllib.loads(ASSUMPTIONS.read_text("utf-8"))
    return {
        id_: Assumption(id=id_, **{**about, "used_in": tuple(about["used_in"])})
        for id_, about in told.items()
    }


def written(ends: Ends) -> str:
    """Return an assumption for the address of a page: low_likely_high."""
    return "_".join(f"{end:g}" for end in ends)


def moved(ends: Ends, which: int, value: float) -> Ends:
    """Return the ends with one (0 low, 1 likely, 2 high) at `value`, the others pushed along where it passes them."""
    low, likely, high = (
        min(end, value) if place < which else max(end, value) if place > which else value
        for place, end in enumerate(ends)
    )
    return low, likely, high


def read(text: str, least: float, most: float) -> Ends | None:
    """Return what an address says of an assumption; None where it makes no sense."""
    try:
        low, likely, high = (float(part) for part in text.split("_"))
    except ValueError:
        return None
    is_ordered = least <= low <= likely <= high <= most  # false too for what is no number
    return (low, likely, high) if is_ordered else None


@dataclass(frozen=True)
class Input:
    """A number that is not known exactly: an assumption, or a figure with its interval."""

    id: str
    title: str
    low: float
    likely: float
    high: float


@dataclass(frozen=True)
class Part:
    """One part of a result: what it comes to for given inputs, rising or falling in each of them."""

    name: str
    amount: Callable[[Mapping[str, Numbers]], Numbers]


@dataclass(frozen=True)
class Swing:
    """How far one input alone moves the result, all others at their likely value."""

    title: str
    at_low: float
    at_high: float

    @property
    def size(self) -> float:
        """Return the distance between the two ends."""
        return abs(self.at_high - self.at_low)


@dataclass(frozen=True)
class Result:
    """low and high: the least and the most of all corners. band: 5 to 95 % of triangular draws.

    parts: name -> (low, likely, high) of each part alone; swings: largest first.
    """

    low: float
    likely: float
    high: float
    band: tuple[float, float]
    parts: dict[str, Ends]
    swings: tuple[Swing, ...]


def result(inputs: Sequence[Input], parts: Sequence[Part]) -> Result:
    """Return the sum of the parts with its ends: the sum must rise or fall steadily in each input, others held."""
    corners = _corners(inputs)
    likely = {i.id: np.array([i.likely]) for i in inputs}
    at_corners = {part.name: part.amount(corners) for part in parts}
    alone = {part.name: float(part.amount(likely)[0]) for part in parts}
    whole = sum(at_corners.values(), np.zeros(1))
    drawn = sum((part.amount(_draws(inputs)) for part in parts), np.zeros(DRAWS))
    band = np.quantile(drawn, BAND)
    return Result(
        low=float(whole.min()),
        likely=sum(alone.values()),
        high=float(whole.max()),
        band=(float(band[0]), float(band[1])),
        parts={
            name: (float(found.min()), alone[name], float(found.max()))
            for name, found in at_corners.items()
        },
        swings=_swings(inputs, parts),
    )


def _corners(inputs: Sequence[Input]) -> dict[str, Numbers]:
    ends = [(i.low,) if i.low == i.high else (i.low, i.high) for i in inputs]
    grid = np.array(list(product(*ends)))
    return {i.id: grid[:, place] for place, i in enumerate(inputs)}


def _draws(inputs: Sequence[Input]) -> dict[str, Numbers]:
    draw = np.random.default_rng(SEED)
    return {
        i.id: draw.triangular(i.low, i.likely, i.high, DRAWS)
        if i.low < i.high
        else np.full(DRAWS, i.likely)
        for i in inputs
    }


def _swings(inputs: Sequence[Input], parts: Sequence[Part]) -> tuple[Swing, ...]:
    def alone(moved: Input, end: float) -> float:
        at = {i.id: np.array([end if i is moved else i.likely]) for i in inputs}
        return float(sum(part.amount(at)[0] for part in parts))

    found = [Swing(i.title, alone(i, i.low), alone(i, i.high)) for i in inputs]
    return tuple(sorted((s for s in found if s.size > 0), key=lambda s: -s.size))


@dataclass(frozen=True)
class Hours:
    """Released hours of a group a person and week: all with (low, likely, high); acts by minutes an act takes at most."""

    people: int
    meetings: float
    calls: float
    acts: Mapping[float, float]
    total: Ends


def cost(hours: Hours, hourly: Ends, assumed: Mapping[str, Ends]) -> Result:
    """Return money a year: people × weeks × hours × hourly cost; `assumed` holds attended, act and weeks.

    The interval of the total moves all hours alike.
    """
    low, value, high = hours.total
    titles = assumptions()
    inputs = [
        Input("rate", "Cost of an hour", *hourly),
        *(Input(name, titles[name].short, *assumed[name]) for name in ("attended", "act", "weeks")),
        Input("chance", "Chance", low / value, 1.0, high / value),
    ]

    def amount(x: Mapping[str, Numbers]) -> Numbers:
        week = hours.meetings * x["attended"] + hours.calls + taken(hours.acts, x["act"])
        return hours.people * x["weeks"] * week * x["chance"] * x["rate"]

    return result(inputs, [Part("cost", amount)])


def taken(acts: Mapping[float, float], minutes: Numbers) -> Numbers:
    """Return the hours of own acts at these minutes an act, by straight lines between the released ones.

    Slightly too low between them: the union of intervals is concave in the minutes. Nothing at no minutes.
    """
    known = sorted(acts.items())
    return np.interp(minutes, [0.0, *(m for m, _ in known)], [0.0, *(h for _, h in known)])


@dataclass(frozen=True)
class Tool:
    """Released figures of one tool, a person and working day.

    received, of_one (to this person alone, and mentions): low, likely, high. mail_share: of what is received, mails.
    acts: minutes an act takes at most -> minutes. gave_way: mails_written, mails_received, meeting_minutes ->
    (low, likely, high), above zero = less of it; None where nobody can say.
    """

    received: Ends
    of_one: Ends
    mail_share: float
    acts: Mapping[float, float]
    gave_way: Mapping[str, Ends] | None


READING, COMING_BACK, WRITING = "Reading it", "Coming back after it", "Writing in it"
MAIL, MEETINGS = "Mail that gave way", "Meetings that gave way"
GAVE_WAY = {
    "mails_written": "Mails written less",
    "mails_received": "Mails received less",
    "meeting_minutes": "Meeting minutes less",
}


def net(tool: Tool, assumed: Mapping[str, Ends]) -> Result:
    """Return minutes a person and working day that a tool takes, less those it gives back; above zero = it costs.

    Where nobody can say what gave way, what it takes alone: `gives_back` then says no.
    """
    titles = assumptions()
    names = ["opened", "chat_read", "interrupting", "resume", "mail_read"]
    names.append("mail_written" if tool.mail_share > 0.5 else "chat_written")  # noqa: PLR2004  # a tool of mails
    writing = names[-1]
    parts = [
        Part(READING, lambda x: x["received"] * x["opened"] * _seconds(x, tool.mail_share) / 60),
        Part(COMING_BACK, lambda x: x["of_one"] * x["interrupting"] * x["resume"] / 60),
        Part(WRITING, lambda x: taken(tool.acts, x[writing])),
    ]
    inputs = [
        Input("received", "Messages received", *tool.received),
        Input("of_one", "Messages to one", *tool.of_one),
    ]
    if gives_back(tool):
        if "mail_written" not in names:
            names.append("mail_written")
        inputs += [Input(name, GAVE_WAY[name], *ends) for name, ends in (tool.gave_way or {}).items()]  # fmt: skip
        parts += _given_back({i.id for i in inputs})
    inputs += [Input(name, titles[name].short, *assumed[name]) for name in names]
    return result(inputs, parts)


def gives_back(tool: Tool) -> bool:
    """Say whether it is known what gave way to the tool."""
    return bool(tool.gave_way)


def _seconds(x: Mapping[str, Numbers], mail_share: float) -> Numbers:
    return mail_share * x["mail_read"] + (1 - mail_share) * x["chat_read"]


def _given_back(known: set[str]) -> list[Part]:
    def mail(x: Mapping[str, Numbers]) -> Numbers:
        read = x.get("mails_received", np.zeros(1)) * x["opened"] * x["mail_read"] / 60
        return -(x.get("mails_written", np.zeros(1)) * x["mail_written"] + read)

    parts = [Part(MAIL, mail)] if known & {"mails_written", "mails_received"} else []
    if "meeting_minutes" in known:
        parts.append(Part(MEETINGS, lambda x: -x["meeting_minutes"]))
    return parts


def verdict(found: Result, tool: Tool) -> str:
    """Return costs, saves, unsaid (its ends have different signs) or one_sided (what it gives back is not known)."""
    if not gives_back(tool):
        return "one_sided"
    if found.low > 0:
        return "costs"
    return "saves" if found.high < 0 else "unsaid"
