"""The cards of Who is who: one account, the people it may belong to, and what was chosen."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.parts.filters import tool_name
from pages.parts.states import note
from pages.parts.text import count, listed, number, plain

LATER, NOBODY = "later", "nobody"
AT_ONCE = 10  # cards
CHOICE, UNDO, SHOWN = "identity_choice", "identity_undo", "identity_shown"
KEYS = (CHOICE, UNDO, SHOWN)
ALL = "all"
REASONS = {
    "guest_form": "A guest's address",
    "plus_tag": "A + in the address",
    "cloud_twin": "The onmicrosoft.com address",
    "same_local_part": "Another domain of the company",
    "same_name": "The same name",
    "name_in_part": "Further names",
    "address_spells_name": "An address made of the name",
    "similar_name": "Nearly the same name",
    "initial": "An initial",
}
Row = dict[str, Any]


@dataclass(frozen=True)
class Account:
    """One account that fits nobody by itself and whom it may belong to, the likeliest first."""

    key: str
    other: Row
    suggestions: tuple[Row, ...]

    @property
    def reason(self) -> str:
        """The surest reason."""
        return str(self.suggestions[0]["reason"])


@dataclass(frozen=True)
class Choices:
    """Ids of suggestions to accept and to refuse, and of decisions to take back."""

    accept: tuple[str, ...]
    refuse: tuple[str, ...]
    undo: tuple[str, ...]


def grouped(suggestions: list[Row]) -> list[Account]:
    """Return the suggestions by account, the surest first."""
    found: dict[str, list[Row]] = {}
    for row in suggestions:
        found.setdefault(min([row["id"], *row["also"]]), []).append(row)
    return [Account(key, rows[0]["other"], tuple(rows)) for key, rows in found.items()]


def to_settle(accounts: list[Account]) -> None:
    """Draw the open accounts, by reason if wished, with a way to choose the only candidate of all of them."""
    if not accounts:
        st.markdown("● **Nothing to settle.** Every account is somebody's, or resembles nobody.")
        return
    reasons = [reason for reason in REASONS if any(one.reason == reason for one in accounts)]
    names = {ALL: "Every reason"} | {reason: REASONS[reason] for reason in reasons}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reason = st.selectbox(
            "Why", [ALL, *reasons], format_func=names.__getitem__, key="identity_why", width=280
        )
        some = [one for one in accounts if reason in (ALL, one.reason)]
        alone = [one for one in some if len(one.suggestions) == 1]
        if reason != ALL and alone:
            st.button(
                f"Choose the only candidate for {number(len(alone))}",
                key="identity_all",
                on_click=_choose_all,
                args=(alone,),
            )
    limit = int(st.session_state.get(SHOWN, AT_ONCE))
    for one in some[:limit]:
        _card(one)
    _more(len(some), limit)


def decided(rows: list[Row]) -> None:
    """Draw what was decided, newest first, each with a box that takes it back."""
    if not rows:
        st.markdown("Nothing has been decided yet.")
        return
    limit = int(st.session_state.get(SHOWN, AT_ONCE))
    for row in list(reversed(rows))[:limit]:
        said = "One person" if row["verdict"] == "same" else "Two people"
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{said}:** {_called(row['person'])} · {_called(row['other'])}")
            note(f"{plain(row['why'])} Decided on {row['at'][:10]} by {plain(row['who'])}.")
            st.checkbox(
                "Take back",
                value=row["id"] in _undone(),
                key=f"undo_{row['id']}",
                on_change=_turn,
                args=(row["id"],),
            )
    _more(len(rows), limit)


def chosen(accounts: list[Account]) -> Choices:
    """Return what this session has chosen so far."""
    choice = _chosen()
    known = {row["id"] for one in accounts for row in one.suggestions}
    return Choices(
        accept=tuple(sorted(id_ for id_ in choice.values() if id_ in known)),
        refuse=tuple(
            sorted(
                row["id"]
                for one in accounts
                if choice.get(one.key) == NOBODY
                for row in one.suggestions
            )
        ),
        undo=tuple(sorted(_undone())),
    )


def _card(one: Account) -> None:
    options = [*(row["id"] for row in one.suggestions), NOBODY, LATER]
    names = {row["id"]: _called(row["person"]) for row in one.suggestions}
    many = len(one.suggestions) > 1
    names |= {NOBODY: "None of these" if many else "Not this person", LATER: "Later"}
    now = _chosen().get(one.key, LATER)
    with st.container(border=True, gap="xsmall", key=f"card_{one.key}"):
        st.markdown(f"**{_called(one.other)}** may be")
        st.radio(
            f"Whose account is {_called(one.other)}?",
            options,
            index=options.index(now) if now in options else len(options) - 1,
            format_func=names.__getitem__,
            captions=[*(plain(row["why"]) for row in one.suggestions), "", ""],
            key=f"who_{one.key}",
            on_change=_choose,
            args=(one.key,),
            label_visibility="collapsed",
        )


def _called(person: Row) -> str:
    """Return somebody in a line: names, addresses, tools."""
    names = (
        person["names"] or person["addresses"] or [a.partition(":")[2] for a in person["accounts"]]
    )
    tools = dict.fromkeys(account.partition(":")[0] for account in person["accounts"])
    places = ["HR file" if tool == "hr" else tool_name(tool) for tool in tools]
    addresses = [one for one in person["addresses"] if one not in names]
    parts = [" / ".join(names[:3]), ", ".join(addresses[:3]), listed(places)]
    return plain(" · ".join(part for part in parts if part))


def _more(total: int, limit: int) -> None:
    if total > limit:
        st.button(
            f"Show more ({count(total - limit, 'accounts', 'account')})",
            key="identity_more",
            on_click=lambda: st.session_state.update({SHOWN: limit + AT_ONCE}),
        )


def _chosen() -> dict[str, str]:
    """Return account -> id of a suggestion, or NOBODY; what waits for later is not in it."""
    return dict(st.session_state.get(CHOICE, {}))


def _undone() -> set[str]:
    return set(st.session_state.get(UNDO, ()))


def _choose(key: str) -> None:
    choice = _chosen()
    choice[key] = st.session_state[f"who_{key}"]
    if choice[key] == LATER:
        del choice[key]
    st.session_state[CHOICE] = choice


def _choose_all(accounts: list[Account]) -> None:
    choice = _chosen() | {one.key: one.suggestions[0]["id"] for one in accounts}
    for one in accounts:
        st.session_state[f"who_{one.key}"] = one.suggestions[0]["id"]
    st.session_state[CHOICE] = choice


def _turn(id_: str) -> None:
    st.session_state[UNDO] = _undone() ^ {id_}
