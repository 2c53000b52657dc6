"""Nothing that a browser can send gets an answer that the release does not hold, or breaks a page."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates

from analytics import release
from pages.parts.filters import KEYS
from tests.browser.served import Server, cookie, visitor
from tests.proof import drawn

pytestmark = pytest.mark.browser
ROLES = ("consultant", "hr", "cio", "reader", "representative", "visitor")
FIGURES = ("overview", "adoption", "departments", "time_cost", "hierarchy", "relations")
# nowhere in the lattice: other periods and grains, hidden and merged groups, pairs, patterns, SQL, paths, markup, huge
OUTSIDE = (
    "2026-Q9", "1999-Q1", "2026-13", "2026-W05", "2026-02-30", "day", "hour", "all,quarter", "Facilities", "Human resources × slack",
    "finance", "Finance ", "Finance,Marketing", "Finance|Marketing", "Other", "%", "_", "*", "Fin%", "Finаnce", "null", "None",
    "nan", "-1", "1e309", "[]", '{"$ne": null}', "Finance' or '1'='1", "'; drop table figure; --", "x' union select * from figure --",
    "../../identity.duckdb", "/etc/passwd", "<script>alert(1)</script>", "\u202eecnaniF", "Finance\x00", "A" * 20_000,
)  # fmt: skip
ASKED = (*KEYS, "measure", "ws", "metric", "by", "k")  # also what no page knows
NUMBERS = (-1, 3, 99, 2**40)
TEXTS = ("Finance' or 1=1", "Facilities", "", "\U0001f600" * 500)
Ask = Callable[..., list[Any]]


def held(server: Server, role: str) -> str:
    if role == "visitor":
        return ""
    claims = {"roles": [f"convivio:{role}"], "workspaces": ["drawn"]}
    return cookie(server, email=f"{role}@token.example", **claims)


# what differs between two sendings of the same element: a download's number, and that a box is set to what it shows
ONCE = re.compile(
    r'\s*(deferred_file_id: "\w+"|set_value: true|raw_value: "[^"]*"|has_one_shot_effect: true)'
)
SENT_ONCE = 8_000  # larger elements are sent by their hash the second time


def content(messages: list[Any]) -> list[str]:
    """Return what stands on the page, element by element; the same page has the same.

    A page that sends on to another may have sent some of its own elements first, or none: the browser drops them.
    """
    begun = [i for i, m in enumerate(messages) if m.WhichOneof("type") == "new_session"]
    return [
        ONCE.sub("", str(m.delta)) if 0 < m.delta.ByteSize() < SENT_ONCE else m.ref_hash or m.hash
        for m in messages[begun[-1] :]
        if m.WhichOneof("type") in ("delta", "ref_hash")
    ]


def said(messages: list[Any]) -> str:
    return "\n".join(str(message) for message in messages)


def broken(messages: list[Any]) -> bool:
    text = said(messages)
    return "Traceback" in text or "could not be drawn" in text or "exception {" in text


@pytest.mark.parametrize("role", ROLES)
def test_an_address_outside_the_release_shows_the_page_as_without_it(gated, role):
    pages = ("overview", "departments", "trust")
    answers = 0
    with visitor(gated, held(gated, role)) as ask:
        for page in pages:
            ask(page)
            plain = content(ask(page))
            step = drawn(1, 1 if role == "consultant" else 3) if page == "overview" else 6
            for value in OUTSIDE[ROLES.index(role) % step :: step]:
                got = ask(page, urlencode(dict.fromkeys(ASKED, value)))
                assert not broken(got), (page, value)
                assert content(got) == plain, (page, value)
                answers += len(ASKED)

    assert answers >= 200
    assert "Traceback" not in gated.log.read_text()


@pytest.mark.parametrize("role", ["consultant", "hr", "reader"])
def test_a_widget_that_says_what_it_was_not_offered_gets_nothing_beyond_the_release(
    gated, home, role
):
    with visitor(gated, held(gated, role)) as ask:
        first = said(ask("overview"))
        widgets = sorted(
            set(re.findall(r'id: "(\$\$ID-[0-9a-f]+-f_(?:kind|step|cut|tool))"', first))
        )
        answers = [answer(ask, widget, value) for widget in widgets for value in (*NUMBERS, *TEXTS)]

    assert len(answers) == 4 * len((*NUMBERS, *TEXTS))
    allowed = lattice(home)
    for got in answers:
        assert "Traceback" not in said(got)
        addresses = [m for m in got if m.WhichOneof("type") == "page_info_changed"]
        asked = parse_qs(addresses[-1].page_info_changed.query_string) if addresses else {}
        beyond = {key: value for key, (value,) in asked.items() if value not in allowed[key]}
        assert beyond == {}


def answer(ask: Ask, widget: str, value: int | str) -> list[Any]:
    """Return what comes when a widget is said to hold this value."""
    states = WidgetStates()
    state = states.widgets.add(id=widget)
    if isinstance(value, int):
        state.int_value = value
    else:
        state.string_value = value
    return ask("overview", "", states)


def lattice(home: Path) -> dict[str, set[str]]:
    """Return what an address may hold, read from the release."""
    from pages.parts.filters import periods

    found = release.open_release(home / "drawn" / "releases" / "000001.duckdb")
    cuts = {cut: set(found.groups(cut)) for cut in release.CUTS}
    return cuts | {
        "period": set(periods(found)),
        "step": {"week", "month", "quarter"},
        "ws": {"drawn"},
    }
