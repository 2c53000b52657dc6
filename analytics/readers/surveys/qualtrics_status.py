"""Does a response count? Told by the status and end that Qualtrics writes, into CSV and SPSS files alike."""

import polars as pl

REAL = {"0", "4", "16", "17", "32", "48"}  # given by people: online, imported, offline
SPAM = {"8", "9", "12", "40"}
SPAM_WORDS = r"spam"
TEST_WORDS = r"preview|test|vorschau|anteprima|apercu|vista previa"
UNFINISHED = r"^(?:0|false|falsch|falso|faux|no|nein|non)$"


def apart(at: dict[str, str]) -> pl.Expr:
    """Return why a response does not count, null where it does; `at` has the cells of status and finished, if any."""
    nothing = pl.lit(None, pl.String)
    status = pl.col(at["status"]).str.to_lowercase() if "status" in at else nothing
    finished = pl.col(at["finished"]).str.to_lowercase() if "finished" in at else nothing
    is_code = status.str.contains(r"^\d+$")
    words = status.str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    return (
        pl.when(status.is_in(SPAM) | words.str.contains(SPAM_WORDS))
        .then(pl.lit("survey_spam"))
        .when((is_code & ~status.is_in(REAL)) | words.str.contains(TEST_WORDS))
        .then(pl.lit("survey_test"))
        .when(finished.str.contains(UNFINISHED))
        .then(pl.lit("survey_unfinished"))
    )
