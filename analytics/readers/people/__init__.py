"""Who works where, as directories and HR systems export it."""

NAMES: tuple[str, ...] = (
    "entra_users",
    "google_users",
    "slack_users",
    "bamboohr_json",
    "personio_json",
    "workday_tables",
)
