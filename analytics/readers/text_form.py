"""What of a text may be kept: how many words, and whether it asks something. The text itself is let go."""

import polars as pl

WORD = r"[\p{L}\p{N}]\S*"
QUESTION = r"[?？؟]"


def words(text: pl.Expr) -> pl.Expr:
    """Return how many words a text has; null where there is none."""
    return text.str.count_matches(WORD).cast(pl.Int32)


def is_question(text: pl.Expr) -> pl.Expr:
    """Return whether a text holds a question mark; null where there is none."""
    return text.str.contains(QUESTION)
