"""Pages that people write together."""

NAMES: tuple[str, ...] = ("confluence_content",)
