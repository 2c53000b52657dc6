"""What we see and what we don't, for the people the figures are about."""

from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from analytics import release as releases
from analytics.release import Release
from pages.parts import access, coverage_view, text, workspace
from pages.parts.access import guard
from pages.parts.states import note, words
from pages.parts.text import plain

guard("trust")

CARDS = (
    (
        "What comes in",
        "Who acted, when, in which tool, and how many it reached. Names and addresses become codes on the way in; "
        "the list that links them lies apart, and no page can open it. Text, subjects and file names are **never kept**.",
    ),
    (
        "What comes out",
        "Sums over {k} people or more, with the honest range around them. No person, no ranking of people, "
        "and no pair of numbers from which one could be worked out.",
    ),
    (
        "What you may ask",
        "What is kept about you; to have it corrected or erased; not to be counted. These are your rights: "
        "ask whoever is responsible for data protection in your company.",
    ),
)
KEPT = (
    (
        "An act",
        "its time, its kind, its tool, a code for the person, how many it reached, how many words it had",
    ),
    (
        "A place in the company",
        "department, level, place, a code for the manager, each with its dates",
    ),
    (
        "The link between code and name",
        "in one separate file, read only while files are imported or somebody asks to be erased",
    ),
)
NEVER = (
    "the text of a message, a subject, a comment",
    "names of files, channels, links",
    "pictures, sound, transcripts",
    "moods, emotions, attention",
    "anything about what somebody does outside these exports",
)
PROTECTION = (
    "Groups under {k} people are shown nowhere. Small neighbours are joined into one group, so that their people "
    "still count, and some larger numbers are held back too, so that nobody can take one from another and be "
    "left with a small group. Who belongs to a group is fixed for a quarter: a colleague who joins or leaves "
    "cannot be read off two weeks."
)


def release_for_reader() -> Release | None:
    """Return the release on screen; before signing in only where the machine holds a single company."""
    if access.signed_in():
        return workspace.find_release()
    published = releases.workspaces()
    path = releases.current(published[0]) if len(published) == 1 else None
    return releases.open_release(path) if path else None


def opening(threshold: int) -> None:
    """Say the promise, and the three cards under it."""
    st.title("What we see, and what we don't", anchor=False)
    with st.container(key="lead", width=780):
        st.markdown(
            "This page is for everyone, above all for the people whose work is counted here. "
            f"**Figures are about groups of {threshold} or more. No message is read, and nobody can look up a person.**"
        )
    st.space("xsmall")
    with st.grid(3, min_column_width=280, gap="medium"):
        for number, (title, body) in enumerate(CARDS):
            with st.container(
                border=True, height="stretch", key=f"card_promise_{number}", gap="xsmall"
            ):
                st.markdown(f"#### {title}", anchors=False)
                st.markdown(body.format(k=threshold))


def kept_and_never(threshold: int) -> None:
    """List what is stored, what never is, and how groups are protected."""
    with st.grid(2, min_column_width=360, gap="large"):
        with st.container(gap="xsmall"):
            st.markdown("#### What is kept", anchors=False)
            st.markdown("\n".join(f"- **{title}:** {body}" for title, body in KEPT))
        with st.container(gap="xsmall"):
            st.markdown("#### What never is", anchors=False)
            st.markdown("\n".join(f"- {thing}" for thing in NEVER))
    st.space("small")
    with st.container(width=780, gap="xsmall"):
        st.markdown("#### How small groups are protected", anchors=False)
        st.markdown(PROTECTION.format(k=threshold))


def cannot_tell(release: Release) -> None:
    """List the figures that these exports cannot give, and what would."""
    rows = release.computable()
    titles = {passport["id"]: passport["title"] for passport in release.passports()}
    missing = rows.filter(~pl.col("computable"))
    st.markdown("#### What these exports can tell", anchors=False)
    if missing.is_empty():
        st.markdown(f"All {rows.height} figures.")
        return
    st.markdown(
        f"{text.number(rows.height - missing.height)} of {rows.height} figures. The others are left open rather than guessed:"
    )
    table = pl.DataFrame(
        [
            (
                plain(titles.get(metric, metric)),
                plain(words(reason or "no_data")[0]),
                plain(needs or ""),
            )
            for metric, reason, needs in missing.select("metric", "reason", "needs").iter_rows()
        ],
        schema=["Figure", "Why not", "What would tell it"],
        orient="row",
    )
    st.table(
        table, border="horizontal", hide_index=True, alt="Figures that these exports cannot give"
    )


