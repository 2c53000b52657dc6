"""What vendors count of the use of their tools."""

NAMES: tuple[str, ...] = ()
