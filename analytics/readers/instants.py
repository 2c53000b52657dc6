"""At which instant is it, where a tool writes times one by one: UTC microseconds since 1970, or what is wrong."""

from datetime import UTC, datetime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECONDS = 1_000


def from_iso(text: object) -> tuple[int | None, str | None]:
    """Return (microseconds, null) of ISO 8601 with a zone, else (null, code of what is wrong)."""
    if not isinstance(text, str):
        return None, "timestamp_invalid"
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None, "timestamp_invalid"
    if at.tzinfo is None:
        return None, "timestamp_no_zone"
    return _since_epoch(at), None


def from_pattern(text: object, pattern: str) -> tuple[int | None, str | None]:
    """Return (microseconds, null) of a text written after a strptime pattern with %z, else (null, code)."""
    try:
        return _since_epoch(datetime.strptime(str(text).strip(), pattern)), None  # noqa: DTZ007 - %z
    except (ValueError, TypeError):  # TypeError: the pattern had no zone
        return None, "timestamp_invalid"


def from_number(number: float | None, each_us: int) -> int | None:
    """Return microseconds of a count of seconds or milliseconds (`each_us` = its length); null where it is none."""
    if number is None or isinstance(number, bool) or not abs(number) < 1e15:  # noqa: PLR2004 - NaN and infinity too
        return None
    return round(number * each_us)


def _since_epoch(at: datetime) -> int:
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
