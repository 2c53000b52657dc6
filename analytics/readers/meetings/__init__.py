"""Calendars and attendance."""

NAMES: tuple[str, ...] = (
    "calendar_ics",
    "outlook_calendar",
    "graph_events",
    "teams_attendance",
    "zoom_meetings",
    "zoom_json",
    "google_meet_log",
    "google_meet_audit",
    "google_meet_attendance",
    "webex_attendees",
    "teams_attendance_json",
)
