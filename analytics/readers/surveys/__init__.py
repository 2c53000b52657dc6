"""Answers on scales."""

NAMES: tuple[str, ...] = (
    "survey_table",
    "qualtrics_csv",
    "limesurvey_csv",
    "microsoft_forms",
    "google_forms",
    "surveymonkey_csv",
    "spss_sav",
)
