"""Calendars and attendance."""

NAMES: tuple[str, ...] = ("calendar_ics",)
