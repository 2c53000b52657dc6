"""What we see and what we don't, for the people the figures are about."""

from typing import Any

import polars as pl
import streamlit as st

from analytics import audit_log, council, roles
from analytics import release as releases
from analytics.release import Release
from pages.parts import access, coverage_view, fit_view, journal, log_view, text, workspace
from pages.parts.access import guard
from pages.parts.lead import headed, large
from pages.parts.screen import screen
from pages.parts.states import note, page_link
from pages.parts.text import plain

guard("trust")

LOG_LINES = 10

CARDS = (
    (
        "What comes in",
        "Who acted, when, in which tool, and whom it reached. Names and addresses become codes on the way in; "
        "the list that links them lies apart, and no page opens it: only whoever imports may have names shown, to say whose account is whose. Text, subjects and file names are **never kept**.",
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


def release_for_reader() -> Release | None:
    """Return the release on screen; before signing in only where the machine holds a single company."""
    if access.signed_in():
        return workspace.find_release()
    published = releases.workspaces()
    path = releases.current(published[0]) if len(published) == 1 else None
    return releases.open_release(path) if path else None


def opening(threshold: int) -> None:
    """Say the promise, and the three cards under it."""
    headed(
        "What we see, and what we don't",
        "This page is for everyone, above all for the people whose work is counted here. "
        f"**{council.PROMISE.format(k=threshold)}**",
    )
    with st.grid(3, min_column_width=280, gap="medium"):
        for number, (title, body) in enumerate(CARDS):
            with st.container(
                border=True, height="stretch", key=f"card_promise_{number}", gap="small"
            ):
                st.markdown(f"## {title}", anchors=False)
                st.markdown(body.format(k=threshold))


def kept_and_never() -> None:
    """List what is stored, and what never is."""
    with st.grid(2, min_column_width=360, gap="large"):
        with st.container(gap="xsmall"):
            st.markdown("## What is kept", anchors=False)
            st.markdown("\n".join(f"- **{title}:** {body}" for title, body in council.KEPT))
        with st.container(gap="xsmall"):
            st.markdown("## What never is", anchors=False)
            st.markdown("\n".join(f"- {thing}" for thing in council.NEVER))


def who_sees_what() -> None:
    """Draw the table of roles: marks on a wide screen, names on a phone."""
    st.markdown("## Who sees what", anchors=False)
    rows = pl.DataFrame(roles.table())
    if screen().compact:
        names = rows.columns[1:]
        shown = pl.DataFrame(
            [
                {"What": row["What"], "Who": text.listed([n for n in names if row[n] == "yes"])}
                for row in rows.to_dicts()
            ]
        ).with_columns(pl.col("Who").replace("", "Nobody"))
    else:
        shown = rows.with_columns(pl.col(rows.columns[1:]).replace({"yes": "●", "no": "–"}))
    st.table(shown, border="horizontal", hide_index=True, alt="Which role sees what")
    marks = "" if screen().compact else "● may open it · – may not. "
    note(f"{marks}A single person's figures and messages are open to nobody.")


def protection(release: Release | None) -> None:
    """Say how small groups are protected, and what that cost."""
    st.markdown("## How small groups are protected", anchors=False)
    st.markdown(council.PROTECTION.format(k=council.threshold(release)))
    if release:
        st.markdown(plain(" ".join(council.outcome(release.certificate()))))


def laid_down(release: Release) -> None:
    """Show purpose, legal basis, agreement and retention as the company wrote them."""
    st.markdown("## What the company has laid down", anchors=False)
    two_columns(council.rules(release), "What the company has laid down")


def two_columns(rows: list[tuple[str, str]], alt: str) -> None:
    """Draw labels and what stands beside them, both made harmless."""
    safe = [(plain(name), plain(value)) for name, value in rows]
    table = pl.DataFrame(safe, schema=["What", " "], orient="row")
    st.table(table, border="horizontal", hide_index=True, hide_header=True, alt=alt)


def cannot_tell(release: Release) -> None:
    """List the figures that these exports cannot give, and what would."""
    total, told, missing = council.untold(release)
    st.markdown("## What these exports can tell", anchors=False)
    if not missing:
        st.markdown(f"All {total} figures.")
        return
    st.markdown(
        f"{text.number(told)} of {total} figures. The {'other is' if total - told == 1 else 'others are'} left open rather than guessed:"
    )
    table = pl.DataFrame(
        [tuple(plain(cell) for cell in row) for row in missing],
        schema=["Figures", "Why not", "What would tell it"],
        orient="row",
    )
    st.table(
        table, border="horizontal", hide_index=True, alt="Figures that these exports cannot give"
    )


def certificate(release: Release) -> None:
    """Show what the audit of the release tried and found."""
    found = release.certificate()
    st.markdown("## We attacked these figures ourselves", anchors=False)
    with st.container(border=True, gap="small", key="card_certificate"):
        exposed, tried = (council.number_of(found, item) for item in ("exposed", "targets"))
        large(
            "certificate",
            f"{text.number(exposed)} of {text.number(tried)} :gray[:small[attempts found a group under {council.number_of(found, 'k'):.0f}]]",
        )
        st.markdown("Anybody who has the file of the release may repeat it:")
        st.code(council.again(release), language=None, wrap_lines=True)
        with st.expander("The certificate, item by item", key="certificate_items"):
            two_columns(council.certificate_rows(release), "The certificate, item by item")
        with st.expander("Which attacks are tried", key="attacks"):
            st.markdown("\n".join(f"- {plain(title)}" for title in council.attacks()))


def definitions(passports: list[dict[str, Any]]) -> None:
    """Let the reader find how any figure is counted."""
    st.markdown("## How each figure is counted", anchors=False)
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
    for name, value in council.facts(passport):
        note(f"**{name}:** {plain(value)}")


def the_log(release: Release) -> None:
    """Say whether the log holds, and show its last lines by role."""
    folder = release.path.parents[1]
    st.markdown("## What was done and looked at", anchors=False)
    log_view.verdict(folder, folder.name)
    if lines := audit_log.read(folder, LOG_LINES):
        log_view.table(lines, named=False)
    page_link("log", "The whole log")


def as_document(release: Release) -> None:
    """Offer all of this page as one file."""
    st.download_button(
        "Download as one document",
        journal.taken("works council document", "html", lambda: council.document(release).encode()),
        f"what-we-see-{release.path.parents[1].name}-{release.number}.html",
        "text/html",
        on_click="ignore",
        icon=":material/download:",
        key="council_document",
    )
    note("For a works council: everything here with all definitions, readable without Convivio.")


def main() -> None:
    """Draw the page, as far as whoever looks may see it."""
    release = release_for_reader()
    who = access.role()
    opening(council.threshold(release))
    if release and access.signed_in():
        as_document(release)
    st.space("small")
    if release and who in roles.SHOWN:
        coverage_view.draw(release)
        st.space("small")
        fit_view.draw(release)
        st.space("small")
    kept_and_never()
    st.space("small")
    who_sees_what()
    st.space("small")
    with st.grid(2, min_column_width=400, gap="large"):
        with st.container():
            protection(release)
        with st.container():
            if release:
                certificate(release)
    if release is None:
        return
    st.space("small")
    with st.grid(2, min_column_width=400, gap="large"):
        with st.container():
            definitions(release.passports())
        with st.container():
            if access.signed_in():
                laid_down(release)
                st.space("small")
                cannot_tell(release)
    if access.signed_in():
        st.space("small")
        the_log(release)


main()
