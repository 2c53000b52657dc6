"""Damaged exports: every one ends in a report whose account adds up; the long run is benchmarks/fuzz.py."""

from benchmarks import fuzz


def test_no_damaged_export_brings_a_reader_down():
    assert fuzz.batch(range(250), seed=2) == []


def test_an_error_that_no_reader_foresaw_is_told(monkeypatch):
    def crash(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("analytics.readers.registry.recognise", crash)

    assert "ZeroDivisionError" in (fuzz.case(0, seed=1) or "")
