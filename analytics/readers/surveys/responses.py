"""Which responses of a survey count? Finished ones that people gave, each person's last; known again without saying whose."""

import re

import polars as pl

from analytics.readers import dates
from analytics.readers.base import Options, Sink, UnreadableExport
from analytics.readers.surveys.sheet import Sheet, digest

HOUR, NOON = 3, 12  # the hour is the fourth number of a time
ZONE = re.compile(r"\s*(?:GMT|UTC)(?:[+-]\d{1,2}(?::?\d{2})?)?$")


def counted(sheet: Sheet, sink: Sink, options: Options, file: str) -> pl.DataFrame:
    """Return the responses that count; the others are set apart."""
    rows = sheet.rows
    if options.columns.get("tests") == "keep":
        no_test = pl.when(pl.col("code") != "survey_test").then("code")
        rows = rows.with_columns(code=no_test)
    apart = rows.filter(pl.col("code").is_not_null())
    for line, code in apart.select("line", "code").iter_rows():
        sink.reject(f"{sheet.place} {line}", code)
    kept = rows.filter(pl.col("code").is_null())
    if kept.height:
        return kept
    if not apart.height:
        raise UnreadableExport(
            "no_rows", f"{file}: nobody has answered yet. Export the survey again once there are answers."
        )  # fmt: skip
    if (apart["code"] == "survey_test").all():
        raise UnreadableExport(
            "survey_tests_only",
            f"{file}: it holds only test answers ({apart.height}), made while the survey was written. Nothing was kept. "
            "Export it once people have answered, or keep them with --map tests=keep.",
        )
    raise UnreadableExport(
        "survey_unfinished_only",
        f"{file}: none of the {apart.height} answers was finished, or they are tests. Nothing was kept.",
    )


def once(rows: pl.DataFrame, sheet: Sheet, sink: Sink, options: Options) -> pl.DataFrame:
    """Return each respondent's last response, with respondent (a hash) and asked_on."""
    at = pl.Series("at", [None] * rows.height, pl.Datetime("us"))
    if sheet.finished_at:
        text = rows[sheet.finished_at].str.strip_chars()
        order = dates.ORDERS.get(options.columns.get("dates", "").casefold())
        order = order or _order(sheet.rows[sheet.finished_at].str.strip_chars())
        read = dates.instants(_without_zone(text), order)
        at = read["at"].alias("at")
        if read["problem"].is_not_null().any():
            sink.warn("dates_ambiguous" if "ambiguous" in read["problem"] else "date_unreadable")
    if not (sheet.respondent or sheet.finished_at):
        sink.warn("responses_unnumbered")
    rows = rows.with_columns(at, asked_on=at.dt.date(), respondent=_respondents(rows, sheet))
    before = rows.height
    rows = rows.sort("at", "line", nulls_last=False).unique(
        "respondent", keep="last", maintain_order=True
    )
    if sheet.email:
        # the address tells only that it was the same person twice, and is let go
        person = pl.col(sheet.email).str.to_lowercase().str.strip_chars()
        is_address = person.str.contains("@", literal=True).fill_null(value=False)
        person = pl.when(is_address).then(person).otherwise(pl.format("line {}", "line"))
        rows = rows.with_columns(person=person)
        rows = rows.unique("person", keep="last", maintain_order=True)
    sink.duplicates += before - rows.height
    if before > rows.height:
        sink.warn("duplicate_dropped", before - rows.height)
    return rows.sort("line")


def _order(text: pl.Series) -> dates.Order | None:
    """Return the order of day and month that a column proves, or the only one in which answers came one after another."""
    proved = dates.prove(text)
    if proved.order or proved.day_first:
        return proved.order
    rising: list[dates.Order] = [
        order
        for order in ("dmy", "mdy")
        if text.len() > 1 and dates.instants(_without_zone(text), order)["at"].is_sorted()
    ]
    return rising[0] if len(rising) == 1 else None


def _without_zone(text: pl.Series) -> pl.Series:
    """Return times without GMT+1 behind them: they are local, and only their day and differences count."""
    return text.str.replace(ZONE.pattern, "")


def _respondents(rows: pl.DataFrame, sheet: Sheet) -> pl.Series:
    """Return a hash of the tool's id of each response; a running number with its time, so that two waves stay apart."""
    line = "line " + rows["line"].cast(pl.String)
    ids = rows[sheet.respondent].fill_null(line) if sheet.respondent else None
    if sheet.finished_at and not (sheet.respondent and sheet.has_own_ids):
        time = rows[sheet.finished_at].fill_null("").map_elements(stamp, return_dtype=pl.String)
        nth = time.to_frame("time").select(pl.int_range(pl.len()).over("time")).to_series()
        ids = (nth.cast(pl.String) if ids is None else ids) + " at " + time
    told = line if ids is None else ids
    return told.map_elements(digest, return_dtype=pl.String).alias("respondent")


def stamp(time: str) -> str:
    """Return a time so that 7/11/26 3:05:00 PM and 2026-07-11 15:05:00 are one, whichever of them is the month."""
    numbers = [int(part) for part in re.findall(r"\d+", ZONE.sub("", time))]
    if re.search(r"\d\s*[Pp]\.?[Mm]", time) and len(numbers) > HOUR and numbers[HOUR] < NOON:
        numbers[HOUR] += NOON
    seconds = [0] if len(numbers) == HOUR + 2 else []
    return " ".join(str(number) for number in sorted(n % 100 for n in [*numbers, *seconds]))


def seconds(rows: pl.DataFrame, sheet: Sheet) -> pl.Series | None:
    """Return how long each response took; null where the export does not tell. Takes rows with `at`."""
    if sheet.seconds:
        return rows[sheet.seconds].str.replace(",", ".").cast(pl.Float64, strict=False)
    if sheet.started_at and sheet.finished_at:
        text = _without_zone(rows[sheet.started_at])
        started = dates.instants(text, dates.prove(text).order)["at"]
        return (rows["at"] - started).dt.total_seconds().cast(pl.Float64)
    return None
