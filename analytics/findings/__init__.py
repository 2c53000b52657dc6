"""Which sentences may be said about a period, and when: chosen by the verdict, never typed."""

from analytics.findings.select import select
from analytics.findings.templates import TEMPLATES
from analytics.findings.wording import say, sentence, subject

__all__ = ["TEMPLATES", "say", "select", "sentence", "subject"]
