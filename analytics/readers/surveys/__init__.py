"""Answers on scales."""

NAMES: tuple[str, ...] = ()
