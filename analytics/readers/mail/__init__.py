"""Mail, by its headers."""

NAMES: tuple[str, ...] = ()
