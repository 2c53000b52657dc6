"""What the company has said about its figures: why, how long, from how many people on, and who may see them."""

from zoneinfo import available_timezones

import polars as pl
import streamlit as st

from analytics import jobs, settings_door
from analytics.settings_door import Incomplete
from pages.parts import access, job_view, setting_rows, workspace
from pages.parts.access import guard
from pages.parts.lead import headed
from pages.parts.sights import who_may_see
from pages.parts.states import note, state
from pages.parts.table import show_table
from pages.parts.text import bare, plain

guard("settings")

LOWEST = 5
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def main() -> None:
    """Draw the page: a form for whoever may change settings, a table for everybody else."""
    headed(
        "Settings",
        "What this company has said about its figures. "
        "**Every change is logged, and what protects people less needs a reason.**",
    )
    name = workspace.chosen()
    if name is None:
        state("nothing_yet")
        return
    if access.role() == "consultant":
        form(name)
    else:
        as_table(name, settings_door.as_words(settings_door.read(name)))
        note("Whoever runs Convivio for this company changes them; the log says when, who and why.")
    st.space("small")
    who_may_see()


def as_table(name: str, said: dict[str, str]) -> None:
    """Show the settings as words."""
    kept = said["keep_days"]
    answers = {
        "country": settings_door.rules()[said["country"]].name,
        "purpose": said["purpose"],
        "legal_basis": said["legal_basis"],
        "agreement": said["agreement"],
        "threshold": f"{said['threshold']} people",
        "keep_days": f"{kept} days" if kept else "",
        "keep_days_by_tool": setting_rows.kept_as_text(name),
        "time_zone": said["time_zone"],
        "hours": f"{said['day_starts']}:00 to {said['day_ends']}:00",
        "workdays": ", ".join(DAYS[int(day) - 1] for day in said["workdays"].split(",")),
        "holidays": settings_door.countries().get(said["holidays"], said["holidays"]),
        "calendars": said["calendars"],
        "hourly_cost": " / ".join(said["hourly_cost"].split(",")) + f" {said['currency']}"
        if said["hourly_cost"]
        else "",
        "milestones": setting_rows.dates_as_text(name),
    }
    rows = pl.DataFrame(
        [
            {"Setting": setting_rows.LABELS[name], "Set to": words or setting_rows.NOT_SET}
            for name, words in answers.items()
        ]
    )
    show_table(rows, "The settings of this company")


def form(name: str) -> None:
    """Draw the form, what came of the last change, and a publishing that runs."""
    said = settings_door.as_words(settings_door.read(name))
    missing = settings_door.missing(name)
    if missing:
        words = ", ".join(setting_rows.LABELS[one].lower() for one in missing)
        st.markdown(f":material/edit_note: **Before files come in, say:** {words}.")
    with st.form(key=f"settings_{name}", border=False):
        why(said)
        st.space("xsmall")
        protection(name, said)
        st.space("xsmall")
        working_time(said)
        st.space("xsmall")
        with st.grid(2, min_column_width=340, gap="medium"):
            with st.container(gap="xsmall"):
                setting_rows.dates(name)
            with st.container(gap="xsmall"):
                setting_rows.places(name)
        st.space("xsmall")
        st.text_input(
            "Reason", key="set_reason", help="It goes into the log, beside what was changed."
        )
        note("Needed where groups under 10 are to be shown, or acts kept longer than before.")
        st.form_submit_button("Save", type="primary", key="save", on_click=save, args=(name,))
    came_of_it(name)


def why(said: dict[str, str]) -> None:
    """Ask for country, purpose, legal basis and agreement."""
    rules = settings_door.rules()
    st.markdown("## Why", anchors=False)
    with st.grid(2, min_column_width=340, gap="medium"):
        with st.container(gap="xsmall"):
            st.selectbox(
                setting_rows.LABELS["country"],
                list(rules),
                index=list(rules).index(said["country"]),
                format_func=lambda country: rules[country].name,
                key="set_country",
            )
            note(rules[said["country"]].about)
        with st.container(gap="small"):
            st.text_area(
                setting_rows.LABELS["purpose"],
                said["purpose"],
                height=90,
                key="set_purpose",
                placeholder="For example: to see whether the new tools are really used",
            )
            st.text_input(
                setting_rows.LABELS["legal_basis"],
                said["legal_basis"],
                key="set_legal_basis",
                placeholder="For example: GDPR Art. 6(1)(f), balancing test of 3 March",
            )
            st.text_input(
                setting_rows.LABELS["agreement"],
                said["agreement"],
                key="set_agreement",
                placeholder="Its date and number",
            )


