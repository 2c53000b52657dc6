"""The errors that a person is meant to read."""


class AnalyticsError(Exception):
    """Says in one sentence what is wrong, where, and what to do; never holds a name or a text."""


class UsageError(AnalyticsError):
    """The command was called with something that does not exist; ends with exit code 2."""
