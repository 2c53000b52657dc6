"""The one base class of errors that a person is meant to read."""


class AnalyticsError(Exception):
    """Says in one sentence what is wrong, where, and what to do; never holds a name or a text."""
