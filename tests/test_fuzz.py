"""Damaged exports: every one ends in a report whose account adds up; the long run is benchmarks/fuzz.py."""

from dataclasses import replace

import polars as pl

from analytics.readers.sandbox import Report
from benchmarks import fuzz
from tests.proof import drawn


def test_no_damaged_export_brings_a_reader_down():
    assert fuzz.batch(range(drawn(5_000, 120)), seed=2) == []


def test_an_error_that_no_reader_foresaw_is_told(monkeypatch):
    def crash(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("analytics.readers.registry.recognise", crash)

    assert "ZeroDivisionError" in (fuzz.case(0, seed=1) or "")


def test_a_row_that_is_lost_is_told(tmp_path):
    report = Report("a", outcome="partial", rows={"event": 1}, rejected={"field_type": 1})
    pl.DataFrame({"place": ["1"], "code": ["field_type"]}).write_parquet(
        tmp_path / "reject.parquet"
    )

    assert fuzz.unaccounted(report, tmp_path) == "0 rows of event, 1 reported"
    assert fuzz.unaccounted(replace(report, rows={}), tmp_path) is None
    assert fuzz.unaccounted(replace(report, rows={}, rejected={}), tmp_path) is not None
