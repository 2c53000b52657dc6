"""Messages of chat and social tools."""

NAMES: tuple[str, ...] = (
    "teams_messages",
    "teams_personal",
    "mattermost_export",
    "zulip_export",
    "yammer_export",
    "yammer_messages",
    "discord_channel",
    "discourse_archive",
    "discourse_users",
    "element_room",
    "googlechat_takeout",
    "googlechat_audit",
    "rocketchat_dump",
    "webex_messages",
    "workplace_messages",
)
