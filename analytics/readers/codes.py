"""Why was a record set apart, and what helps? A reader's short codes in words, for pages, reports and the command line."""

NOT_READ = "not_read"  # a whole file: known, and not read (unread.py)
SET_APART: dict[str, tuple[str, str]] = {
    # code: why, what to do
    "ics_truncated": ("The file ends within it", "Export the calendar again"),
    "recurrence_invalid": ("A rule of repeats that nobody can follow", "Correct the series"),
    "recurrence_unbounded": ("It would repeat every second or minute", "Correct the series"),
    "author_missing": ("Nobody is named as the author", "Nothing: it cannot be counted for anyone"),
    "bson_invalid": ("A record of the dump that is damaged or cut off", "Dump the database again"),
    "control_character": (
        "Unprintable characters in a key",
        "Export again; the file was damaged on its way",
    ),
    "date_invalid": ("Not a date", "Check how the date is written"),
    "duplicate_conflict": (
        "The same person twice, with different facts",
        "Keep one line a person and period",
    ),
    "erased": (
        "By or about somebody who was erased",
        "Nothing: this person is not to come back",
    ),
    "encoding_invalid": ("Letters that cannot be read", "Save the file as UTF-8"),
    "field_too_long": (
        "A field far too long",
        "Usually a forgotten quotation mark some lines above",
    ),
    "field_type": (
        "A field of another kind than expected",
        "Export again, without editing the file",
    ),
    "interval_negative": ("It ends before it begins", "Check the start and end columns"),
    "json_duplicate_key": ("A field written twice", "Export again, without editing the file"),
    "json_invalid": ("A file inside the zip that is cut off or damaged", "Export again"),
    "json_shape": ("A file inside the zip with another content than its name says", "Export again"),
    "json_too_deep": ("Nested too deeply", "Nothing: no tool writes that"),
    "number_invalid": ("Not a number", "Check the decimal sign of the column"),
    "number_out_of_range": ("A number too large to be true", "Check the unit of the column"),
    "person_left": (
        "Somebody who had left before the period of the file",
        "Nothing: they are not counted",
    ),
    "quote_unclosed": (
        "A quotation mark that is never closed",
        "Correct the line, import the file again",
    ),
    "record_not_object": ("Not a record", "Nothing: no tool writes that"),
    "row_incomplete": ("A needed field is empty", "Fill it in, import the file again"),
    "summary_row": ("A line of totals", "Nothing: it is no person"),
    "timestamp_invalid": ("Not a time", "Check how the time is written"),
    "timestamp_no_zone": ("A time without its time zone", "Say the company's time zone"),
    "timestamp_out_of_range": (
        "In the future, or before 1990",
        "Check the date format of the export",
    ),
    "timezone_unknown": ("A time zone nobody knows", "Check the column"),
    "too_old": (
        "Older than acts are kept here",
        "Nothing, or a longer retention in the settings",
    ),
    "too_few_fields": ("Fewer fields than columns", "Correct the line, import the file again"),
    "too_many_fields": ("More fields than columns", "Usually a comma without quotation marks"),
    "scale_out_of_range": ("An answer outside the scale", "Say the scale: --map scale=1-7"),
    "survey_unfinished": ("Not answered to the end", "Nothing: only finished answers count"),
    "survey_test": ("A test answer, made while the survey was written", "Nothing: nobody gave it"),
    "survey_spam": (
        "An answer that the survey tool holds for spam",
        "Nothing: it may not be a person",
    ),
    "self_sent": ("Sent to oneself", "Nothing: it reaches nobody else"),
    "account_technical": (
        "A technical or shared account, not a person",
        "Nothing: it is left out of the tree",
    ),
    "account_former": (
        "The account of somebody who has left",
        "Nothing: it is left out of the tree",
    ),
    "recipient_missing": ("Nobody is named as the recipient", "Fill it in, import the file again"),
    "ticket_deleted": ("A ticket that was deleted", "Nothing: it was no conversation"),
    "ticket_merged": ("A ticket that was merged into another", "Nothing: the other one counts"),
    "ticket_spam": ("A ticket marked as spam", "Nothing: it was no customer"),
    "system_account": ("Sent by a system, not a person", "Nothing: they are not people"),
}


def set_apart(code: str) -> tuple[str, str]:
    """Return why records with this code were set apart, and what helps."""
    return SET_APART.get(code, (code.replace("_", " ").capitalize(), "See the file"))
