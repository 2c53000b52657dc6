"""A company with planted truth, written in the real export formats, so that the demo runs through the readers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from analytics.demo import desk, engage, meetings, plan, pulse, slack, traffic, uptake
from analytics.demo.people import staff

if TYPE_CHECKING:
    from analytics.vault.workspace import Workspace


WEEKS = 52


def company(
    folder: Path, people: int = plan.PEOPLE, weeks: int = WEEKS, seed: int = 1
) -> list[Path]:
    """Write an HR file, a Slack export, a mail log, a calendar, usage reports of Viva Engage, customers' tickets, a survey; return their paths.

    The same people, weeks and seed give the same content. What is true in it stands in demo/plan.py.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(seed)
    first = plan.mondays(weeks)[0]
    everybody = staff(people, first, first + timedelta(weeks=weeks), draw)
    rooms = slack.channels(everybody, draw)
    takers = uptake.adopters(everybody, draw)
    kinds = uptake.kinds(everybody, takers, draw)
    desks = {name: desk.agents(everybody, takers, first, name) for name in plan.DESK}
    written = engage.posts(everybody, takers, first, weeks, np.random.default_rng(seed))
    last = first + timedelta(weeks=weeks, days=-3)  # the last Friday
    return [
        write_hr(everybody, folder / "persone.xlsx"),
        slack.write_export(everybody, (rooms, kinds), first, weeks, folder / "slack-export.zip", draw),
        traffic.write_log(traffic.mail(everybody, first, weeks, draw), everybody, folder / "mail-log.csv"),
        meetings.write_calendar(meetings.meetings(everybody, first, weeks, draw), everybody, folder / "calendar.ics"),
        *(engage.write_usage(everybody, written, days, last, folder / f"engage-{days}-days.csv") for days in plan.ENGAGE_REPORTS),
        desk.write_tickets(everybody, desks, first, weeks, folder / "tickets.jsonl", np.random.default_rng(seed)),
        pulse.write_answers(everybody, last, folder / "pulse.csv", np.random.default_rng(seed)),
    ]  # fmt: skip


def write_hr(everybody: pl.DataFrame, path: Path) -> Path:
    """Write the HR file as an Italian personnel office would."""
    import xlsxwriter

    with xlsxwriter.Workbook(path) as workbook:
        # a fixed time, so that the same company is the same file
        workbook.set_properties({"created": datetime(2026, 9, 28, tzinfo=UTC)})
        hr_table(everybody).write_excel(workbook, worksheet="Personale", autofit=False)
    return path


def hr_table(everybody: pl.DataFrame) -> pl.DataFrame:
    """Return the staff with the headers of an Italian HR export."""
    number = pl.format("M{}", pl.col("number").cast(pl.String).str.zfill(5))
    boss = pl.format("M{}", pl.col("manager").cast(pl.String).str.zfill(5))
    divisions = {department.name: department.division for department in plan.DEPARTMENTS}
    return everybody.select(
        number.alias("Matricola"),
        pl.col("name").alias("Nominativo"),
        pl.col("email").alias("Email aziendale"),
        pl.when(pl.col("manager") >= 0).then(boss).alias("Matricola responsabile"),
        pl.col("department").replace_strict(divisions, default=plan.HEAD_OFFICE).alias("Divisione"),
        pl.col("department").alias("Reparto"),
        pl.col("place").alias("Sede"),
        pl.col("hired").dt.to_string("%d/%m/%Y").alias("Data assunzione"),
        pl.col("leaves").dt.to_string("%d/%m/%Y").alias("Data cessazione"),
    )


def settings(workspace: "Workspace", weeks: int = WEEKS) -> None:
    """Give the workspace the demo company's name, zone, days off, hourly cost and the date of its training, and what somebody said about its survey."""
    pulse.remember(workspace.name)
    workspace.write_settings(
        replace(
            workspace.settings,
            company="Aurelia",
            time_zone="Europe/Rome",
            hourly_cost=(28.0, 36.0, 48.0),
            currency="EUR",
            holidays=plan.HOLIDAYS["Milano"],
            calendars="; ".join(f"{place}={days}" for place, days in plan.HOLIDAYS.items()),
            milestones=(f"{plan.training(weeks)}@{plan.TRAINED}=Training",),
            demo=True,
        )
    )