def certificate(release: Release) -> None:
    """Show what the audit of the release tried and found."""
    found = release.certificate()
    st.markdown("#### We attacked these figures ourselves", anchors=False)
    with st.container(border=True, gap="small", key="card_certificate"):
        exposed, tried = number_of(found, "exposed"), number_of(found, "targets")
        st.markdown(
            f"## {text.number(exposed)} of {text.number(tried)} :gray[:small[attempts found a group under {number_of(found, 'k'):.0f}]]",
            anchors=False,
        )
        st.markdown(
            f"{text.count(number_of(found, 'merged'), 'small groups')} joined with neighbours, "
            f"{text.count(number_of(found, 'hidden'), 'figures')} held back. "
            f"{text.share(number_of(found, 'staff_in_published_department'))} of people belong to a department that is shown."
        )
        published = release.company().get("published_at")
        when = f", {text.day(date.fromisoformat(published[:10]))}" if published else ""
        note(
            f"Release {release.number}{when} · seed {plain(found.get('seed', ''))} · anybody may repeat it: "
            f"`python -m analytics attack {release.path.name}`"
        )


def number_of(found: dict[str, str], item: str) -> float:
    """Return a number of the certificate; nothing counts as none."""
    try:
        return float(found.get(item) or 0)
    except ValueError:
        return 0.0


def definitions(passports: list[dict[str, Any]]) -> None:
    """Let the reader find how any figure is counted."""
    st.markdown("#### How each figure is counted", anchors=False)
    wanted = st.text_input(
        "Find a figure",
        placeholder="Find a figure, for example “hours”",
        label_visibility="collapsed",
        key="find_figure",
    )
    if wanted:
        found = [passport for passport in passports if matches(passport, wanted)]
    else:
        families = list(dict.fromkeys(str(passport["family"]) for passport in passports))
        family = st.segmented_control(
            "Family",
            families,
            required=True,
            default=families[0],
            format_func=family_name,
            key="family",
            label_visibility="collapsed",
        )
        found = [passport for passport in passports if passport["family"] == family]
    if not found:
        st.markdown("No figure speaks of that. Try another word.")
    for passport in found:
        with st.expander(
            f"**{plain(passport['title'])}** · {plain(passport['question'])}",
            key=f"passport_{passport['id']}",
        ):
            definition(passport)
    note(
        f"{text.number(len(found))} of {text.count(len(passports), 'figures')} · the same words stand beside every chart and on the command line"
    )


def family_name(family: str) -> str:
    """Return what a family of figures is called on the pages."""
    return {"time_cost": "Time"}.get(family, family.capitalize())


def matches(passport: dict[str, Any], wanted: str) -> bool:
    """Say whether every word asked for occurs in what is published about a figure."""
    said = " ".join(
        str(passport.get(part, "")) for part in ("id", "title", "question", "definition", "peers")
    ).casefold()
    return all(word in said for word in wanted.casefold().split())


def definition(passport: dict[str, Any]) -> None:
    """Write one passport in words."""
    st.markdown(plain(passport["definition"]))
    facts = (
        ("Unit", passport["unit"]),
        (
            "Better is",
            {"up": "more", "down": "less"}.get(passport["better"], "neither more nor less"),
        ),
        ("Shown when", passport["minimum"]),
        ("Needs", text.listed([str(need) for need in passport["needs"]])),
        ("Nearest elsewhere", passport["peers"]),
        ("Comes from", passport["source"]),
    )
    note(" &nbsp; ".join(f"**{name}** {plain(value)}" for name, value in facts if value))


def main() -> None:
    """Draw the page, as far as whoever looks may see it."""
    release = release_for_reader()
    threshold = int(float((release.company().get("threshold") if release else None) or 10))
    opening(threshold)
    st.space("small")
    if release and access.signed_in():
        coverage_view.draw(release)
        st.space("small")
    kept_and_never(threshold)
    if release is None:
        return
    st.space("small")
    with st.grid(2, min_column_width=400, gap="large"):
        with st.container():
            definitions(release.passports())
        with st.container():
            certificate(release)
            if access.signed_in():
                cannot_tell(release)


main()
