"""What the readers' short codes say to a person: what is to be known about a file, and what it can tell."""

from typing import Any

from analytics import formats
from analytics.readers.codes import NOT_READ
from pages.parts.text import plain

ASKED = ("clock_still", "clock_twice")  # pages/parts/clock.py asks instead
WARNINGS: dict[str, str] = {
    "clock_still": "Acts move by an hour when clocks change: people live by another clock than the file is read by.",
    "clock_twice": "Acts move by an hour when clocks change: the times seem to be written in local time already.",
    "event_not_counted": "Some entries are no acts to count: notes, whole days, what was cancelled, spam, steps on the way.",
    "id_derived": "Some acts have no id of their own; they are told apart by people and times.",
    "mass_meeting_flagged": "Some meetings have very many people.",
    "organiser_assumed": "The list does not say who organised: the first who came stands for it.",
    "participants_missing": "The calendar does not say who takes part: its meetings count for the owner alone.",
    "recurrence_clipped": "Some series go on without end: they were followed to the day of reading.",
    "time_in_dst_gap": "Some times fall into the hour that summer time leaves out.",
    "timezone_unknown": "Some time zones are not known: the company's was taken.",
    "blank_rows_skipped": "Empty lines were passed over.",
    "channel_unknown": "Some messages lie in a channel that the export does not list.",
    "channels_missing": "The export lists no channels, so public and private cannot be told apart.",
    "column_ignored": "Some columns were not needed and not read.",
    "date_format_ambiguous": "Some dates could be read two ways; the rest of the file settled it.",
    "duplicate_dropped": "Some lines were there twice and counted once.",
    "email_homoglyph": "An address holds letters that look like others: check who it is.",
    "encoding_converted": "The file was not in UTF-8 and was converted.",
    "free_text_dropped": "A column of free text was not read.",
    "header_row_detected": "The columns begin below the first line.",
    "id_excel_mangled": "A spreadsheet has turned some ids into numbers: those may not match.",
    "incomplete_page": "The export seems to be only a part.",
    "macro_ignored": "The workbook holds macros; they were not run.",
    "manager_cycle": "Some people report to each other in a circle: they are left out of the tree.",
    "manager_depth_suspicious": "The chain of managers is unusually deep.",
    "manager_self": "Somebody is their own manager: taken as the head.",
    "manager_unknown": "Some managers are not in the file.",
    "mass_mail_flagged": "Some messages went to very many people.",
    "mixed_report_period": "Periods of different lengths stand in one file: each is kept apart, none are added.",
    "names_concealed": "The tool has hidden the names: people cannot be matched to the HR file.",
    "non_human_flagged": "Some accounts are not people and are not counted.",
    "one_person_view": "This is what one person could see: it says nothing about how much the others write.",
    "reaction_ignored": "Some reactions could not be counted for anyone.",
    "person_unknown": "Some authors are not in the list of users.",
    "report_ambiguous": "Two reports look alike: whether this one counts acts or people is left open. Leave Microsoft's file name as it is to tell.",
    "zeros_unknown": "A column that holds only zeros, as the tool writes it where it does not count, was left out.",
    "window_unknown": "Some counts do not say over which days they were made and were left out.",
    "repeats_kept": "Equal lines at the same instant were kept: the log cannot tell whether they are copies.",
    "sensitive_column_dropped": "A column of a sensitive kind was not read.",
    "thread_parent_missing": "Some answers belong to a message outside the export.",
    "users_missing": "The export lists no users, so who may use the tool is not known.",
    "answer_out_of_scale": "Some answers lie outside the scale and were taken as not given.",
    "answers_all_alike": "Some people gave every question the same answer. They are counted.",
    "answers_very_fast": "Some people took less than two seconds a question. They are counted.",
    "construct_suggested": "Some questions seem to measure something we know: say what, and they are counted as that.",
    "responses_unnumbered": "Answers have neither number nor time: another export of the same questions takes their place.",
    "scale_assumed": "Answers are numbers: the lowest and highest found were taken as the ends, a higher one as more.",
    "scale_unknown": "Some questions have answers in an order that is not known: they were not read.",
    "already_known": "The same file was imported before: nothing was counted twice.",
    "columns_assumed": "The table has no header: sender, recipient and time were told by their content.",
    "id_of_rows": "The ids number the lines, not the messages, and were not used.",
    "level_recomputed": "Written levels were not used: levels follow from who reports to whom.",
    "reply_unresolved": "Some answers name a message that the log does not number.",
    "time_floating": "Times carry no time zone: a log is read as UTC, unless another was said of it; all else as written where the company works.",
    "date_order_from_other_column": "Day and month were told apart with the help of another column.",
    "date_orders_differ": "The date columns are not written in the same order.",
    "date_unreadable": "Some dates could not be read and were left open.",
    "dates_ambiguous": "Day and month could not be told apart for certain.",
    "duration_suspicious": "Some durations are unusually long.",
    "duration_unit_unknown": "The unit of the duration column is not known: durations were not read.",
    "field_ignored": "Some fields were not needed and not read.",
    "kind_unknown": "Some kinds of act are not known and were counted as messages.",
    "manager_disagreement": "Two columns name different managers for some people.",
    "name_normalised": "Some names were written in two ways and taken as one.",
    "no_manager": "The file does not say who reports to whom.",
    "person_left": "Some people have left; they count only while they were there.",
    "several_heads": "More than one person has no manager: each is the head of a part.",
    "thread_parent_later": "Some answers stand before what they answer.",
    "times_missing": "Some acts have no time of their own.",
    "zip_member_ignored": "Some files inside the zip were not needed and not read.",
}
TELLS: dict[str, str] = {
    "seats": "who may use the tool",
    "views": "who opened and read",
    "acts": "single acts with their time",
    "replies": "who answered whom",
    "recipients": "whom an act reached",
    "reactions": "reactions",
    "meetings": "start and end of meetings and calls",
    "openness": "public against private spaces",
    "managers": "who reports to whom",
    "departments": "departments",
    "levels": "levels",
    "locations": "places",
    "hire_dates": "when people started",
    "time_zones": "time zones",
    "counts": "what the vendor counts, for a period",
    "answers": "answers of a survey",
    "customers": "conversations with customers",
}


