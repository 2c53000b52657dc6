"""Conversations with customers, and work items."""

NAMES: tuple[str, ...] = ()
