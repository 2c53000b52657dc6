"""What is written down is checked against data/schema.sql: what is quickly seen to be in order is so to dataframely too."""

from datetime import date, datetime

import polars as pl
import pytest
from dataframely.exc import SchemaError, ValidationError

from analytics.schema import polars_schema, rules, validate

EVENT = {
    "tool": "slack",
    "event": "C1:1",
    "at": datetime(2026, 1, 5, 9),
    "is_timed": True,
    "action": "post",
    "actor": "U1",
    "version": 0,
}
USAGE = {
    "tool": "slack",
    "valid_from": date(2026, 1, 1),
    "valid_to": date(2026, 2, 1),
    "measure": "messages",
    "value": 1.5,
}


def frame(table, **values):
    return pl.DataFrame([values], schema=polars_schema(table), orient="row")


@pytest.mark.parametrize(
    ("table", "row"), [("export.event", EVENT), ("export.usage", USAGE)], ids=["event", "usage"]
)
def test_what_is_in_order_comes_back_with_exactly_its_columns(table, row):
    good = frame(table, **row)

    found = validate(table, good.select(reversed(good.columns)).with_columns(more=1))

    assert found.equals(good)
    assert found.equals(rules(table).validate(good))


@pytest.mark.parametrize(
    ("table", "wrong"),
    [
        ("export.event", frame("export.event", **EVENT | {"actor": None})),
        ("export.event", frame("export.event", **EVENT | {"action": "whisper"})),
        ("export.event", frame("export.event", **EVENT).drop("words")),
        ("export.event", frame("export.event", **EVENT).cast({"words": pl.Int64})),
        ("export.event", frame("export.event", **EVENT).cast({"at": pl.Datetime("ms")})),
        ("export.usage", frame("export.usage", **USAGE | {"value": float("nan")})),
        ("export.usage", frame("export.usage", **USAGE | {"value": float("inf")})),
        ("export.usage", frame("export.usage", **USAGE | {"value": None})),
    ],
    ids=["null", "word", "missing", "type", "unit", "nan", "infinite", "no value"],
)
def test_what_is_off_raises_what_dataframely_raises(table, wrong):
    with pytest.raises((SchemaError, ValidationError)) as meant:
        rules(table).validate(wrong)
    with pytest.raises(type(meant.value)) as found:
        validate(table, wrong)

    assert str(found.value) == str(meant.value)
