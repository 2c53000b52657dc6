"""Mail, by its headers."""

NAMES: tuple[str, ...] = ("mailbox_mbox", "exchange_trace", "gmail_log")
