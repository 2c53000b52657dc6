"""Pages and files that people write, change and read."""

NAMES: tuple[str, ...] = ("confluence_content", "purview_audit", "miro_audit")