IN_TOOLS = {
    "seats", "views", "acts", "replies", "recipients", "reactions", "meetings", "openness",
}  # fmt: skip
STAFF = {"managers", "departments", "levels", "locations", "hire_dates"}
OTHER_KINDS = {"counts", "answers", "customers"}  # reports, surveys, help desks


def warning(code: str) -> str:
    """Return a warning as a sentence."""
    return WARNINGS.get(code, f"{plain(code.replace('_', ' ').capitalize())}.")


def tells(capabilities: list[str]) -> list[str]:
    """Return capabilities in words, in the order of the vocabulary."""
    return [words for code, words in TELLS.items() if code in capabilities]


def hides(capabilities: list[str]) -> list[str]:
    """Return in words what a file cannot tell: all about staff or tools at once, and not what only another kind of export is for."""
    lacking = set(capabilities) - OTHER_KINDS
    at_once = []
    for whole, words in (
        (IN_TOOLS, "anything that people do in a tool"),
        (STAFF, "anything about departments, levels and managers"),
    ):
        if lacking >= whole:
            lacking -= whole
            at_once.append(words)
    return [*tells(list(lacking)), *at_once]


def kind_of(file: dict[str, Any]) -> str:
    """Return what a file is: the name of its format, or that it is known and not read, or not known."""
    if file["format"]:
        return format_name(file["format"])
    return "Known, not read" if file.get("reject_code") == NOT_READ else "Not recognised"


def format_name(id_: str | None) -> str:
    """Return a format's name, safe to be drawn."""
    return plain(formats.title(id_))