def protection(name: str, said: dict[str, str]) -> None:
    """Ask for the threshold and for how long single acts are kept, and those of which tool for another time."""
    st.markdown("## How people are protected", anchors=False)
    with st.grid(2, min_column_width=340, gap="medium"):
        with st.container(gap="small"):
            st.number_input(
                "Smallest group shown (people)",
                min_value=LOWEST,
                max_value=1000,
                value=int(said["threshold"]),
                key="set_threshold",
                help="Never under 5. Figures follow at the next publishing.",
            )
            setting_rows.days_field(
                "Single acts are kept (days)",
                "set_keep_days",
                int(said["keep_days"]) if said["keep_days"] else None,
                "without end",
                "Older acts are deleted. Published figures stay: they hold nobody.",
            )
        with st.container(gap="xsmall"):
            setting_rows.kept(name)


def working_time(said: dict[str, str]) -> None:
    """Ask for zone, working day and week, and what an hour costs."""
    st.markdown("## Working time and its cost", anchors=False)
    zones = sorted(available_timezones())
    with st.grid(2, min_column_width=340, gap="medium"):
        st.selectbox(
            setting_rows.LABELS["time_zone"],
            zones,
            index=zones.index(said["time_zone"]) if said["time_zone"] in zones else None,
            placeholder="As the exports say",
            key="set_time_zone",
        )
        days_off(said)
        st.slider(
            setting_rows.LABELS["hours"],
            0,
            24,
            (int(said["day_starts"]), int(said["day_ends"])),
            key="set_hours",
            format="%d:00",
        )
        st.pills(
            setting_rows.LABELS["workdays"],
            range(1, 8),
            selection_mode="multi",
            default=[int(day) for day in said["workdays"].split(",")],
            format_func=lambda day: DAYS[day - 1][:3],
            key="set_workdays",
            wrap=True,
        )
    cost: list[float | None] = [float(part) for part in said["hourly_cost"].split(",") if part]
    with st.grid(4, min_column_width=150, gap="medium"):
        for end, value in zip(("low", "likely", "high"), cost or [None] * 3, strict=True):
            st.number_input(
                f"An hour costs, {end}",
                min_value=0.01,
                value=value,
                format="%g",
                key=f"set_cost_{end}",
                placeholder=setting_rows.NOT_SET,
            )
        st.text_input("Currency", said["currency"], key="set_currency", max_chars=3)


def days_off(said: dict[str, str]) -> None:
    """Ask whose public holidays count."""
    countries = settings_door.countries()
    known = dict.fromkeys(
        ["", said["holidays"], *countries]
    )  # a region, DE-BY, is said at the command line
    st.selectbox(
        setting_rows.LABELS["holidays"],
        list(known),
        index=list(known).index(said["holidays"]),
        format_func=lambda code: countries.get(code, code) or "Those of the rules above, else none",
        key="set_holidays",
        help="For everybody who is not known to work elsewhere.",
    )


def typed() -> dict[str, str]:
    """Return what stands in the form as words: {setting: words}, empty = taken back."""
    held = st.session_state
    cost = [held[f"set_cost_{end}"] for end in ("low", "likely", "high")]
    texts = ("purpose", "legal_basis", "agreement", "currency", "country", "holidays")
    return {name: bare(held[f"set_{name}"] or "") for name in texts} | {
        "threshold": str(held["set_threshold"] or ""),
        "keep_days": str(held["set_keep_days"] or ""),
        "time_zone": held["set_time_zone"] or "",
        "day_starts": str(held["set_hours"][0]),
        "day_ends": str(held["set_hours"][1]),
        "workdays": ",".join(str(day) for day in sorted(held["set_workdays"])),
        "hourly_cost": ",".join(str(value) for value in cost if value is not None),
    }


def save(name: str) -> None:
    """Write what the form holds; asked again who may: what a browser sends need not be what it was offered."""
    if access.role() != "consultant" or name not in access.workspaces():
        return
    reason = bare(st.session_state["set_reason"] or "")
    try:
        said = typed() | setting_rows.typed(name)
        refused = settings_door.change(name, said, reason, access.viewer())
    except Incomplete as lack:
        refused = str(lack)
    st.session_state["settings_saved"] = refused or ""
    if not refused:
        st.session_state["set_reason"] = ""


def came_of_it(name: str) -> None:
    """Say what came of the last change, and offer to publish with it."""
    refused = st.session_state.pop("settings_saved", None)
    if refused:
        st.markdown(f"○ **Nothing was changed.** {plain(refused)}")
    if refused == "":
        st.markdown("● **Saved.** Figures follow at the next publishing.")
    job = job_view.newest(name)
    if job and job.kind == "publish":
        job_view.running(name)
    if workspace.find_release() and not (job and job.state == "running"):
        st.button("Publish now with these settings", key="publish", on_click=publish, args=(name,))


def publish(name: str) -> None:
    """Start publishing anew."""
    if access.role() == "consultant" and name in access.workspaces():
        jobs.start_publish(name, access.viewer())


main()
