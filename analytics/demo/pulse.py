"""The demo company's survey, as Google Forms exports it: who is listened to, and who dares to speak."""

import csv
import io
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from analytics import mappings
from analytics.demo import plan
from analytics.readers import recall
from analytics.readers.base import Options
from analytics.readers.surveys.constructs import EDMONDSON

LISTENED = (
    "Nel mio reparto le proposte di chi lavora vengono ascoltate",
    "Quando sollevo un problema, qualcuno mi risponde",
    "Chi decide ascolta anche chi la pensa diversamente",
)
SAFETY = tuple(text for text, _ in EDMONDSON)
DEPARTMENT = "Reparto"
HEADER = ("Informazioni cronologiche", DEPARTMENT, *LISTENED, *SAFETY)
OWN, OF_ITEM = 0.8, 0.6  # how far people of a department, and one's answers, lie apart


def write_answers(staff: pl.DataFrame, last: date, path: Path, draw: np.random.Generator) -> Path:
    """Write the answers of those who took part, one to five, in the fortnight before the last week."""
    here = staff.filter(pl.col("leaves").is_null(), pl.col("level") > 0)
    took_part = here.filter(pl.Series(draw.random(here.height) < plan.TOOK_PART))
    start = datetime.combine(last - timedelta(days=18), time(9))
    rows: list[tuple[object, ...]] = [HEADER]
    listening = {department.name: department.listening for department in plan.DEPARTMENTS}
    heard, safe = (_apart(took_part["department"], draw) for _ in range(2))
    for minute, department in enumerate(took_part["department"]):
        mean = plan.LISTENED_TO + plan.LISTENED_TO_MORE * listening[department]
        answers = [
            *_answers(mean + heard[minute], len(LISTENED), draw),
            *_answers(plan.SAFE + safe[minute], len(SAFETY), draw),
        ]
        turned = [False] * len(LISTENED) + [turn for _, turn in EDMONDSON]
        at = (start + timedelta(minutes=37 * minute)).strftime("%d/%m/%Y %H.%M.%S")
        told = [6 - a if turn else a for a, turn in zip(answers, turned, strict=True)]
        rows.append((at, department, *told))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue(), "utf-8")
    return path


def _apart(department: pl.Series, draw: np.random.Generator) -> list[float]:
    """Return how far people lie apart, in every department as far up as down: departments differ as planned alone."""
    people = pl.DataFrame({"department": department, "own": draw.normal(0, OWN, len(department))})
    return people.select(pl.col("own") - pl.col("own").mean().over("department"))["own"].to_list()


def _answers(own: float, items: int, draw: np.random.Generator) -> list[int]:
    return [int(a) for a in np.clip(np.round(own + draw.normal(0, OF_ITEM, items)), 1, 5)]


def remember(workspace: str) -> None:
    """Keep in a workspace what somebody said about the survey: its scale, its departments, which questions are about being heard."""
    said = {"department": DEPARTMENT, "scale": "1-5", "listened_to": "; ".join(LISTENED)}
    mappings.remember(workspace, recall.key(HEADER), Options(said), plan.LAST_WEEK)
