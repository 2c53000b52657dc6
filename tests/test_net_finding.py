"""Sentence h7: a tool costs or saves time only where every corner of the assumptions says so; else it cannot be said."""

import json
from functools import cache

import polars as pl
import pytest

from analytics.findings import select, sentence
from tests.drawn_release import SHAPES, figures, passport
from tests.test_worth_page import gave_way


@cache
def drawn():
    kept = figures().filter(pl.col("metric").is_in(["collaboration_hours", "deliveries_per_day"]))
    return kept.filter(pl.col("grain") == "all")


def told(frame):
    found = select(frame, [passport(metric) for metric in SHAPES])
    return {
        row["finding"]: (row["verdict"], *sentence(row["finding"], json.loads(row["slots"])))
        for row in found.iter_rows(named=True)
        if row["finding"].startswith("tool_")
    }


@pytest.mark.parametrize(
    ("mails", "finding", "verdict", "claim"),
    [
        (0.0, "tool_costs", "clear", "Slack takes more time than it gives back"),
        (15.0, "tool_unsaid", "noise", "Whether Slack saves time cannot be said."),
        (500.0, "tool_saves", "clear", "Slack gives back more time than it takes"),
    ],
)
def test_h7_takes_a_side_only_where_all_corners_lie_on_it(mails, finding, verdict, claim):
    [(name, (said, text, evidence))] = told(gave_way(mails)(drawn())).items()

    assert (name, said) == (finding, verdict)
    assert text.startswith(claim)
    assert "min" in evidence
    if finding == "tool_unsaid":
        assert "−" in evidence and "+" in evidence


def test_h7_is_not_said_where_nobody_knows_what_gave_way():
    hidden = gave_way(15.0)(drawn()).with_columns(
        pl.when(pl.col("metric") == "displaced").then(None).otherwise("value").alias("value")
    )

    assert told(drawn()) == {}
    assert told(hidden) == {}
