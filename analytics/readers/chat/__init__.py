"""Messages of chat and social tools."""

NAMES: tuple[str, ...] = ()
