"""When was a Google Chat message written? Takeout spells dates out in the language of the account.

The words of a language are those of Unicode CLDR (https://cldr.unicode.org), wide form as used within a date.
A date counts only if its weekday is right: so no language is taken for another.
"""

import re
from datetime import UTC, date, datetime
from functools import cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CLOCK = re.compile(
    r"(?<!\d)(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?\s*([AaPp])?\.?\s?(?:[Mm]\.?)?(?![\d:])"
)
ASIAN = re.compile(r"(\d{4})[年년]\s?(\d{1,2})[月월]\s?(\d{1,2})[日일]")
BEFORE_NOON, AFTER_NOON = ("上午", "午前", "오전"), ("下午", "午後", "오후")
ZONE = re.compile(r"\b(UTC|GMT|Z)\b")
HALF_DAY = 12
# months from January, weekdays from Monday
WORDS = {
    "en": ("january february march april may june july august september october november december", "monday tuesday wednesday thursday friday saturday sunday"),
    "it": ("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre", "lunedì martedì mercoledì giovedì venerdì sabato domenica"),
    "de": ("januar februar märz april mai juni juli august september oktober november dezember", "montag dienstag mittwoch donnerstag freitag samstag sonntag"),
    "fr": ("janvier février mars avril mai juin juillet août septembre octobre novembre décembre", "lundi mardi mercredi jeudi vendredi samedi dimanche"),
    "es": ("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre", "lunes martes miércoles jueves viernes sábado domingo"),
    "pt": ("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro", "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo"),
    "nl": ("januari februari maart april mei juni juli augustus september oktober november december", "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"),
    "pl": ("stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia", "poniedziałek wtorek środa czwartek piątek sobota niedziela"),
    "hu": ("január február március április május június július augusztus szeptember október november december", "hétfő kedd szerda csütörtök péntek szombat vasárnap"),
    "sv": ("januari februari mars april maj juni juli augusti september oktober november december", "måndag tisdag onsdag torsdag fredag lördag söndag"),
    "da": ("januar februar marts april maj juni juli august september oktober november december", "mandag tirsdag onsdag torsdag fredag lørdag søndag"),
    "nb": ("januar februar mars april mai juni juli august september oktober november desember", "mandag tirsdag onsdag torsdag fredag lørdag søndag"),
}  # fmt: skip
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def read_date(text: str | None) -> int | None:
    """Return UTC microseconds since 1970; null where the language is not known or there is no such time."""
    if not text or not ZONE.search(text):
        return None
    clock = CLOCK.search(text)
    day = _day(text[: clock.start()]) if clock else None
    if clock is None or day is None:
        return None
    hour, minute, second = (int(part or 0) for part in clock.groups()[:3])
    half = (clock[4] or _half(text)).casefold()
    if half:
        if not 1 <= hour <= HALF_DAY:
            return None
        hour = hour % HALF_DAY + HALF_DAY * (half == "p")
    try:
        at = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000


def _half(text: str) -> str:
    if any(mark in text for mark in BEFORE_NOON):
        return "a"
    return "p" if any(mark in text for mark in AFTER_NOON) else ""


def _day(text: str) -> date | None:
    if asian := ASIAN.search(text):
        return _date(*map(int, asian.groups()))
    numbers = re.findall(r"\d+", text)
    years = [int(number) for number in numbers if len(number) == 4]  # noqa: PLR2004
    days = [int(number) for number in numbers if len(number) <= 2]  # noqa: PLR2004
    if len(years) != 1 or len(days) != 1:
        return None
    spoken = {word.casefold() for word in WORD.findall(text)}
    for months, weekdays in _languages():
        month = next((months[word] for word in spoken if word in months), None)
        weekday = next((weekdays[word] for word in spoken if word in weekdays), None)
        if month is None or weekday is None:
            continue
        day = _date(years[0], month, days[0])
        if day is not None and day.weekday() == weekday:
            return day
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _languages() -> list[tuple[dict[str, int], dict[str, int]]]:
    return [
        (
            {word: number for number, word in enumerate(months.split(), start=1)},
            {word: number for number, word in enumerate(weekdays.split())},
        )
        for months, weekdays in WORDS.values()
    ]
