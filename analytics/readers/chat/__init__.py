"""Messages of chat and social tools."""

NAMES: tuple[str, ...] = ("teams_messages", "teams_personal", "mattermost_export")
