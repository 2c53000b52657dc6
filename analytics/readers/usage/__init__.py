"""What vendors count of the use of their tools."""

NAMES: tuple[str, ...] = (
    "m365_user_detail",
    "m365_daily_counts",
    "m365_space_activity",
    "workplace_people",
    "viva_person",
    "viva_meetings",
    "viva_ties",
    "slack_members",
    "slack_channels",
    "slack_overview",
    "google_usage",
    "zoom_hosts",
)
