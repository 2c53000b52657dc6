"""Calendars and attendance."""

NAMES: tuple[str, ...] = ()
