"""Conversations with customers, and work items."""

NAMES: tuple[str, ...] = (
    "zendesk_tickets",
    "intercom_tables",
    "ticket_table",
    "jira_issues",
    "jira_csv",
    "jira_tables",
    "hubspot_tables",
    "servicenow_tables",
    "front_conversations",
)
