"""Answers on scales."""

NAMES: tuple[str, ...] = ("survey_table", "qualtrics_csv")
