"""Times that tools write one by one become UTC microseconds, or it is said what is wrong with them."""

import pytest

from analytics.readers import instants

NOON = 1_767_787_200_000_000  # 2026-01-07 12:00 UTC


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-01-07T12:00:00Z", (NOON, None)),
        ("2026-01-07T14:00:00.000+02:00", (NOON, None)),
        ("2026-01-07T12:00:00.1234567Z", (NOON + 123_456, None)),
        ("2026-01-07T12:00:00", (None, "timestamp_no_zone")),
        ("2026-01-07T12:00:00+25:00", (None, "timestamp_invalid")),
        ("2026-02-30T00:00:00Z", (None, "timestamp_invalid")),
        ("2026-06-30T23:59:60Z", (None, "timestamp_invalid")),
        (1_767_787_200, (None, "timestamp_invalid")),
        (None, (None, "timestamp_invalid")),
    ],
)
def test_an_iso_time_needs_a_zone_and_has_to_exist(text, found):
    assert instants.from_iso(text) == found


def test_a_time_after_a_pattern_needs_a_zone_too():
    assert instants.from_pattern("2026/01/07 12:00:00 +0000", "%Y/%m/%d %H:%M:%S %z") == (NOON, None)  # fmt: skip
    assert instants.from_pattern("2026/01/07", "%Y/%m/%d") == (None, "timestamp_invalid")


@pytest.mark.parametrize(("number", "us"), [(1.5, 1_500_000), (float("nan"), None), (float("inf"), None), (None, None)])  # fmt: skip
def test_a_count_of_seconds_may_be_no_number(number, us):
    assert instants.from_number(number, 1_000_000) == us
